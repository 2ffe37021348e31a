package simulation_test

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/executor"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/testutil/seat"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// optimisticModel is the model of class OPTIMISTIC, registered before the others.
const optimisticModel = 1

// optimisticOperations ask, answer rightly or not, challenge, and let clocks run out. Whole games are played elsewhere
// (tests/integration, x/oracle/node/player): random bytes are no moves.
var optimisticOperations = []operation{
	{"AskExecutor", askExecutor},
	{"AssertResult", assertResult},
	{"Challenge", challenge},
	{"RegisterExecutor", registerExecutor},
}

// model returns a random id of the models that the creators register.
func (w *world) model() uint64 { return optimisticModel + w.id(creators) }

// fastDisputes shortens jobs, windows and clocks.
func fastDisputes(a *app.App, state map[string]json.RawMessage) {
	var g oracletypes.GenesisState
	a.AppCodec().MustUnmarshalJSON(state[oracletypes.ModuleName], &g)
	o := &g.Params.Optimistic
	o.JobBlocks, o.WindowBlocks, o.ClockBlocks, o.ClockIncrement, o.OpenBlocks = 8, 6, 10, 2, 4
	o.ProofJobBlocks, o.WaitBlocks, o.UnbondingBlocks, o.JobBond = 40, 60, 10, sdkmath.NewIntWithDecimal(1, 16)
	o.ChallengeBond, o.MissedPenalty = sdkmath.NewIntWithDecimal(3, 15), sdkmath.NewIntWithDecimal(1, 14)
	state[oracletypes.ModuleName] = a.AppCodec().MustMarshalJSON(&g)
}

// reproduce registers a model of class OPTIMISTIC, which executors reproduce.
func (w *world) reproduce(made *bundle.Bundle) {
	w.T.Helper()
	creator := w.Accounts[len(w.Accounts)-1] // who sells nothing
	for _, e := range w.Accounts {
		_, msg := registerExecutorOf(w, e)
		w.Next(w.Tx(e, msg))
	}
	w.Next(w.Tx(creator, &imotypes.MsgRegisterModel{
		Creator: creator.String(), BundleUris: []string{"http://127.0.0.1:1/optimistic"}, Manifest: made.Manifest.Encode(),
		VerificationClass: imotypes.VERIFICATION_CLASS_OPTIMISTIC,
	}))
	dir := w.T.TempDir()
	for range 40 {
		for i, e := range w.Accounts {
			cfg := executor.DefaultConfig()
			cfg.Once, cfg.State, cfg.Logger = true, filepath.Join(dir, fmt.Sprint(i)), nil
			require.NoError(w.T, executor.Execute(w.T.Context(), cfg, seat.Seat{Chain: w.Chain, Signer: e}, seat.Only{Is: made}))
		}
		w.Next()
		if m, err := w.App().IMOKeeper.Model(w.Context(), optimisticModel); err == nil && m.LatestVersion == 1 {
			return
		}
	}
	require.Fail(w.T, "executors do not reproduce the model")
}

func registerExecutorOf(w *world, e chain.Account) (chain.Account, sdk.Msg) {
	return e, &oracletypes.MsgRegisterExecutor{
		Executor: e.String(), Capacity: uint32(1 + w.rng.IntN(4)), Bond: amount(5), Models: []uint64{optimisticModel}, MaxBundleBytes: 1 << 30,
	}
}

func registerExecutor(w *world) (chain.Account, sdk.Msg) { return registerExecutorOf(w, w.account()) }

func askExecutor(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	return from, &oracletypes.MsgRequestInference{
		Requester: from.String(), ModelId: optimisticModel, Input: []byte("a red"), Seed: w.rng.Uint64N(5),
		MaxFee: sdk.NewCoins(amount(100_000)),
	}
}

// assertResult answers for an executor that has a job.
func assertResult(w *world) (chain.Account, sdk.Msg) {
	s := seat.Seat{Chain: w.Chain, Signer: w.account()}
	info, err := s.Oracle().Executor(w.T.Context(), &oracletypes.QueryExecutorRequest{Address: s.Signer.String()})
	if err != nil {
		return s.Signer, nil
	}
	for _, job := range info.Jobs {
		if job.Kind == oracletypes.SubjectKind_SUBJECT_KIND_REQUEST {
			root := [32]byte{byte(w.rng.IntN(3))}
			return s.Signer, &oracletypes.MsgAssertResult{Executor: s.Signer.String(), RequestId: job.Id, OutputRoot: hex.EncodeToString(root[:])}
		}
	}
	return s.Signer, nil
}

func challenge(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	g, err := w.App().OracleKeeper.ExportGenesis(w.Context())
	require.NoError(w.T, err)
	for _, c := range g.Claims {
		if c.Status == oracletypes.ClaimStatus_CLAIM_STATUS_OPEN && w.Height() <= c.WindowHeight && w.rng.IntN(3) == 0 {
			return from, &oracletypes.MsgChallenge{Challenger: from.String(), ClaimId: c.Id, MaxBond: amount(10)}
		}
	}
	return from, nil
}
