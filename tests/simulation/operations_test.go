package simulation_test

import (
	"encoding/hex"
	"slices"
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imokeeper "github.com/imochain/imod/x/imo/keeper"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// operation makes one random message, which may well be refused, or none.
type operation struct {
	name string
	make func(*world) (chain.Account, sdk.Msg)
}

var operations = append([]operation{
	{"Send", sendAny},
	{"SendToken", sendToken},
	{"PlaceBid", placeBid},
	{"PlaceBid", placeBid}, // it sets the stage too, and only bids can be refunded
	{"PlaceBid", placeBid},
	{"PlaceBid", placeBid},
	{"PlaceBid", placeBid},
	{"CancelBid", cancelBid},
	{"CancelBid", cancelBid},
	{"CollectAllocation", collectAllocation},
	{"CollectRefund", collectRefund},
	{"CollectRefund", collectRefund}, // few sales fail
	{"CollectRefund", collectRefund},
	{"CollectRefund", collectRefund},
	{"RequestInference", requestInference},
	{"Mint", mint},
	{"Settle", settle},
	{"Transfer", transfer},
	{"List", list},
	{"Buy", buy},
	{"Deposit", deposit},
	{"Claim", claim},
	{"ClaimFor", claimFor},
	{"Sync", syncToken},
	{"Exit", exit},
	{"DeliverOutput", deliver},
	{"SetPolicy", setPolicy},
}, slices.Concat(marketOperations, contentOperations, optimisticOperations, packetOperations)...)

func amount(n int64) sdk.Coin {
	return sdk.NewCoin(app.BaseDenom, sdkmath.NewIntWithDecimal(n, app.Decimals-2))
}

func sendAny(w *world) (chain.Account, sdk.Msg) {
	from, to := w.account(), w.account()
	return from, banktypes.NewMsgSend(from.Address(), to.Address(), sdk.NewCoins(amount(1+w.rng.Int64N(1000))))
}

func sendToken(w *world) (chain.Account, sdk.Msg) {
	denom := imotypes.TokenDenom(w.model())
	from, to := w.account(), w.account()
	held := w.Balance(from.Address(), denom)
	if !held.IsPositive() {
		return from, nil
	}
	part := held.MulRaw(1 + w.rng.Int64N(100)).QuoRaw(150)
	if !part.IsPositive() {
		return from, nil
	}
	return from, banktypes.NewMsgSend(from.Address(), to.Address(), sdk.NewCoins(sdk.NewCoin(denom, part)))
}

// placeBid also sets the stage: it registers models and opens offerings while there are none.
func placeBid(w *world) (chain.Account, sdk.Msg) {
	id := w.id(creators)
	owner := w.Accounts[id-1]
	model, err := w.App().IMOKeeper.Model(w.Context(), w.modelOf(owner))
	switch {
	case err != nil:
		return owner, registerModel(w, int(id-1))
	case model.OfferingId == 0 && model.Status == imotypes.MODEL_STATUS_REPRODUCED:
		return owner, createOffering(w, owner, model)
	}
	offering, _, err := w.App().IMOKeeper.Offering(w.Context(), model.OfferingId)
	if err != nil {
		return owner, nil
	}
	from := w.account()
	return from, &imotypes.MsgPlaceBid{
		Bidder: from.String(), OfferingId: offering.Id, Amount: amount(100 + w.rng.Int64N(3000)),
		MaxPrice: sdkmath.NewIntWithDecimal(1+w.rng.Int64N(5), app.Decimals-1), TermsHash: offering.TermsHash,
		AutoPayout: w.rng.IntN(4) == 0,
	}
}

// cancelBid takes back one of the first bids that stand.
func cancelBid(w *world) (chain.Account, sdk.Msg) {
	bid, owner, ok := w.bid()
	if !ok {
		return owner, nil
	}
	return owner, &imotypes.MsgCancelBid{Owner: bid.Owner, OfferingId: bid.OfferingId, BidId: bid.Id}
}

// bid draws one of the first bids of an offering, with its owner.
func (w *world) bid() (imotypes.Bid, chain.Account, bool) {
	res, err := imokeeper.NewQueryServer(w.App().IMOKeeper).Bids(w.Context(), &imotypes.QueryBidsRequest{Id: w.id(creators)})
	if err != nil || len(res.Bids) == 0 {
		return imotypes.Bid{}, w.account(), false
	}
	bid := res.Bids[w.rng.IntN(len(res.Bids))]
	for _, owner := range w.Accounts {
		if owner.String() == bid.Owner {
			return bid, owner, true
		}
	}
	return imotypes.Bid{}, w.account(), false
}

func collectRefund(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	bid, owner, ok := w.bid()
	if !ok {
		return from, nil
	}
	return from, &imotypes.MsgCollectRefund{Sender: from.String(), OfferingId: bid.OfferingId, Owner: owner.String()}
}

// modelOf returns the id of an account's model, 0 when it has none.
func (w *world) modelOf(owner chain.Account) uint64 {
	for id := uint64(optimisticModel + 1); id <= creators+1; id++ {
		if model, err := w.App().IMOKeeper.Model(w.Context(), id); err == nil && model.Creator == owner.String() {
			return id
		}
	}
	return 0
}

func registerModel(w *world, i int) sdk.Msg {
	owner := w.Accounts[i]
	return &imotypes.MsgRegisterModel{
		Creator: owner.String(), Name: "Tiny", Summary: "Paints.", Licence: "Apache-2.0", BundleUris: []string{"http://127.0.0.1:1/b"},
		Manifest: w.bundles[i].Manifest.Encode(), Price: amount(w.rng.Int64N(50)),
		Contributors:      []imotypes.Contributor{{Address: owner.String(), Weight: 1}, {Address: w.Accounts[7].String(), Weight: 2}},
		VerificationClass: imotypes.VERIFICATION_CLASS_ATTESTED,
	}
}

func createOffering(w *world, owner chain.Account, model imotypes.Model) sdk.Msg {
	end := w.Time().Add(time.Duration(30+w.rng.IntN(20)) * time.Second)
	softCap := amount(500)
	if model.Id == creators+1 { // the last misses it and is refunded
		softCap = amount(55_000)
	}
	kind, hardCap := imotypes.OfferingKind(1+model.Id%3), (*sdk.Coin)(nil) //nolint:gosec // 1 to 3
	if kind == imotypes.OFFERING_KIND_BATCH {
		most := amount(30_000) // five times what the floor price brings
		hardCap = &most
	}
	// Those of odd models are released, and their treasuries vest, within the run; from those of even ones holders exit.
	tranches := []imotypes.Tranche{{ReleaseTime: end.Add(time.Hour), Bps: 10_000}}
	if model.Id%2 == 1 {
		tranches = nil
		for i := range 4 {
			tranches = append(tranches, imotypes.Tranche{ReleaseTime: end.Add(time.Duration(15+10*i) * time.Second), Bps: 2_500})
		}
	}
	window := 5 * time.Second
	return &imotypes.MsgCreateOffering{
		Creator: owner.String(), ModelId: model.Id, Kind: kind, HardCap: hardCap, TokenName: "Tiny", TokenSymbol: "TINY",
		TotalSupply: sdk.NewCoin(imotypes.TokenDenom(model.Id), sdkmath.NewIntWithDecimal(1_000, app.Decimals)),
		SaleBps:     6000, ContributorsBps: 2500, LiquidityBps: 500, PoolFeeBps: 30, TreasuryBps: 1000, PaymentDenom: app.BaseDenom,
		Price: sdkmath.NewIntWithDecimal(1, app.Decimals-1), SoftCap: softCap, MinBid: amount(100), OwnerCap: amount(100_000),
		StartTime: time.Unix(0, 0).UTC(), EndTime: end, CancelDeadline: end.Add(-2 * time.Second),
		Tranches: tranches, ExitWindow: 5 * time.Second, TreasuryWindow: &window,
		VestingDuration: 30 * time.Second, DisclosureHash: hex.EncodeToString(make([]byte, 32)),
		MinRequestPrice: amount(0), MaxRequestPrice: amount(1000),
	}
}

func collectAllocation(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	bid, owner, ok := w.bid()
	if !ok {
		return from, nil
	}
	return from, &imotypes.MsgCollectAllocation{Sender: from.String(), OfferingId: bid.OfferingId, Owner: owner.String()}
}

func exit(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	denom := imotypes.TokenDenom(w.model())
	held := w.Balance(from.Address(), denom)
	if !held.IsPositive() {
		return from, nil
	}
	return from, &imotypes.MsgExit{Holder: from.String(), Amount: sdk.NewCoin(denom, held.QuoRaw(1+w.rng.Int64N(20)))}
}

var inputs = []string{"red", "blue", "red on blue", "blue on red", "green"}

func requestInference(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	return from, &oracletypes.MsgRequestInference{
		Requester: from.String(), ModelId: w.model(), Input: []byte(inputs[w.rng.IntN(len(inputs))]), Seed: w.rng.Uint64(),
		MaxFee: sdk.NewCoins(amount(100)),
	}
}

// lastRequest is the newest request id.
func (w *world) lastRequest() int {
	last := 0
	for id := uint64(1); ; id++ {
		if _, err := w.App().OracleKeeper.Request(w.Context(), id); err != nil {
			return last
		}
		last = int(id)
	}
}

func deliver(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	request, err := w.App().OracleKeeper.Request(w.Context(), w.id(w.lastRequest()))
	if err != nil || !request.Final() {
		return from, nil
	}
	output, _, err := w.worker.Output(w.T.Context(), [32]byte(request.OutputRoot))
	if err != nil {
		return from, nil
	}
	return from, &oracletypes.MsgDeliverOutput{Sender: from.String(), RequestId: request.Id, Output: output}
}

// setPolicy publishes, replaces or takes back what a validator declines.
func setPolicy(w *world) (chain.Account, sdk.Msg) {
	operator := w.Validators[w.rng.IntN(len(w.Validators))].Operator
	msg := &oracletypes.MsgSetPolicy{Operator: operator.String(), MaxWorkUnits: w.rng.Uint64N(3)}
	if w.rng.IntN(2) == 0 {
		msg.DenyModels, msg.Mirror = []uint64{w.id(creators)}, "https://models.example.org"
	}
	return operator, msg
}

func deposit(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	return from, &revsharetypes.MsgDeposit{
		Depositor: from.String(), ShareDenom: imotypes.TokenDenom(w.id(creators)), Amount: amount(1 + w.rng.Int64N(500)),
	}
}

func claim(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	return from, &revsharetypes.MsgClaim{Holder: from.String(), ShareDenom: imotypes.TokenDenom(w.id(creators))}
}

func claimFor(w *world) (chain.Account, sdk.Msg) {
	from, holder := w.account(), w.account()
	return from, &revsharetypes.MsgClaimFor{Caller: from.String(), Holder: holder.String(), ShareDenom: imotypes.TokenDenom(w.id(creators))}
}

// syncToken sometimes first gives the token's address something to sweep.
func syncToken(w *world) (chain.Account, sdk.Msg) {
	from, model := w.account(), w.id(creators)
	if w.rng.IntN(3) == 0 {
		return from, banktypes.NewMsgSend(from.Address(), imotypes.TokenAddress(model), sdk.NewCoins(amount(5)))
	}
	return from, &revsharetypes.MsgSync{Caller: from.String(), ShareDenom: imotypes.TokenDenom(model)}
}

// mint also makes the collections.
func mint(w *world) (chain.Account, sdk.Msg) {
	id := w.id(creators)
	collection, err := w.App().AIGCKeeper.Collection(w.Context(), id)
	if err != nil {
		owner := w.Accounts[id-1]
		return owner, &aigctypes.MsgCreateCollection{
			Creator: owner.String(), ModelId: w.modelOf(owner), Name: "Works", Symbol: "WORK", RoyaltyPoolBps: 500, RoyaltyCreatorBps: 300,
			SupplyLimit: 10_000, MintPrice: amount(10), MintPolicy: aigctypes.MINT_POLICY_ANYONE,
		}
	}
	from := w.account()
	return from, &aigctypes.MsgMint{
		Minter: from.String(), CollectionId: collection.Id, Version: 1, Seed: w.rng.Uint64(), Input: []byte(inputs[w.rng.IntN(len(inputs))]),
		MaxFee: sdk.NewCoins(amount(100)),
	}
}

// token picks a random token of a random collection.
func (w *world) token() (collection uint64, id aigctypes.TokenID, ok bool) {
	collection = w.id(creators)
	count, err := w.App().AIGCKeeper.TotalSupply(w.Context(), collection)
	if err != nil || count == 0 {
		return 0, id, false
	}
	id, err = w.App().AIGCKeeper.TokenByIndex(w.Context(), collection, w.rng.Uint64N(count))
	return collection, id, err == nil
}

// owner is the account that owns a token.
func (w *world) owner(collection uint64, id aigctypes.TokenID) (chain.Account, bool) {
	address, err := w.App().AIGCKeeper.OwnerOf(w.Context(), collection, id)
	if err != nil {
		return chain.Account{}, false
	}
	for _, account := range w.Accounts {
		if account.Address().Equals(address) {
			return account, true
		}
	}
	return chain.Account{}, false
}

func settle(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	collection, id, ok := w.token()
	if !ok {
		return from, nil
	}
	return from, &aigctypes.MsgSettle{Sender: from.String(), CollectionId: collection, TokenId: id.String()}
}

func transfer(w *world) (chain.Account, sdk.Msg) {
	collection, id, ok := w.token()
	from, owned := w.owner(collection, id)
	if !ok || !owned {
		return from, nil
	}
	return from, &aigctypes.MsgTransfer{Sender: from.String(), CollectionId: collection, TokenId: id.String(), Recipient: w.account().String()}
}

func list(w *world) (chain.Account, sdk.Msg) {
	collection, id, ok := w.token()
	from, owned := w.owner(collection, id)
	if !ok || !owned {
		return from, nil
	}
	return from, &aigctypes.MsgList{Owner: from.String(), CollectionId: collection, TokenId: id.String(), Price: amount(1 + w.rng.Int64N(300))}
}

func buy(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	for range 10 {
		collection, id, ok := w.token()
		if !ok {
			continue
		}
		if listing, err := w.App().AIGCKeeper.Listing(w.Context(), collection, id); err == nil {
			return from, &aigctypes.MsgBuy{Buyer: from.String(), CollectionId: collection, TokenId: id.String(), ExpectedPrice: listing.Price}
		}
	}
	return from, nil
}
