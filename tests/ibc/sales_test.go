package ibc_test

import (
	"encoding/hex"
	"fmt"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/localnet/rpc"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// tokens is the supply that every sale here offers, in whole tokens, all of it for sale.
const tokens = 300

// sale is what differs between the sales of these tests.
type sale struct {
	model                        uint64
	price                        sdk.Coin // of a whole token
	softCap, minBid, cap, length int64    // the first three in prices, the last in seconds
}

// sell opens a sale of all tokens of a model at a fixed price.
func (w *world) sell(s sale) imotypes.Offering {
	w.T.Helper()
	ana, end := w.Key("ana"), time.Now().Add(time.Duration(s.length)*time.Second)
	prices := func(n int64) sdk.Coin { return sdk.NewCoin(s.price.Denom, s.price.Amount.MulRaw(n)) }
	_, err := w.Client.SendTx(w.T.Context(), ana, []sdk.Msg{&imotypes.MsgCreateOffering{
		Creator: ana.Address.String(), ModelId: s.model, Kind: imotypes.OFFERING_KIND_FIXED, TokenName: "Remote", TokenSymbol: "REM",
		TotalSupply: sdk.NewCoin(imotypes.TokenDenom(s.model), sdkmath.NewIntWithDecimal(tokens, 18)), SaleBps: 10_000,
		PaymentDenom: s.price.Denom, Price: s.price.Amount, SoftCap: prices(s.softCap), MinBid: prices(s.minBid), OwnerCap: prices(s.cap),
		StartTime: time.Unix(0, 0).UTC(), EndTime: end, CancelDeadline: end.Add(-2 * time.Second),
		Tranches: []imotypes.Tranche{{ReleaseTime: end.Add(time.Hour), Bps: 10_000}}, ExitWindow: 10 * time.Second,
		VestingDuration: time.Hour, DisclosureHash: hex.EncodeToString(make([]byte, 32)), MinRequestPrice: imo(0), MaxRequestPrice: imo(10),
	}})
	require.NoError(w.T, err)
	res, err := imotypes.NewQueryClient(w.Client.Conn()).Offerings(w.T.Context(), &imotypes.QueryOfferingsRequest{ModelId: s.model})
	require.NoError(w.T, err)
	return res.Offerings[len(res.Offerings)-1]
}

// offering is an offering as it stands.
func (w *world) offering(id uint64) imotypes.Offering {
	w.T.Helper()
	res, err := imotypes.NewQueryClient(w.Client.Conn()).Offering(w.T.Context(), &imotypes.QueryOfferingRequest{Id: id})
	require.NoError(w.T, err)
	return res.Offering
}

// bids are the bids of an offering.
func (w *world) bids(id uint64) []imotypes.Bid {
	w.T.Helper()
	res, err := imotypes.NewQueryClient(w.Client.Conn()).Bids(w.T.Context(), &imotypes.QueryBidsRequest{Id: id})
	require.NoError(w.T, err)
	return res.Bids
}

// ends waits for the end of a sale.
func (w *world) ends(id uint64, want imotypes.OfferingStatus) {
	w.T.Helper()
	w.Eventually(5*time.Minute, fmt.Sprintf("end of offering %d", id), func() bool { return w.offering(id).SettledTime != nil })
	require.Equal(w.T, want, w.offering(id).Status)
}

// bid is the memo of a bid at the offering's price; more is appended to its fields.
func bid(o imotypes.Offering, price sdkmath.Int, owner, more string) string {
	return fmt.Sprintf(`{"imo":{"bid":{"offering_id":"%d","max_price":"%s","terms_hash":"%s","owner":"%s"%s}}}`, o.Id, price, o.TermsHash, owner, more)
}

// home is the field that names a receiver on the other chain; parts is empty or what goes there.
func home(receiver, parts string) string {
	if parts != "" {
		parts = `,"what":[` + parts + `]`
	}
	return fmt.Sprintf(`,"home":{"receiver":"%s"%s}`, receiver, parts)
}

// sendAs sends a message on the selling chain and returns the packets' sequence if it sent one.
func (w *world) sendAs(key rpc.Key, msg sdk.Msg) (rpc.Result, error) {
	return w.Client.SendTx(w.T.Context(), key, []sdk.Msg{msg}, rpc.WithGas(1_000_000))
}

// killRelayer ends the relayer between the two imods at once.
func (w *world) killRelayer() {
	w.T.Helper()
	require.NoError(w.T, w.Net.SignalNode("relayer", syscall.SIGKILL))
	w.Eventually(10*time.Second, "the relayer's end", func() bool { return !w.Net.Running("relayer") })
}

// startRelayer starts it again.
func (w *world) startRelayer() {
	w.T.Helper()
	require.NoError(w.T, w.Net.StartRelayer(w.T.Context(), w.rly))
}

// withoutRelayer does something while nothing is relayed.
func (w *world) withoutRelayer(do func()) {
	w.T.Helper()
	w.killRelayer()
	do()
	w.startRelayer()
}
