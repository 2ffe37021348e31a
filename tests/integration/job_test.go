package integration_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharekeeper "github.com/imochain/imod/x/revshare/keeper"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// TestWholeJob does the complete job once on one application set of four kinds: register, prove,
// sell by both doors, ask by both doors, mint, settle, resell, claim by both doors.
func TestWholeJob(t *testing.T) {
	j := newJob(t, followers()...)
	c := j.Chain

	// Two of three bids by message, one through the EVM; the sale is settled by the chain.
	j.sell()
	tokens := imo(1000)
	require.Equal(t, tokens, c.Balance(j.bo.Address(), j.denom))
	require.Equal(t, tokens, c.Balance(j.chi.Address(), j.denom))
	require.Equal(t, tokens, j.erc20Balance(j.chi), "ERC-20 and bank agree")

	// A request in block H is final in H+2.
	ok(t, c.Next(c.Tx(j.eve, &oracletypes.MsgRequestInference{
		Requester: j.eve.String(), ModelId: 1, Input: []byte("a red on blue"), Seed: 5, MaxFee: coins(imo(2)),
	})))
	requested := c.Height()
	c.Next()
	c.Next()
	request, err := c.App().OracleKeeper.Request(c.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, oracletypes.RequestStatus_REQUEST_STATUS_FINAL, request.Status)
	require.Equal(t, requested+2, request.FinalHeight)
	require.Equal(t, oracletypes.TrustClass_TRUST_CLASS_ATTESTED, request.TrustClass)

	// The same through the EVM; the value beyond the fees stays with the caller.
	before := c.Balance(j.eve.Address(), app.BaseDenom)
	out := j.call(j.eve, oracleAddress, "oracle", imo(5).BigInt(), "requestWithSeed", big.NewInt(1), uint32(0), []byte("blue on red"), uint64(9), false)
	require.Equal(t, int64(2), out[0].(*big.Int).Int64())
	require.True(t, before.Sub(c.Balance(j.eve.Address(), app.BaseDenom)).LT(imo(2)))
	c.Next()
	c.Next()
	view := j.view(oracleAddress, "oracle", "result", big.NewInt(2))
	require.Equal(t, uint8(oracletypes.RequestStatus_REQUEST_STATUS_FINAL), view[0])
	require.Equal(t, uint8(oracletypes.TrustClass_TRUST_CLASS_ATTESTED), view[1])

	// Both prices were held in escrow; the record names who asked.
	earned, err := revsharekeeper.NewQueryServer(c.App().RevShareKeeper).Earnings(c.Context(), &revsharetypes.QueryEarningsRequest{Denom: j.denom})
	require.NoError(t, err)
	require.Len(t, earned.Earnings[0].LargestPayers, 1)
	require.Equal(t, j.eve.String(), earned.Earnings[0].LargestPayers[0].Address)
	require.Equal(t, earned.Earnings[0].Total, earned.Earnings[0].LargestPayers[0].AtLeast)

	// Content by both doors.
	ok(t, c.Next(c.Tx(j.ana, &aigctypes.MsgCreateCollection{
		Creator: j.ana.String(), ModelId: 1, Name: "Tiny works", Symbol: "TINY", RoyaltyPoolBps: 500, RoyaltyCreatorBps: 100,
		SupplyLimit: 100, MintPrice: coin(imo(2)), MintPolicy: aigctypes.MINT_POLICY_ANYONE,
	})))
	byMessage := prompt.Prompt{Version: 1, Seed: 11, Input: []byte("red")}
	byCall := prompt.Prompt{Version: 1, Seed: 12, Input: []byte("blue on red")}
	ok(t, c.Next(c.Tx(j.eve, &aigctypes.MsgMint{
		Minter: j.eve.String(), CollectionId: 1, Version: 1, Seed: 11, Input: byMessage.Input, MaxFee: coins(imo(2)),
	})))
	nft := common.Address(aigctypes.CollectionAddress(1))
	minted := j.call(j.eve, nft, "collection", imo(4).BigInt(), "mint", encode(t, byCall))
	c.Next()
	c.Next()
	ids := []*big.Int{tokenID(t, byMessage), minted[0].(*big.Int)}
	require.Equal(t, tokenID(t, byCall), ids[1])
	ok(t, c.Next(c.Tx(j.dee, &aigctypes.MsgSettle{Sender: j.dee.String(), CollectionId: 1, TokenId: common.BigToHash(ids[0]).Hex()[2:]})))
	j.call(j.dee, nft, "collection", nil, "settle", ids[1])
	for _, id := range ids {
		require.Equal(t, j.eve.EVM(), j.view(nft, "collection", "ownerOf", id)[0])
	}
	record, err := c.App().AIGCKeeper.Token(c.Context(), 1, aigctypes.TokenID(common.BigToHash(ids[0])))
	require.NoError(t, err)
	require.Equal(t, true, j.view(nft, "collection", "verify", encode(t, byMessage), record.Provenance.OutputRoot, []byte{})[0])
	require.Equal(t, false, j.view(nft, "collection", "verify", encode(t, byCall), record.Provenance.OutputRoot, []byte{})[0])
	require.Equal(t, true, j.view(nft, "collection", "supportsInterface", [4]byte{0x80, 0xac, 0x58, 0xcd})[0])

	// A sale pays seller, pool, creator and protocol exactly.
	id := common.BigToHash(ids[0]).Hex()[2:]
	ok(t, c.Next(c.Tx(j.eve, &aigctypes.MsgList{Owner: j.eve.String(), CollectionId: 1, TokenId: id, Price: coin(imo(100))})))
	ok(t, c.Next(c.Tx(j.dee, &aigctypes.MsgBuy{Buyer: j.dee.String(), CollectionId: 1, TokenId: id, ExpectedPrice: coin(imo(100))})))
	require.Equal(t, j.dee.EVM(), j.view(nft, "collection", "ownerOf", ids[0])[0])

	// Income drips over the epochs; then the holders claim, one by message, one through the token.
	for range 40 {
		c.Next()
	}
	epoch, err := c.App().RevShareKeeper.CurrentEpoch(c.Context())
	require.NoError(t, err)
	due := j.claimable(j.bo, epoch-1)
	require.True(t, due.GT(imo(1)), "claimable is %s", due)
	require.Equal(t, due, j.claimable(j.chi, epoch-1), "equal holders have equal claims")

	paid := c.Balance(j.bo.Address(), app.BaseDenom)
	result := ok(t, c.Next(c.Tx(j.bo, &revsharetypes.MsgClaim{Holder: j.bo.String(), ShareDenom: j.denom, UpTo: epoch - 1})))
	fee := sdkmath.NewIntFromUint64(uint64(result.GasWanted))
	require.True(t, c.Balance(j.bo.Address(), app.BaseDenom).Sub(paid).Add(fee.MulRaw(20_000_000_000)).GTE(due))

	tokenAddress := common.BytesToAddress(imotypes.TokenAddress(1))
	require.Equal(t, due.BigInt(), j.view(tokenAddress, "token", "claimableRevenue", j.chi.EVM(), new(big.Int).SetUint64(epoch-1))[0])
	j.call(j.chi, tokenAddress, "token", nil, "claim", new(big.Int).SetUint64(epoch-1))
	require.Zero(t, j.view(tokenAddress, "token", "claimableRevenue", j.chi.EVM(), new(big.Int).SetUint64(epoch-1))[0].(*big.Int).Sign())

	require.NoError(t, c.App().RevShareKeeper.CheckInvariants(c.Context()))
	require.NoError(t, c.App().AIGCKeeper.Invariants(c.Context()))
	require.NoError(t, c.App().IMOKeeper.CheckInvariants(c.Context()))
}

func encode(t *testing.T, p prompt.Prompt) []byte {
	t.Helper()
	encoded, err := p.Encode()
	require.NoError(t, err)
	return encoded
}

func tokenID(t *testing.T, p prompt.Prompt) *big.Int {
	t.Helper()
	id := prompt.TokenID(aigctypes.CollectionAddress(1), encode(t, p))
	return new(big.Int).SetBytes(id[:])
}

func imo(whole int64) sdkmath.Int { return sdkmath.NewIntWithDecimal(whole, app.Decimals) }

func coin(amount sdkmath.Int) sdk.Coin { return sdk.NewCoin(app.BaseDenom, amount) }

func coins(amount sdkmath.Int) sdk.Coins { return sdk.NewCoins(coin(amount)) }
