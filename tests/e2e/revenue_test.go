package e2e_test

import (
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/tests/live"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// revenueAccounts hold a token in equal parts, but for the last, which pays into it and attacks it.
// No other test on the network signs for them.
var revenueAccounts = []string{"ana", "bo", "chi", "dev9"}

// testRevenue sells all of a model's token to three equal buyers and runs the attacks of
// contracts/test/revenue.test.mjs against its share of revenue.
func testRevenue(t *testing.T, n *live.Network, model uint64) error {
	buyers := make([]rpc.Key, 3)
	for i := range buyers {
		var err error
		if buyers[i], err = n.Net.Key(revenueAccounts[i]); err != nil {
			return err
		}
	}
	if err := sellEqually(t, n.Client, model, buyers); err != nil {
		return fmt.Errorf("the sale: %w", err)
	}
	cmd := nodeTests(t, n.Net, "revenue.test.mjs", revenueAccounts, "TOKEN="+common.BytesToAddress(imotypes.TokenAddress(model)).Hex())
	out, err := cmd.CombinedOutput()
	t.Log(string(out))
	return err
}

// sellEqually sells the whole supply of a model's token, 300 tokens at 0.1 IMO, a third to each buyer; the first of
// them is the model's creator.
func sellEqually(t *testing.T, client *rpc.Client, model uint64, buyers []rpc.Key) error {
	t.Helper()
	imo := func(n int64) sdk.Coin { return sdk.NewCoin(app.BaseDenom, sdkmath.NewIntWithDecimal(n, 18)) }
	price, end := sdkmath.NewIntWithDecimal(1, 17), time.Now().Add(13*time.Second)
	if _, err := client.SendTx(t.Context(), buyers[0], []sdk.Msg{&imotypes.MsgCreateOffering{
		Creator: buyers[0].Address.String(), ModelId: model, Kind: imotypes.OFFERING_KIND_FIXED, TokenName: "Revenue", TokenSymbol: "REV",
		TotalSupply: sdk.NewCoin(imotypes.TokenDenom(model), sdkmath.NewIntWithDecimal(300, 18)), SaleBps: 10_000,
		PaymentDenom: app.BaseDenom, Price: price, SoftCap: imo(30), MinBid: imo(1), OwnerCap: imo(10),
		StartTime: time.Unix(0, 0).UTC(), EndTime: end, CancelDeadline: end.Add(-2 * time.Second),
		Tranches: []imotypes.Tranche{{ReleaseTime: end.Add(time.Hour), Bps: 10_000}}, ExitWindow: 10 * time.Second,
		VestingDuration: time.Hour, DisclosureHash: hex.EncodeToString(make([]byte, 32)),
		MinRequestPrice: imo(0), MaxRequestPrice: imo(10),
	}}); err != nil {
		return err
	}
	query := imotypes.NewQueryClient(client.Conn())
	offerings, err := query.Offerings(t.Context(), &imotypes.QueryOfferingsRequest{ModelId: model})
	if err != nil {
		return err
	}
	offering := offerings.Offerings[len(offerings.Offerings)-1]
	for _, buyer := range buyers {
		if _, err := client.SendTx(t.Context(), buyer, []sdk.Msg{&imotypes.MsgPlaceBid{
			Bidder: buyer.Address.String(), OfferingId: offering.Id, Amount: imo(10), MaxPrice: price, TermsHash: offering.TermsHash,
		}}); err != nil {
			return err
		}
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(300 * time.Millisecond) {
		got, err := query.Offering(t.Context(), &imotypes.QueryOfferingRequest{Id: offering.Id})
		if err != nil {
			return err
		}
		if got.Offering.Status == imotypes.OFFERING_STATUS_SUCCEEDED {
			break
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("offering %d is %s", offering.Id, got.Offering.Status)
		}
	}
	for _, buyer := range buyers {
		if _, err := client.SendTx(t.Context(), buyer, []sdk.Msg{&imotypes.MsgCollectAllocation{
			Sender: buyer.Address.String(), OfferingId: offering.Id, Owner: buyer.Address.String(),
		}}); err != nil {
			return err
		}
	}
	return nil
}
