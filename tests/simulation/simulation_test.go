// Package simulation runs random operations of all modules on the whole application and checks
// every invariant after every block.
package simulation_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/testutil/models"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// Size of a run on every change; leastSuccesses is how often each message must have succeeded over
// all seeds, so that no operation quietly never happens.
const (
	seeds          = 5
	blocks         = 120
	perBlock       = 28
	creators       = 4
	leastSuccesses = 20
)

// world is one run.
type world struct {
	*chain.Chain
	rng     *rand.Rand
	bundles []*bundle.Bundle
	worker  *models.Worker
	block   *chain.Block
	sent    []string
	// committed are prompts that were named by a hash
	committed []committed
	loop      loop
}

// TestInvariants runs the seeds and then asks whether every message had its share.
func TestInvariants(t *testing.T) {
	succeeded := map[string]int{}
	for seed := range uint64(seeds) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { run(t, seed, succeeded) })
	}
	for _, op := range operations {
		require.GreaterOrEqual(t, succeeded[op.name], leastSuccesses, "successes of %s, of all: %v", op.name, succeeded)
	}
}

func run(t *testing.T, seed uint64, succeeded map[string]int) {
	t.Helper()
	var key [32]byte
	binary.BigEndian.PutUint64(key[:], seed)
	w := &world{rng: rand.New(rand.NewChaCha8(key))}
	names := []string{"ana", "bo", "chi", "dee", "eve", "finn", "gil", "hal"}
	for i := range creators {
		w.bundles = append(w.bundles, models.Tiny(t, chain.NewAccount(names[i]).Address(), i))
	}
	w.worker = models.NewWorker(t, w.bundles...)
	w.Chain = chain.New(t, chain.Options{Accounts: names, Worker: w.worker, Genesis: func(a *app.App, state map[string]json.RawMessage) {
		fastGenesis(a, state)
		fastDisputes(a, state)
	}})
	w.reproduce(models.Tiny(t, w.Accounts[len(w.Accounts)-1].Address(), 100))
	supply := w.AfterBlock
	w.AfterBlock = func(c *chain.Chain) {
		supply(c)
		w.checkModules()
	}
	w.openLoop()
	for range blocks {
		w.block, w.sent = w.NewBlock(), nil
		for range perBlock {
			op := operations[w.rng.IntN(len(operations))]
			if from, msg := op.make(w); msg != nil {
				w.block.Messages(from, msg)
				w.sent = append(w.sent, op.name)
			}
		}
		results := w.NextAfter(time.Duration(1+w.rng.IntN(3))*time.Second, w.block.Txs...)
		results = results[len(results)-len(w.sent):] // without an injected transaction
		for i, result := range results {
			if result.Code == 0 {
				succeeded[w.sent[i]]++
				w.loop.watch(t, result)
			}
		}
	}
}

func (w *world) checkModules() {
	w.T.Helper()
	ctx := w.Context()
	require.NoError(w.T, w.App().RevShareKeeper.CheckInvariants(ctx), "revshare at height %d", w.Height())
	require.NoError(w.T, w.App().IMOKeeper.CheckInvariants(ctx), "imo at height %d", w.Height())
	require.NoError(w.T, w.App().OracleKeeper.CheckInvariants(ctx), "oracle at height %d", w.Height())
	require.NoError(w.T, w.App().AIGCKeeper.Invariants(ctx), "aigc at height %d", w.Height())
	w.checkEscrows(ctx)
}

// fastGenesis shortens what takes days on a main network.
func fastGenesis(a *app.App, state map[string]json.RawMessage) {
	cdc := a.AppCodec()
	var imo imotypes.GenesisState
	cdc.MustUnmarshalJSON(state[imotypes.ModuleName], &imo)
	imo.Params.MinSaleDuration, imo.Params.CancelGap, imo.Params.MinExitWindow = 5*time.Second, 0, 2*time.Second
	imo.Params.MaxFirstTrancheBps, imo.Params.MinTreasuryWindow = imotypes.BasisPoints, 2*time.Second
	state[imotypes.ModuleName] = cdc.MustMarshalJSON(&imo)
	var revshare revsharetypes.GenesisState
	cdc.MustUnmarshalJSON(state[revsharetypes.ModuleName], &revshare)
	revshare.Params.EpochBlocks, revshare.Params.DripEpochs = 3, 2
	state[revsharetypes.ModuleName] = cdc.MustMarshalJSON(&revshare)
}

// account returns a random account.
func (w *world) account() chain.Account { return w.Accounts[w.rng.IntN(len(w.Accounts))] }

// id returns a random id that is likely to exist.
func (w *world) id(last int) uint64 { return uint64(1 + w.rng.IntN(max(1, last))) }
