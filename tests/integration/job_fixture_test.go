package integration_test

import (
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/precompiles/offerings"
	"github.com/imochain/imod/precompiles/oracle"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/testutil/models"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

var (
	oracleAddress    = common.HexToAddress(oracle.Address)
	offeringsAddress = common.HexToAddress(offerings.Address)
)

// job is a network on which a tiny model is registered and reproduced.
type job struct {
	*chain.Chain
	ana, bo, chi, dee, eve chain.Account
	denom                  string
	bundle, second         *bundle.Bundle // of ana's model, and of a second version of it
	worker                 *models.Worker
	liquidityBps           uint32 // of the supply, which offer gives to the token's market instead of contributors
}

// newJob registers ana's model and waits until it is reproduced.
func newJob(t *testing.T, followers ...*chain.Follower) *job {
	t.Helper()
	return newJobWith(t, []string{"ana", "bo", "chi", "dee", "eve"}, followers...)
}

// newJobWith is newJob with more funded accounts.
func newJobWith(t testing.TB, accounts []string, followers ...*chain.Follower) *job {
	t.Helper()
	return newJobOn(t, accounts, fastGenesis, followers...)
}

// newJobOn is newJobWith on another genesis.
func newJobOn(t testing.TB, accounts []string, genesis func(*app.App, map[string]json.RawMessage), followers ...*chain.Follower) *job {
	t.Helper()
	return newJobFrom(t, chain.Options{Accounts: accounts, Followers: followers, Genesis: genesis})
}

// newJobFrom is newJob on a network with options, whose worker it sets.
func newJobFrom(t testing.TB, options chain.Options) *job {
	t.Helper()
	ana := chain.NewAccount("ana")
	made := models.Tiny(t, ana.Address(), 0)
	second := models.Tiny(t, ana.Address(), 50)
	worker := models.NewWorker(t, made, second)
	options.Worker = worker
	c := chain.New(t, options)
	j := &job{
		Chain: c, ana: ana, bo: c.Account("bo"), chi: c.Account("chi"), dee: c.Account("dee"), eve: c.Account("eve"),
		denom: imotypes.TokenDenom(1), bundle: made, second: second, worker: worker,
	}
	ok(t, c.Next(c.Tx(ana, &imotypes.MsgRegisterModel{
		Creator: ana.String(), Name: "Tiny", Summary: "Paints two by two pixels.", Licence: "Apache-2.0",
		BundleUris: []string{"http://127.0.0.1:1/bundles"}, Manifest: made.Manifest.Encode(), Price: coin(imo(1)),
		Contributors:      []imotypes.Contributor{{Address: ana.String(), Weight: 1}},
		VerificationClass: imotypes.VERIFICATION_CLASS_ATTESTED,
	})))
	registered := c.Height()
	for range 3 + len(c.Validators)/attestation.MaxOpenings { // two blocks until all have bound, and those to open
		c.Next()
	}
	model, err := c.App().IMOKeeper.Model(c.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, imotypes.MODEL_STATUS_REPRODUCED, model.Status, "registered at %d, now %d", registered, c.Height())
	return j
}

// fastGenesis shortens what takes days on a main network.
func fastGenesis(a *app.App, state map[string]json.RawMessage) {
	cdc := a.AppCodec()
	var imo imotypes.GenesisState
	cdc.MustUnmarshalJSON(state[imotypes.ModuleName], &imo)
	imo.Params.MinSaleDuration, imo.Params.CancelGap, imo.Params.MinExitWindow = 10*time.Second, 0, 5*time.Second
	imo.Params.MaxFirstTrancheBps, imo.Params.MinTreasuryWindow = imotypes.BasisPoints, 5*time.Second
	state[imotypes.ModuleName] = cdc.MustMarshalJSON(&imo)
	var revshare revsharetypes.GenesisState
	cdc.MustUnmarshalJSON(state[revsharetypes.ModuleName], &revshare)
	revshare.Params.EpochBlocks, revshare.Params.DripEpochs = 4, 3
	state[revsharetypes.ModuleName] = cdc.MustMarshalJSON(&revshare)
}

// sell offers tokens to three bidders and lets them collect.
func (j *job) sell() {
	j.T.Helper()
	j.offer()
	j.endSale()
	ok(j.T, j.Next(j.collects(j.bo), j.collects(j.dee)))
	j.call(j.chi, offeringsAddress, "offerings", nil, "collect", big.NewInt(1))
}

func (j *job) collects(who chain.Account) []byte {
	j.T.Helper()
	return j.Tx(who, &imotypes.MsgCollectAllocation{Sender: who.String(), OfferingId: 1, Owner: who.String()})
}

// offer sells 60 % of 5,000 tokens at 0.1 IMO each; three bid for 1,000 each.
func (j *job) offer() {
	j.T.Helper()
	c, t := j.Chain, j.T
	start := c.Time()
	ok(t, c.Next(c.Tx(j.ana, &imotypes.MsgCreateOffering{
		Creator: j.ana.String(), ModelId: 1, Kind: imotypes.OFFERING_KIND_FIXED, TokenName: "Tiny", TokenSymbol: "TINY",
		TotalSupply: sdk.NewCoin(j.denom, imo(5000)), SaleBps: 6000,
		ContributorsBps: 3000 - j.liquidityBps, LiquidityBps: j.liquidityBps, TreasuryBps: 1000,
		PaymentDenom: app.BaseDenom, Price: sdkmath.NewIntWithDecimal(1, 17), SoftCap: coin(imo(200)), MinBid: coin(imo(1)),
		OwnerCap: coin(imo(1000)), StartTime: time.Unix(0, 0).UTC(), EndTime: start.Add(30 * time.Second), CancelDeadline: start.Add(20 * time.Second),
		Tranches: []imotypes.Tranche{{ReleaseTime: start.Add(60 * time.Second), Bps: 10000}}, ExitWindow: 10 * time.Second,
		VestingDuration: 100 * time.Second, DisclosureHash: hex.EncodeToString(make([]byte, 32)),
		MinRequestPrice: coin(imo(0)), MaxRequestPrice: coin(imo(10)),
	})))
	offering, _, err := c.App().IMOKeeper.Offering(c.Context(), 1)
	require.NoError(t, err)
	bid := func(from chain.Account) *imotypes.MsgPlaceBid {
		return &imotypes.MsgPlaceBid{
			Bidder: from.String(), OfferingId: 1, Amount: coin(imo(100)), MaxPrice: sdkmath.NewIntWithDecimal(1, 17), TermsHash: offering.TermsHash,
		}
	}
	ok(t, c.Next(c.Tx(j.bo, bid(j.bo)), c.Tx(j.dee, bid(j.dee))))
	var hash [32]byte
	_, err = hex.Decode(hash[:], []byte(offering.TermsHash))
	require.NoError(t, err)
	j.call(j.chi, offeringsAddress, "offerings", imo(100).BigInt(), "placeBid",
		big.NewInt(1), imo(100).BigInt(), sdkmath.NewIntWithDecimal(1, 17).BigInt(), hash)
}

// endSale waits until the chain has settled the offering.
func (j *job) endSale() {
	j.T.Helper()
	j.NextAfter(40 * time.Second)
	j.Next()
	offering, _, err := j.App().IMOKeeper.Offering(j.Context(), 1)
	require.NoError(j.T, err)
	require.Equal(j.T, imotypes.OFFERING_STATUS_SUCCEEDED, offering.Status)
}

// ok requires that every transaction of a block succeeded, apart from an injected one, and
// returns the last result.
func ok(t testing.TB, results []*abci.ExecTxResult) *abci.ExecTxResult {
	t.Helper()
	for i, result := range results {
		if i == 0 && result.Codespace == "imod" {
			continue
		}
		require.Zero(t, result.Code, result.Log)
	}
	require.NotEmpty(t, results)
	return results[len(results)-1]
}

// abiOf reads the interface of a contract.
func abiOf(t testing.TB, name string) abi.ABI {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "precompiles", name, "abi.json"))
	require.NoError(t, err)
	defer file.Close()
	parsed, err := abi.JSON(file)
	require.NoError(t, err)
	return parsed
}

// call sends an Ethereum transaction to a contract, requires success, and decodes its outputs.
func (j *job) call(from chain.Account, to common.Address, name string, value *big.Int, method string, args ...any) []any {
	j.T.Helper()
	api := abiOf(j.T, name)
	data, err := api.Pack(method, args...)
	require.NoError(j.T, err)
	result := ok(j.T, j.Chain.Next(j.Chain.EthTx(from, chain.Call{To: &to, Value: value, Data: data})))
	response := decodeResponse(j.T, result.Data)
	require.Empty(j.T, response.VmError, "%s: %s", method, revertReason(response.Ret))
	out, err := api.Unpack(method, response.Ret)
	require.NoError(j.T, err)
	return out
}

// view calls a contract without a transaction.
func (j *job) view(to common.Address, name, method string, args ...any) []any {
	j.T.Helper()
	api := abiOf(j.T, name)
	data, err := api.Pack(method, args...)
	require.NoError(j.T, err)
	raw, err := json.Marshal(map[string]any{"to": to, "data": "0x" + hex.EncodeToString(data)})
	require.NoError(j.T, err)
	response, err := j.App().EVMKeeper.EthCall(j.Context(), &evmtypes.EthCallRequest{Args: raw, GasCap: 5_000_000})
	require.NoError(j.T, err)
	require.Empty(j.T, response.VmError, "%s: %s", method, revertReason(response.Ret))
	out, err := api.Unpack(method, response.Ret)
	require.NoError(j.T, err)
	return out
}

func revertReason(ret []byte) string {
	if reason, err := abi.UnpackRevert(ret); err == nil {
		return reason
	}
	return hex.EncodeToString(ret)
}

func (j *job) erc20Balance(holder chain.Account) sdkmath.Int {
	j.T.Helper()
	out := j.view(common.BytesToAddress(imotypes.TokenAddress(1)), "token", "balanceOf", holder.EVM())
	return sdkmath.NewIntFromBigInt(out[0].(*big.Int))
}

func (j *job) claimable(holder chain.Account, epoch uint64) sdkmath.Int {
	j.T.Helper()
	coins, err := j.App().RevShareKeeper.ClaimableRevenue(j.Context(), j.denom, holder.Address(), epoch)
	require.NoError(j.T, err)
	return coins.AmountOf(app.BaseDenom)
}
