package integration_test

import (
	"encoding/hex"
	"math/big"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/collections"
	collcodec "cosmossdk.io/collections/codec"
	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/testutil/chain"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imokeeper "github.com/imochain/imod/x/imo/keeper"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// sellInRounds sells 500 tokens at 0.05 IMO in a private round, which is offering 2, and 2,500 at 0.1 IMO to the public, with
// 500 for the token's market. Bo buys 400 in the first round, dee and chi 1,000 each in the second.
func (m *matrix) sellInRounds() {
	m.T.Helper()
	start := m.Time()
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	price := sdkmath.NewIntWithDecimal(1, 17)
	ok(m.T, m.Next(m.Tx(m.ana, &imotypes.MsgCreateOffering{
		Creator: m.ana.String(), ModelId: 1, Kind: imotypes.OFFERING_KIND_FIXED, TokenName: "Tiny", TokenSymbol: "TINY",
		TotalSupply: sdk.NewCoin(m.denom, imo(5000)), SaleBps: 6000, ContributorsBps: 2000, LiquidityBps: 1000, TreasuryBps: 1000, PoolFeeBps: 30,
		PaymentDenom: app.BaseDenom, Price: price, SoftCap: coin(imo(200)), MinBid: coin(imo(1)), OwnerCap: coin(imo(1000)),
		StartTime: at(30), EndTime: at(60), CancelDeadline: at(50),
		Tranches: []imotypes.Tranche{{ReleaseTime: at(600), Bps: 10000}}, ExitWindow: 10 * time.Second,
		VestingDuration: 100 * time.Second, DisclosureHash: hex.EncodeToString(make([]byte, 32)),
		MinRequestPrice: coin(imo(0)), MaxRequestPrice: coin(imo(10)),
		Lots: []imotypes.Lot{{
			Kind: imotypes.OFFERING_KIND_FIXED, SaleBps: 1000, Price: price.QuoRaw(2), MinBid: coin(imo(1)), OwnerCap: coin(imo(1000)),
			StartTime: at(5), EndTime: at(25), CancelDeadline: at(15),
		}},
	})))
	bid := func(who chain.Account, id uint64, amount int64, limit sdkmath.Int) []byte {
		offering, _, err := m.App().IMOKeeper.Offering(m.Context(), id)
		require.NoError(m.T, err)
		require.Equal(m.T, imotypes.OFFERING_STATUS_OPEN, offering.Status)
		return m.Tx(who, &imotypes.MsgPlaceBid{
			Bidder: who.String(), OfferingId: id, Amount: coin(imo(amount)), MaxPrice: limit, TermsHash: offering.TermsHash,
		})
	}
	m.NextAfter(5 * time.Second)
	ok(m.T, m.Next(bid(m.bo, 2, 20, price.QuoRaw(2))))
	m.NextAfter(25 * time.Second)
	ok(m.T, m.Next(bid(m.dee, 1, 100, price), bid(m.chi, 1, 100, price)))
	m.endSale()
	ok(m.T, m.Next(m.collects(m.dee), m.collects(m.chi)))
}

// announceSecond publishes a second version, which waits for the holders once it is proved.
func (m *matrix) announceSecond() {
	m.T.Helper()
	for range 5 { // the record date is an epoch that has ended
		m.Next()
	}
	ok(m.T, m.Next(m.Tx(m.ana, &imotypes.MsgPublishVersion{
		Creator: m.ana.String(), ModelId: 1, BundleUris: []string{"http://127.0.0.1:1/second"}, Manifest: m.second.Manifest.Encode(),
	})))
	for range 3 {
		m.Next()
	}
	model, err := m.App().IMOKeeper.Model(m.Context(), 1)
	require.NoError(m.T, err)
	require.EqualValues(m.T, 2, model.PendingVersion)
}

// cellsOfPool are the token's market, the private round and the version that waits.
func (m *matrix) cellsOfPool() []cell {
	one, until := big.NewInt(1), big.NewInt(m.Time().Add(time.Hour).Unix())
	offerings := func(method string, args ...any) cell {
		return cell{contract: "offerings", method: method, from: m.dee, args: args}
	}
	buy := offerings("swap", one, true, imo(1).BigInt(), one, until)
	buy.value = imo(1).BigInt()
	add := offerings("addLiquidity", one, imo(50).BigInt(), imo(2).BigInt(), one, until)
	add.value = imo(2).BigInt()
	remove := offerings("removeLiquidity", one, big.NewInt(1_000_000), one, one, until)
	remove.prepare = func(ctx sdk.Context) {
		_, err := imokeeper.NewMsgServer(m.App().IMOKeeper).AddLiquidity(ctx, &imotypes.MsgAddLiquidity{
			Sender: m.dee.String(), ModelId: 1, MaxTokens: sdk.NewCoin(m.denom, imo(50)), MaxPayment: coin(imo(2)),
			MinShares: sdkmath.OneInt(), Deadline: ctx.BlockTime().Add(time.Minute),
		})
		require.NoError(m.T, err)
	}
	exit := offerings("exitLot", big.NewInt(2), imo(40).BigInt())
	exitAtLeast := offerings("exitLotAtLeast", big.NewInt(2), imo(40).BigInt(), one)
	exit.from, exitAtLeast.from = m.bo, m.bo
	return []cell{
		buy, offerings("swap", one, false, imo(10).BigInt(), one, until), add, remove, exit, exitAtLeast,
		offerings("objectVersion", one, big.NewInt(2)),
	}
}

// changed is a branch on which the chain's record of a request says another output, as it will when a dispute overturns one.
func (m *matrix) changed(request uint64, output []byte) func(sdk.Context) {
	return func(ctx sdk.Context) {
		r, err := m.App().OracleKeeper.Request(ctx, request)
		require.NoError(m.T, err)
		root := merkle.BytesRoot(output)
		r.OutputRoot = root[:]
		put(m, ctx, oracletypes.StoreKey, oracletypes.RequestsPrefix, collections.Uint64Key, codec.CollValue[oracletypes.Request](m.App().AppCodec()), r.Id, r)
	}
}

// credited is a branch on which a sale left an owner's money in the collection's escrow: his address was blocked then, by a
// release that no longer blocks it.
func (m *matrix) credited(owner chain.Account, amount sdk.Coin) func(sdk.Context) {
	return func(ctx sdk.Context) {
		require.NoError(m.T, m.App().BankKeeper.SendCoins(ctx, m.bo.Address(), aigctypes.EscrowAddress(1), sdk.NewCoins(amount)))
		put(m, ctx, aigctypes.StoreKey, aigctypes.CreditsKey, collections.TripleKeyCodec(sdk.AccAddressKey, collections.Uint64Key, collections.StringKey),
			sdk.IntValue, collections.Join3(owner.Address(), uint64(1), amount.Denom), amount.Amount)
	}
}

// put writes an entry of a module's store past its rules.
func put[K, V any](
	m *matrix, ctx sdk.Context, store string, prefix collections.Prefix, keys collcodec.KeyCodec[K], values collcodec.ValueCodec[V], key K, value V,
) {
	m.T.Helper()
	schema := collections.NewSchemaBuilder(runtime.NewKVStoreService(m.App().StoreKey(store)))
	entries := collections.NewMap(schema, prefix, "entries", keys, values)
	require.NoError(m.T, entries.Set(ctx, key, value))
}
