package integration_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/executor"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/testutil/models"
	"github.com/imochain/imod/testutil/seat"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// ring is a network on which seven executors reproduced a model of class OPTIMISTIC.
type ring struct {
	*chain.Chain
	bundle, other *bundle.Bundle // the model, and one with other weights
	executors     []chain.Account
	gas           map[string]uint64 // the most that a message of a kind used
}

// shortTimes makes windows and clocks short, and every claim audited by nobody.
func shortTimes(a *app.App, state map[string]json.RawMessage) {
	var g oracletypes.GenesisState
	a.AppCodec().MustUnmarshalJSON(state[oracletypes.ModuleName], &g)
	o := &g.Params.Optimistic
	o.JobBlocks, o.WindowBlocks, o.ClockBlocks, o.ClockIncrement, o.OpenBlocks = 12, 10, 30, 5, 5
	o.ProofJobBlocks, o.AuditChanceBps, o.UnbondingBlocks = 20, 0, 10
	state[oracletypes.ModuleName] = a.AppCodec().MustMarshalJSON(&g)
}

func newRing(t *testing.T) *ring {
	t.Helper()
	names := []string{"ana", "user", "watcher", "liar"}
	for i := range 7 {
		names = append(names, fmt.Sprint("executor ", i))
	}
	ana := chain.NewAccount("ana")
	a := &ring{bundle: models.Tiny(t, ana.Address(), 0), other: models.Tiny(t, ana.Address(), 5), gas: make(map[string]uint64)}
	a.Chain = chain.New(t, chain.Options{Powers: []int64{100}, Accounts: names, Genesis: shortTimes})
	for i := range 7 {
		e := a.Account(fmt.Sprint("executor ", i))
		a.executors = append(a.executors, e)
		ok(t, a.Next(a.Tx(e, &oracletypes.MsgRegisterExecutor{
			Executor: e.String(), Capacity: 2, Bond: sdk.NewCoin(app.BaseDenom, oracletypes.DefaultOptimisticParams().JobBond.MulRaw(3)),
			MaxBundleBytes: 1 << 30,
		})))
	}
	ok(t, a.Next(a.Tx(ana, &imotypes.MsgRegisterModel{
		Creator: ana.String(), BundleUris: []string{"http://127.0.0.1:1/tiny"}, Manifest: a.bundle.Manifest.Encode(),
		VerificationClass: imotypes.VERIFICATION_CLASS_OPTIMISTIC,
	})))
	for range 30 {
		for _, e := range a.executors {
			require.NoError(t, a.execute(e, a.bundle))
		}
		a.Next()
		if m := a.model(); m.LatestVersion == 1 {
			require.Equal(t, imotypes.MODEL_STATUS_REPRODUCED_BY_EXECUTORS, m.Status)
			return a
		}
	}
	require.Fail(t, "executors do not reproduce the model")
	return nil
}

func (a *ring) model() imotypes.Model {
	m, err := a.App().IMOKeeper.Model(a.Context(), 1)
	require.NoError(a.T, err)
	return m
}

func (a *ring) request(id uint64) oracletypes.Request {
	r, err := a.App().OracleKeeper.Request(a.Context(), id)
	require.NoError(a.T, err)
	return r
}

// config is that of a program that was started anew, with what it left on disk.
func (a *ring) config(account chain.Account) executor.Config {
	cfg := executor.DefaultConfig()
	cfg.Once, cfg.State = true, filepath.Join(a.T.(*testing.T).TempDir(), "..", account.Name+".json")
	return cfg
}

// execute starts an executor that runs a bundle, lets it do one round and kills it.
func (a *ring) execute(account chain.Account, b *bundle.Bundle) error {
	return executor.Execute(a.T.Context(), a.config(account), seat.Seat{Chain: a.Chain, Signer: account, Gas: a.gas}, seat.Only{Is: b})
}

func (a *ring) watch(account chain.Account, b *bundle.Bundle) error {
	return executor.Watch(a.T.Context(), a.config(account), seat.Seat{Chain: a.Chain, Signer: account, Gas: a.gas}, seat.Only{Is: b})
}

// ask pays for a run and returns the drawn executor once there is one.
func (a *ring) ask() (id uint64, drawn chain.Account) {
	a.T.Helper()
	user := a.Account("user")
	ok(a.T, a.Next(a.Tx(user, &oracletypes.MsgRequestInference{
		Requester: user.String(), ModelId: 1, Input: []byte("a red"), Seed: 3,
		MaxFee: sdk.NewCoins(sdk.NewCoin(app.BaseDenom, oracletypes.MaxAmount())),
	})))
	for id = 1; ; id++ {
		if r, err := a.App().OracleKeeper.Request(a.Context(), id+1); err != nil || r.Id == 0 {
			break
		}
	}
	return id, a.drawn(id)
}

func (a *ring) drawn(id uint64) chain.Account {
	for range 10 {
		for _, e := range a.executors {
			if r := a.request(id); r.Executor == e.String() && r.AssignHeight == 0 {
				return e
			}
		}
		a.Next()
	}
	require.Fail(a.T, "nobody was drawn")
	return chain.Account{}
}

// until plays rounds of all sides, each started anew, until a request has a status.
func (a *ring) until(id uint64, status oracletypes.RequestStatus, rounds ...func() error) {
	a.T.Helper()
	for range 120 {
		if a.request(id).Status == status {
			return
		}
		for _, round := range rounds {
			require.NoError(a.T, round())
		}
		a.Next()
		require.NoError(a.T, a.App().OracleKeeper.CheckInvariants(a.Context()))
	}
	require.Fail(a.T, "request stays", "%s", a.request(id).Status)
}

// TestOptimisticCheat: an executor that runs other weights, and defends what came out move by move, is caught by a
// watcher and loses its bond; the user is paid; another executor makes the right result final. Both programs are
// started anew for every single move.
func TestOptimisticCheat(t *testing.T) {
	a := newRing(t)
	id, cheat := a.ask()
	require.NoError(t, a.execute(cheat, a.other))
	require.Equal(t, oracletypes.RequestStatus_REQUEST_STATUS_ASSERTED, a.request(id).Status)
	watcher, user := a.Account("watcher"), a.Account("user")
	paid := a.Balance(user.Address(), app.BaseDenom)
	fee := a.request(id).NetworkFee.Amount
	moves := 0
	a.until(id, oracletypes.RequestStatus_REQUEST_STATUS_PENDING,
		func() error { moves++; return a.watch(watcher, a.bundle) }, func() error { return a.execute(cheat, a.other) })
	bond := oracletypes.DefaultOptimisticParams().JobBond
	require.Equal(t, fee.Add(bond.QuoRaw(5)).String(), a.Balance(user.Address(), app.BaseDenom).Sub(paid).String(),
		"the fee and a fifth of the bond")
	info, err := seat.Seat{Chain: a.Chain, Signer: cheat}.Oracle().Executor(t.Context(), &oracletypes.QueryExecutorRequest{Address: cheat.String()})
	require.NoError(t, err)
	require.Equal(t, bond.MulRaw(2).String(), info.Executor.Bond.String())
	require.True(t, info.Executor.Suspended)

	honest := a.drawn(id)
	require.NotEqual(t, cheat.String(), honest.String())
	a.until(id, oracletypes.RequestStatus_REQUEST_STATUS_FINAL,
		func() error { return a.watch(watcher, a.bundle) }, func() error { return a.execute(honest, a.bundle) })
	require.Equal(t, oracletypes.TrustClass_TRUST_CLASS_UNDISPUTED, a.request(id).TrustClass)
	for name, gas := range a.gas {
		t.Logf("%s: %d gas at most", name, gas)
	}
}

// TestOptimisticLiar: a challenger that runs other weights loses its bond to the executor that answered rightly, and the
// result becomes final.
func TestOptimisticLiar(t *testing.T) {
	a := newRing(t)
	id, honest := a.ask()
	require.NoError(t, a.execute(honest, a.bundle))
	liar := a.Account("liar")
	a.until(id, oracletypes.RequestStatus_REQUEST_STATUS_DISPUTED, func() error { return a.watch(liar, a.other) })
	a.until(id, oracletypes.RequestStatus_REQUEST_STATUS_FINAL,
		func() error { return a.watch(liar, a.other) }, func() error { return a.execute(honest, a.bundle) })
	require.Equal(t, oracletypes.TrustClass_TRUST_CLASS_UNDISPUTED, a.request(id).TrustClass)
	d, err := seat.Seat{Chain: a.Chain, Signer: liar}.Oracle().Dispute(t.Context(), &oracletypes.QueryDisputeRequest{Id: 1})
	require.NoError(t, err)
	require.Equal(t, oracletypes.DisputeStatus_DISPUTE_STATUS_LOST, d.Dispute.Status)
	require.True(t, d.Dispute.Bond.IsZero())
}
