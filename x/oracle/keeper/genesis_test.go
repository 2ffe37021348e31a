package keeper_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

// populated returns a fixture with a record of every kind.
func populated(t *testing.T) *fixture.Fixture {
	t.Helper()
	f := fixture.New(t, 40, 30, 30)
	alice, mallory := f.Account("alice"), f.Account("mallory")
	final, open := f.Ask(alice, 1, 1), f.Ask(alice, 3, 2)
	f.Models.FailIncome = true
	result := fixture.Result(final)
	require.NoError(t, f.Keeper.Attest(f.Ctx, fixture.Reveal(f.Round(final, result, 0, 1), final, result)))
	require.NoError(t, f.Keeper.Deliver(f.Ctx, final.Id, fixture.Output(1)))
	f.Models.FailIncome = false
	require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(open, fixture.Result(open), 0, 1)))
	require.NoError(t, f.Keeper.Attest(f.Ctx, f.Round(open, attestation.Result{Output: [32]byte{9}}, 1)))
	submit(f, 5, 100)
	submit(f, 6, 50)
	params := types.DefaultParams()
	params.MaxOpenProofs = 1
	f.SetParams(params)
	f.Next()
	s := subjectOf(f, attestation.Proof, proofOf(f, 5))
	require.NoError(t, f.Keeper.Attest(f.Ctx, roundOf(f, s, reproduced, 0, 1, 2)))
	require.NoError(t, f.Keeper.StepTrials(f.Ctx, roundOf(f, s, reproduced)))
	f.Next()
	require.NoError(t, f.Keeper.Open(f.Ctx, openingOf(f, s, reproduced, 1)))

	_, err := keeper.NewMsgServer(f.Keeper).SetPolicy(f.Ctx, &types.MsgSetPolicy{
		Operator: operatorOf(f, 1), MaxBundleBytes: 1, AllowLicences: []string{"MIT"}, DenyModels: []uint64{7}, Mirror: "http://h",
	})
	require.NoError(t, err)
	f.Bank.Refusing[string(mallory)] = true
	short := types.DefaultParams()
	short.RequestBlocks = 3
	f.SetParams(short)
	f.Ask(mallory, 3, 5)
	f.At(15)
	f.Next()
	f.Ask(alice, 2, 6)
	f.CheckMoney()
	return f
}

// TestImportExport: the same bytes after export, import, export, and what was open goes on.
func TestImportExport(t *testing.T) {
	f := populated(t)
	first, err := f.Keeper.ExportGenesis(f.Ctx)
	require.NoError(t, err)
	require.NotEmpty(t, first.Requests)
	require.NotEmpty(t, first.Proofs)
	require.Len(t, first.Bindings, 5)
	require.Len(t, first.Proofs, 2, "one open, one in the queue")
	require.Len(t, first.Opened, 1)
	require.Empty(t, first.Bindings[1].Value, "a void binding stays void")
	require.NotEmpty(t, first.Validators)
	require.NotEmpty(t, first.Credits)
	require.NotEmpty(t, first.HeldIncomes)
	require.NotEmpty(t, first.ReceiptRoots)
	require.Len(t, first.Policies, 1)
	require.NoError(t, first.Validate())

	cdc := codec.NewProtoCodec(codectypes.NewInterfaceRegistry())
	json := cdc.MustMarshalJSON(first)
	var read types.GenesisState
	cdc.MustUnmarshalJSON(json, &read)
	other := f.Import(&read)
	second, err := other.Keeper.ExportGenesis(other.Ctx)
	require.NoError(t, err)
	require.Equal(t, string(json), string(cdc.MustMarshalJSON(second)))
	other.CheckMoney()

	// After the import: the open request becomes final, the proof is decided, the credit is claimed.
	open := other.Get(2)
	result := fixture.Result(open)
	require.NoError(t, other.Keeper.Attest(other.Ctx, fixture.Reveal(other.Round(open, result, 2), open, result)))
	require.True(t, other.Get(2).Final(), "40 stored and 30 new; the void 30 do not count")
	s := subjectOf(other, attestation.Proof, first.Proofs[0])
	trialBlock(other, attestation.Round{}, openingOf(other, s, reproduced, 0), openingOf(other, s, reproduced, 2))
	require.Len(t, other.Models.Outcomes, 1)
	require.Equal(t, types.ProofPhase_PROOF_PHASE_COMMIT, proofOf(other, 6).Phase, "the queue goes on")
	mallory := fixture.Address("mallory")
	delete(other.Bank.Refusing, string(mallory))
	_, err = other.Keeper.ClaimRefund(other.Ctx, mallory)
	require.NoError(t, err)
	other.CheckMoney()
}

func TestGenesisRefuses(t *testing.T) {
	cases := map[string]func(*types.GenesisState){
		"params":                     func(g *types.GenesisState) { g.Params.RequestBlocks = 0 },
		"no community tally":         func(g *types.GenesisState) { g.Totals.CommunityTally = math.Int{} },
		"request twice":              func(g *types.GenesisState) { g.Requests = append(g.Requests, g.Requests[0]) },
		"request above the last id":  func(g *types.GenesisState) { g.Totals.LastRequestId = 1 },
		"request without a root":     func(g *types.GenesisState) { g.Requests[0].InputRoot = nil },
		"request in another denom":   func(g *types.GenesisState) { g.Requests[0].NetworkFee = sdk.NewInt64Coin("usdc", 1) },
		"request without a price":    func(g *types.GenesisState) { g.Requests[0].ModelPrice = sdk.Coin{} },
		"final request, no result":   func(g *types.GenesisState) { g.Requests[0].Witness = nil },
		"request of unknown status":  func(g *types.GenesisState) { g.Requests[0].Status = types.RequestStatus_REQUEST_STATUS_DISPUTED },
		"proof twice":                func(g *types.GenesisState) { g.Proofs = append(g.Proofs, g.Proofs[0]) },
		"proof without beacon":       func(g *types.GenesisState) { g.Proofs[0].Beacon = nil },
		"binding of a closed one":    func(g *types.GenesisState) { g.Bindings[0].Id = 1 },
		"binding twice":              func(g *types.GenesisState) { g.Bindings = append(g.Bindings, g.Bindings[0]) },
		"binding of 19 bytes":        func(g *types.GenesisState) { g.Bindings[0].Value = make([]byte, 19) },
		"binding of nobody":          func(g *types.GenesisState) { g.Bindings[0].Validator = "x" },
		"binding of unknown kind":    func(g *types.GenesisState) { g.Bindings[0].Kind = 257 },
		"validator twice":            func(g *types.GenesisState) { g.Validators = append(g.Validators, g.Validators[0]) },
		"validator number 0":         func(g *types.GenesisState) { g.Validators[0].Number = 0 },
		"validator above the last":   func(g *types.GenesisState) { g.Totals.LastValidator = 1 },
		"negative tally":             func(g *types.GenesisState) { g.Validators[0].Tally = math.NewInt(-1) },
		"credit twice":               func(g *types.GenesisState) { g.Credits = append(g.Credits, g.Credits[0]) },
		"held income twice":          func(g *types.GenesisState) { g.HeldIncomes = append(g.HeldIncomes, g.HeldIncomes[0]) },
		"receipt root of 31 bytes":   func(g *types.GenesisState) { g.ReceiptRoots[0].Root = make([]byte, 31) },
		"policy twice":               func(g *types.GenesisState) { g.Policies = append(g.Policies, g.Policies[0]) },
		"policy of nobody":           func(g *types.GenesisState) { g.Policies[0].Validator = "x" },
		"policy out of its bounds":   func(g *types.GenesisState) { g.Policies[0].DenyModels = []uint64{0} },
		"policy that says nothing":   func(g *types.GenesisState) { g.Policies[0] = types.Policy{Validator: g.Policies[0].Validator} },
		"receipt roots out of order": func(g *types.GenesisState) { g.ReceiptRoots = append(g.ReceiptRoots, g.ReceiptRoots[0]) },
	}
	f := populated(t)
	for name, edit := range cases {
		t.Run(name, func(t *testing.T) {
			g, err := f.Keeper.ExportGenesis(f.Ctx)
			require.NoError(t, err)
			edit(g)
			require.Error(t, g.Validate())
		})
	}
	t.Run("escrow does not cover", func(t *testing.T) {
		g, err := f.Keeper.ExportGenesis(f.Ctx)
		require.NoError(t, err)
		g.Totals.CommunityTally = g.Totals.CommunityTally.AddRaw(1)
		branch, _ := f.Ctx.CacheContext()
		require.ErrorIs(t, f.Keeper.InitGenesis(branch, g), types.ErrInvalidState)
	})
	require.NoError(t, types.DefaultGenesis().Validate())
}
