package integration_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/x/oracle/attestation"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// TestByzantineDroppedVotes: a proposer that leaves votes out gains nothing: what the dropped ones
// would have had goes to the community pool, and what they said comes in with the next honest block.
func TestByzantineDroppedVotes(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	for _, tc := range []struct {
		name  string
		drop  []int // numbers of validators
		final bool
	}{
		{"a third", []int{0}, true},
		{"the small ones", []int{3, 4}, true},
		{"half", []int{0, 2}, false},
		{"all but its own", []int{1, 2, 3, 4}, false},
		{"all", []int{0, 1, 2, 3, 4}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			defer a.in(t)()
			r := a.open()
			before, truth := a.books(), a.truth(r)
			a.Next()
			_, tx := a.proposal()
			tx.Votes = slices.DeleteFunc(tx.Votes, func(v attestation.Vote) bool {
				return slices.ContainsFunc(tc.drop, func(number int) bool { return int(v.Index) == a.place(number) })
			})
			var block [][]byte
			if len(tx.Votes) > 0 {
				block = [][]byte{uncheckedInjection(tx)}
			}
			require.True(t, a.accepted(block...))
			a.Execute(time.Second, block)
			require.Equal(t, tc.final, a.request(r.Id).Final())
			matched := a.others(tc.drop...)
			if !tc.final {
				for !a.request(r.Id).Final() {
					require.Less(t, a.Height(), r.CreatedHeight+5, "censored votes land within five heights")
					a.Next()
				}
				matched = a.others()
			}
			a.requireTrue(r, truth)
			a.requirePaid(before, r, a.proposerOf(a.request(r.Id).FinalHeight), matched...)
		})
	}
}

// TestByzantineInjection: a proposer builds the injected transaction wrongly. Honest validators refuse
// the block; were it decided all the same, nothing in it counts.
func TestByzantineInjection(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	r := a.open()
	a.Next()
	proposed, honest := a.proposal()
	good, user := proposed[0], a.Tx(a.bo, send(a.bo, a.chi, imo(1)))
	edit := func(change func(*attestation.Injected)) [][]byte {
		tx := attestation.Injected{Votes: slices.Clone(honest.Votes), Reveals: slices.Clone(honest.Reveals), Link: honest.Link}
		change(&tx)
		return [][]byte{uncheckedInjection(tx)}
	}
	// Some votes stay as they are in these: they count, and are short of a quorum.
	for name, txs := range map[string][][]byte{
		"behind another transaction": {user, good},
		"twice":                      {good, good},
		"at index 3":                 {user, user, user, good},
		"the magic alone":            {[]byte(attestation.Magic)},
		"nothing in it":              {uncheckedInjection(attestation.Injected{})},
		"no votes, but more of them": {append([]byte(attestation.Magic), 0xff, 0xff)},
		"a tail":                     {append(slices.Clone(good), 0)},
		"a tail of a link's length, and one byte": {append(slices.Clone(good), make([]byte, 33)...)},
		"above a quarter of the block":            {append(slices.Clone(good), make([]byte, app.MaxBlockBytes/4)...)},
		"votes reordered":                         edit(func(tx *attestation.Injected) { slices.Reverse(tx.Votes) }),
		"a vote twice":                            edit(func(tx *attestation.Injected) { tx.Votes = []attestation.Vote{tx.Votes[0], tx.Votes[0]} }),
		"a vote twice under two places": edit(func(tx *attestation.Injected) {
			again := tx.Votes[0]
			again.Index = 4
			tx.Votes = []attestation.Vote{tx.Votes[0], again}
		}),
		"a large place for a small validator": edit(func(tx *attestation.Injected) {
			small := tx.Votes[4]
			small.Index = 0
			tx.Votes = []attestation.Vote{small}
		}),
		"a place outside the set": edit(func(tx *attestation.Injected) { tx.Votes = tx.Votes[4:]; tx.Votes[0].Index = 5 }),
		"a stranger": edit(func(tx *attestation.Injected) {
			tx.Votes = tx.Votes[:1]
			tx.Votes[0].Validator = attestation.Address{1}
		}),
		"extensions exchanged": edit(func(tx *attestation.Injected) {
			tx.Votes = tx.Votes[:2]
			tx.Votes[0].Extension, tx.Votes[1].Extension = tx.Votes[1].Extension, tx.Votes[0].Extension
		}),
		"a hostile extension, signed": edit(func(tx *attestation.Injected) {
			hostile := append(slices.Clone(tx.Votes[0].Extension), 0)
			tx.Votes = tx.Votes[:1]
			tx.Votes[0].Extension, tx.Votes[0].Signature = hostile, a.Sign(a.Validators[0], a.Height(), hostile)
		}),
		"an undecodable transaction behind it": {good[:len(good)-1], []byte("garbage")},
	} {
		t.Run(name, func(t *testing.T) {
			defer a.in(t)()
			require.False(t, a.accepted(txs...))
			ctx := a.preBlock(txs)
			got, err := a.App().OracleKeeper.Request(ctx, r.Id)
			require.NoError(t, err)
			if len(txs) > 0 && string(txs[0]) == string(good) { // what stands at index 0 is right
				require.True(t, got.Final())
				return
			}
			require.False(t, got.Final(), "nothing in it counts")
		})
	}
	t.Run("control", func(t *testing.T) {
		defer a.in(t)()
		require.True(t, a.accepted(good, user))
		got, err := a.App().OracleKeeper.Request(a.preBlock([][]byte{good}), r.Id)
		require.NoError(t, err)
		require.True(t, got.Final())
	})
}

// preBlock applies what a block brings on a branch that is thrown away.
func (a *arena) preBlock(txs [][]byte) sdk.Context {
	a.T.Helper()
	commit := abci.CommitInfo{Round: a.Votes().Round}
	for _, v := range a.Votes().Votes {
		commit.Votes = append(commit.Votes, abci.VoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	height := a.Height() + 1
	ctx := a.Context().WithBlockHeight(height)
	ctx = ctx.WithConsensusParams(a.App().GetConsensusParams(ctx))
	_, err := a.App().PreBlocker(ctx, &abci.RequestFinalizeBlock{
		Txs: txs, DecidedLastCommit: commit, Height: height, ProposerAddress: a.Validators[int(height)%len(a.Validators)].Address(),
	})
	require.NoError(a.T, err)
	return ctx
}

// TestByzantineEveryMutation: every byte of an injected transaction turned, every cut, every byte taken
// out or doubled. Validators refuse it unless only what it reveals differs, which decides nothing; in
// a decided block none of them stops anything, makes a false result final or moves a unit wrongly.
func TestByzantineEveryMutation(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	a.withBeacon()
	r := a.open()
	truth := a.truth(r)
	a.Next()
	proposed, honest := a.proposal()
	good := proposed[0]
	require.Len(t, honest.Link, attestation.LinkSize)
	revealed := len(good) - attestation.LinkSize - 2 - attestation.RevealSize // where the reveal begins
	accepted, final, tried := 0, 0, 0
	try := func(what string, tx []byte, mayPass bool) {
		t.Helper()
		tried++
		if a.accepted(tx) {
			accepted++
			require.True(t, mayPass, "%s is accepted", what)
		}
		ctx := a.preBlock([][]byte{tx})
		got, err := a.App().OracleKeeper.Request(ctx, r.Id)
		require.NoError(t, err)
		if got.Final() {
			final++
			require.Equal(t, truth.Output[:], got.OutputRoot, what)
			require.Equal(t, truth.Witness[:], got.Witness, what)
			require.GreaterOrEqual(t, got.Attested.MatchedPower, uint64(67), what)
		}
		require.NoError(t, a.App().OracleKeeper.CheckInvariants(ctx), what)
	}
	for i := range good {
		turned := slices.Clone(good)
		turned[i] ^= 1 << (i % 8)
		try(fmt.Sprintf("byte %d turned", i), turned, i >= revealed)
		if i%3 == 0 {
			try(fmt.Sprintf("cut at %d", i), good[:i], i == len(good)-attestation.LinkSize)
			try(fmt.Sprintf("without byte %d", i), slices.Delete(slices.Clone(good), i, i+1), false)
			try(fmt.Sprintf("byte %d doubled", i), slices.Insert(slices.Clone(good), i, good[i]), false)
		}
	}
	require.Greater(t, tried, 1000)
	require.GreaterOrEqual(t, accepted, attestation.RevealSize-9, "what is revealed is not judged before it counts")
	require.GreaterOrEqual(t, final, attestation.LinkSize, "control: a wrong link costs the proposer only its part of the beacon")
	a.Next()
	a.requireTrue(r, truth)
}

// TestByzantineGas: blocks whose transactions ask for more gas than a block may have are refused,
// however the sum is reached; an honest proposer never builds one.
func TestByzantineGas(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	sends := func(gas ...uint64) [][]byte {
		var txs [][]byte
		for i, g := range gas {
			txs = append(txs, a.TxWithFee(a.bo, uint64(i), g, coins(imo(1)), send(a.bo, a.chi, imo(1))))
		}
		return txs
	}
	call := func(gas uint64) []byte {
		to := a.chi.EVM()
		return a.EthTx(a.dee, chain.Call{To: &to, Gas: gas})
	}
	for _, tc := range []struct {
		name string
		txs  [][]byte
		fits bool
	}{
		{"the limit exactly", sends(app.MaxBlockGas), true},
		{"one above", sends(app.MaxBlockGas + 1), false},
		{"one above in two", sends(app.MaxBlockGas/2, app.MaxBlockGas/2+1), false},
		{"in an Ethereum transaction", [][]byte{call(app.MaxBlockGas + 1)}, false},
		{"by both doors", append(sends(app.MaxBlockGas/2), call(app.MaxBlockGas/2+1)), false},
		{"a sum that wraps", sends(1<<63, 1<<63), false},
		{"all there is", sends(1<<64 - 1), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			defer a.in(t)()
			require.Equal(t, tc.fits, a.accepted(tc.txs...))
			built := a.Propose(time.Second, tc.txs...) // checks that all accept it
			if tc.fits {
				require.Len(t, built, len(tc.txs))
			} else {
				require.Less(t, len(built), len(tc.txs))
			}
		})
	}
	t.Run("an Ethereum transaction that names less gas outside than inside", func(t *testing.T) {
		defer a.in(t)()
		before := a.Balance(a.chi.Address(), app.BaseDenom)
		to := a.chi.EVM()
		understated := understateGas(t, a, a.EthTx(a.dee, chain.Call{To: &to, Value: imo(1).BigInt(), Gas: app.MaxBlockGas + 1}), 21_000)
		require.True(t, a.accepted(understated), "the sum is what the envelope says")
		results := a.Execute(time.Second, [][]byte{understated})
		require.NotZero(t, results[0].Code, "and execution holds it to that")
		require.LessOrEqual(t, results[0].GasUsed, int64(100_000))
		require.Equal(t, before, a.Balance(a.chi.Address(), app.BaseDenom))
	})
}

// understateGas changes the gas that the envelope of an Ethereum transaction names.
func understateGas(t *testing.T, a *arena, raw []byte, gas uint64) []byte {
	t.Helper()
	decoded, err := a.App().TxConfig().TxDecoder()(raw)
	require.NoError(t, err)
	builder, err := a.App().TxConfig().WrapTxBuilder(decoded)
	require.NoError(t, err)
	builder.SetGasLimit(gas)
	out, err := a.App().TxConfig().TxEncoder()(builder.GetTx())
	require.NoError(t, err)
	return out
}

// TestByzantineBlocks: blocks with bytes that are no transaction, or too many of them.
func TestByzantineBlocks(t *testing.T) {
	a := newArena(t, 30, 25, 20, 15, 10)
	fine := a.Tx(a.bo, send(a.bo, a.chi, imo(1)))
	big := a.Tx(a.dee, &oracletypes.MsgRequestInference{
		Requester: a.dee.String(), ModelId: 1, Input: make([]byte, 5<<20), MaxFee: coins(imo(1)),
	})
	for name, tc := range map[string]struct {
		txs    [][]byte
		accept bool
	}{
		"nothing":                       {nil, true},
		"a transaction":                 {[][]byte{fine}, true},
		"bytes that are none":           {[][]byte{fine, []byte("garbage")}, false},
		"an empty one":                  {[][]byte{{}}, false},
		"one of 5 MB":                   {[][]byte{big}, false},
		"5 MB in many":                  {slices.Repeat([][]byte{a.TxWithGas(a.bo, 0, 100_000, send(a.bo, a.chi, imo(1)))}, 5<<20/len(fine)+1), false},
		"a zero byte before a good one": {[][]byte{append([]byte{0}, fine...)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			defer a.in(t)()
			require.Equal(t, tc.accept, a.accepted(tc.txs...))
		})
	}
}
