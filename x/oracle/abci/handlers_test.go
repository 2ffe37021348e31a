package abci_test

import (
	"context"
	"errors"
	"math/rand"
	"reflect"
	"slices"
	"testing"

	cmtabci "github.com/cometbft/cometbft/abci/types"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/log/v2"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/abci"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

// TestFinalInSecondBlock: a request in block H whose model runs within the block time is final in H+2.
func TestFinalInSecondBlock(t *testing.T) {
	n := newNetwork(t, 10, 10, 10, 10)
	var work []types.WorkItem
	update := abci.AfterCommit(n.Keeper, log.NewNopLogger(), func(_ int64, items []types.WorkItem) { work = items })

	var r types.Request
	height := n.Ctx.BlockHeight()
	require.Empty(t, n.block(func() { r = n.Ask(n.Account("alice"), 1, 3) }), "nothing to say, nothing injected")
	update(n.Ctx.WithBlockHeight(height))
	require.Len(t, work, 1)
	require.Equal(t, fixture.Input, work[0].Input)
	n.know(memory{fixture.WorkResult(r, fixture.Result(r))}, 0, 1, 2) // the fourth sidecar is down

	require.Empty(t, n.block(nil))
	require.False(t, n.Get(r.Id).Final())
	txs := n.block(nil)
	tx, ok := n.injected(txs)
	require.True(t, ok)
	require.Len(t, tx.Votes, 3)
	require.Len(t, tx.Reveals, 1)
	require.Equal(t, height+2, n.Get(r.Id).FinalHeight)
	require.True(t, n.Get(r.Id).Final())
	n.CheckMoney()
	require.Empty(t, n.block(nil), "what is done is not said again")
}

// TestLateAnswer: two sidecars away make a request wait, not fail.
func TestLateAnswer(t *testing.T) {
	n := newNetwork(t, 10, 10, 10, 10)
	var r types.Request
	n.block(func() { r = n.Ask(n.Account("alice"), 1, 3) })
	results := memory{fixture.WorkResult(r, fixture.Result(r))}
	n.know(results, 0, 1)
	n.block(nil)
	_, ok := n.injected(n.block(nil))
	require.True(t, ok, "two bindings are stored")
	for range 5 {
		_, ok = n.injected(n.block(nil))
		require.False(t, ok, "stored bindings are not repeated")
	}
	n.know(results)
	n.block(nil)
	n.block(nil)
	require.True(t, n.Get(r.Id).Final())
	require.Equal(t, uint64(40), n.Get(r.Id).Attested.MatchedPower)
	n.CheckMoney()
}

// TestProposerWithoutSidecar: bindings are carried, and the next proposer with the result reveals it
// although nobody binds any more.
func TestProposerWithoutSidecar(t *testing.T) {
	n := newNetwork(t, 10, 10, 10, 10)
	var r types.Request
	n.block(func() { r = n.Ask(n.Account("alice"), 1, 3) })
	results := memory{fixture.WorkResult(r, fixture.Result(r))}
	n.know(results, 1, 2, 3)
	n.nodes[0].Results = nil
	n.block(nil)
	n.block(nil)
	require.False(t, n.Get(r.Id).Final(), "nobody could reveal")
	n.nodes[0].Results = results
	tx, ok := n.injected(n.block(nil))
	require.True(t, ok)
	require.Empty(t, tx.Votes)
	require.Len(t, tx.Reveals, 1)
	require.True(t, n.Get(r.Id).Final())
}

// TestProposalSetsVotesAside: votes that only cost bytes are not carried.
func TestProposalSetsVotesAside(t *testing.T) {
	n, r := bound(t, 10, 10, 10, 10)
	junk, err := attestation.EncodeExtension([]attestation.Item{{Key: attestation.Key{Kind: attestation.Request, ID: 999}}})
	require.NoError(t, err)
	good := n.Binding(1, r, fixture.Result(r))
	goodBytes, err := attestation.EncodeExtension([]attestation.Item{good})
	require.NoError(t, err)
	cases := map[string]func(v *cmtabci.ExtendedVoteInfo){
		"names no open subject": func(v *cmtabci.ExtendedVoteInfo) { v.VoteExtension, v.ExtensionSignature = junk, n.sign(1, junk) },
		"not canonical": func(v *cmtabci.ExtendedVoteInfo) {
			v.VoteExtension = []byte{1, 2, 3}
			v.ExtensionSignature = n.sign(1, []byte{1, 2, 3})
		},
		"oversize": func(v *cmtabci.ExtendedVoteInfo) {
			v.VoteExtension = make([]byte, 1<<20)
			v.ExtensionSignature = n.sign(1, v.VoteExtension)
		},
		"signature of nothing": func(v *cmtabci.ExtendedVoteInfo) { v.ExtensionSignature = nil },
		"signature of another": func(v *cmtabci.ExtendedVoteInfo) { v.ExtensionSignature = n.sign(2, v.VoteExtension) },
		"signature of another round": func(v *cmtabci.ExtendedVoteInfo) {
			v.ExtensionSignature = n.signFor(1, goodBytes, n.Ctx.BlockHeight()-1, 7, fixture.ChainID)
		},
		"replayed from the height before": func(v *cmtabci.ExtendedVoteInfo) {
			v.ExtensionSignature = n.signFor(1, goodBytes, n.Ctx.BlockHeight()-2, int64(n.round), fixture.ChainID)
		},
		"replayed from another chain": func(v *cmtabci.ExtendedVoteInfo) {
			v.ExtensionSignature = n.signFor(1, goodBytes, n.Ctx.BlockHeight()-1, int64(n.round), "imo-2")
		},
		"not for the block": func(v *cmtabci.ExtendedVoteInfo) { v.BlockIdFlag = 3 },
	}
	for name, edit := range cases {
		t.Run(name, func(t *testing.T) {
			before := n.last
			defer func() { n.last = before }()
			n.last.Votes = slices.Clone(before.Votes)
			edit(&n.last.Votes[1])
			txs := n.prepare(0)
			tx, ok := n.injected(txs)
			require.True(t, ok)
			require.Len(t, tx.Votes, 3)
			require.True(t, n.process(1, txs))
		})
	}
	t.Run("key unknown to staking", func(t *testing.T) {
		n.Staking.Remove(n.Validators[1].Address[:])
		tx, ok := n.injected(n.prepare(0))
		require.True(t, ok)
		require.Len(t, tx.Votes, 3)
	})
}

func TestProposalKeepsToAQuarter(t *testing.T) {
	n, _ := bound(t, 10, 10, 10, 10)
	params := n.Ctx.ConsensusParams()
	params.Block.MaxBytes = 4 * 400
	n.Ctx = n.Ctx.WithConsensusParams(params)
	req := n.prepareRequest()
	req.MaxTxBytes = 1500
	resp, err := n.nodes[0].PrepareProposal(n.Ctx, req)
	require.NoError(t, err)
	require.Len(t, resp.Txs, 1)
	require.LessOrEqual(t, len(resp.Txs[0]), 400)
	tx, _ := n.injected(resp.Txs)
	require.Len(t, tx.Votes, 3, "what fits goes in")
	require.Empty(t, tx.Reveals, "a reveal that does not fit waits")
	require.True(t, n.process(1, resp.Txs))

	req.MaxTxBytes = 50
	resp, err = n.nodes[0].PrepareProposal(n.Ctx, req)
	require.NoError(t, err)
	require.Empty(t, resp.Txs)
}

// TestForgedPower: places, addresses and powers come from the last commit; an injected transaction
// that says otherwise is refused, and changes nothing if it is in a block all the same.
func TestForgedPower(t *testing.T) {
	n, r := bound(t, 40, 30, 20, 10)
	original, ok := n.injected(n.prepare(0))
	require.True(t, ok)
	require.Len(t, original.Votes, 4)
	cases := map[string]func(tx *attestation.Injected){
		"validators swapped": func(tx *attestation.Injected) {
			tx.Votes[0].Validator, tx.Votes[3].Validator = tx.Votes[3].Validator, tx.Votes[0].Validator
		},
		"small one in the place of a large one": func(tx *attestation.Injected) {
			vote := tx.Votes[3]
			vote.Index = 0
			tx.Votes = []attestation.Vote{vote}
		},
		"place outside the set": func(tx *attestation.Injected) { tx.Votes[3].Index = 4 },
		"stranger":              func(tx *attestation.Injected) { tx.Votes[1].Validator[0] ^= 1 },
		"signature of another":  func(tx *attestation.Injected) { tx.Votes[1].Signature = tx.Votes[2].Signature },
		"extension of another":  func(tx *attestation.Injected) { tx.Votes[1].Extension = tx.Votes[2].Extension },
	}
	for name, edit := range cases {
		t.Run(name, func(t *testing.T) {
			tx := attestation.Injected{Votes: slices.Clone(original.Votes), Reveals: original.Reveals}
			edit(&tx)
			bytes, err := tx.Encode()
			require.NoError(t, err)
			for i := range n.nodes {
				require.False(t, n.process(i, [][]byte{bytes}))
			}
			// In a block all the same, what is forged counts for nothing by itself.
			tx.Votes = slices.DeleteFunc(tx.Votes, func(v attestation.Vote) bool {
				return slices.ContainsFunc(original.Votes, func(o attestation.Vote) bool { return reflect.DeepEqual(v, o) })
			})
			require.NotEmpty(t, tx.Votes)
			bytes, err = tx.Encode()
			require.NoError(t, err)
			other := n.branch(t)
			other.preBlock([][]byte{bytes})
			require.False(t, other.Get(r.Id).Final())
			stored, err := keeper.NewQueryServer(n.Keeper).Attestations(other.Ctx, &types.QueryAttestationsRequest{Id: r.Id})
			require.NoError(t, err)
			require.Empty(t, stored.Bindings)
		})
	}
	t.Run("a vote that the block's commit marks nil", func(t *testing.T) {
		before := n.last
		defer func() { n.last = before }()
		bytes, err := original.Encode()
		require.NoError(t, err)
		n.last.Votes = slices.Clone(before.Votes)
		n.last.Votes[0].BlockIdFlag = 3
		require.False(t, n.process(1, [][]byte{bytes}))
		n.preBlock([][]byte{bytes})
		require.False(t, n.Get(r.Id).Final(), "60 of 100")
	})
	t.Run("a missing third is allowed and counts as absent", func(t *testing.T) {
		n, r := bound(t, 40, 30, 20, 10)
		tx := attestation.Injected{Votes: original.Votes[:1], Reveals: original.Reveals}
		bytes, err := tx.Encode()
		require.NoError(t, err)
		require.True(t, n.process(1, [][]byte{bytes}))
		n.preBlock([][]byte{bytes})
		require.False(t, n.Get(r.Id).Final(), "40 of 100")
	})
}

func TestEvilProposals(t *testing.T) {
	n, _ := bound(t, 10, 10, 10, 10)
	good := n.prepare(0, encodeTx(21_000, 100))
	require.Len(t, good, 2)
	injected := good[0]
	tx := encodeTx(21_000, 200)
	huge := attestation.Injected{}
	for i := range 4 {
		var items []attestation.Item
		for id := uint64(1); id <= 190; id++ {
			items = append(items, attestation.Item{Key: attestation.Key{Kind: attestation.Request, ID: id}})
		}
		extension, err := attestation.EncodeExtension(items)
		require.NoError(t, err)
		huge.Votes = append(huge.Votes, attestation.Vote{
			Index: uint16(i), Validator: n.Validators[i].Address, Extension: extension, Signature: n.sign(i, extension),
		})
	}
	hugeBytes, err := huge.Encode()
	require.NoError(t, err)
	cases := []struct {
		name   string
		txs    [][]byte
		accept bool
	}{
		{"nothing at all", nil, true},
		{"no injected transaction", [][]byte{tx, tx}, true},
		{"as prepared", good, true},
		{"gas exactly at the limit", [][]byte{encodeTx(60_000_000, 10)}, true},
		{"gas one above the limit", [][]byte{encodeTx(60_000_000, 10), encodeTx(1, 10)}, false},
		{"gas times ten", [][]byte{encodeTx(600_000_000, 10)}, false},
		{"gas that overflows", [][]byte{encodeTx(1<<63, 10), encodeTx(1<<63, 10)}, false},
		{"undecodable transaction", [][]byte{tx, []byte("garbage")}, false},
		{"empty transaction", [][]byte{{}}, false},
		{"injected transaction behind another", [][]byte{tx, injected}, false},
		{"injected transaction twice", [][]byte{injected, injected}, false},
		{"magic alone", [][]byte{[]byte(attestation.Magic)}, false},
		{"injected transaction cut", [][]byte{injected[:len(injected)-1]}, false},
		{"injected transaction with a tail", [][]byte{append(slices.Clone(injected), 0)}, false},
		{"transaction of 5 MB", [][]byte{encodeTx(1, 5<<20)}, false},
		{"many transactions of 5 MB together", slices.Repeat([][]byte{encodeTx(1, 1<<20)}, 5), false},
		{"large injected transaction within a quarter", [][]byte{hugeBytes}, true},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			require.Equal(t, tc.accept, n.process(1, tc.txs))
		})
	}
	t.Run("injected transaction above a quarter", func(t *testing.T) {
		params := n.Ctx.ConsensusParams()
		block := *params.Block
		block.MaxBytes = 60_000
		params.Block = &block
		before := n.Ctx
		defer func() { n.Ctx = before }()
		n.Ctx = n.Ctx.WithConsensusParams(params)
		require.False(t, n.process(1, [][]byte{hugeBytes}))
	})
	t.Run("before extensions exist", func(t *testing.T) {
		params := n.Ctx.ConsensusParams()
		extensions := *params.Abci
		extensions.VoteExtensionsEnableHeight = n.Ctx.BlockHeight()
		params.Abci = &extensions
		before := n.Ctx
		defer func() { n.Ctx = before }()
		n.Ctx = n.Ctx.WithConsensusParams(params)
		require.False(t, n.process(1, [][]byte{injected}))
		require.Empty(t, n.prepare(0))
	})
}

// TestPrepareProcess: what Prepare builds, Process accepts, whatever the pool and the votes hold, and
// neither changes its request.
func TestPrepareProcess(t *testing.T) {
	n, r := bound(t, 10, 10, 10, 10)
	rng := rand.New(rand.NewSource(1))
	good, err := attestation.EncodeExtension([]attestation.Item{n.Binding(1, r, fixture.Result(r))})
	require.NoError(t, err)
	template := n.last
	injectedBlocks := 0
	for range 10_000 {
		var pool [][]byte
		for range rng.Intn(8) {
			switch rng.Intn(6) {
			case 0:
				pool = append(pool, shuffled(rng, encodeTx(21_000, 40)))
			case 1:
				pool = append(pool, append([]byte(attestation.Magic), byte(rng.Intn(256))))
			case 2:
				pool = append(pool, encodeTx(rng.Uint64(), 20))
			default:
				pool = append(pool, encodeTx(uint64(rng.Intn(40_000_000)), 10+rng.Intn(3000)))
			}
		}
		n.last.Votes = slices.Clone(template.Votes)
		for i := range n.last.Votes {
			vote := &n.last.Votes[i]
			switch rng.Intn(8) {
			case 0:
				vote.VoteExtension = shuffled(rng, good)
			case 1:
				vote.VoteExtension = shuffled(rng, good)
				vote.ExtensionSignature = n.sign(i, vote.VoteExtension)
			case 2:
				vote.ExtensionSignature = shuffled(rng, vote.ExtensionSignature)
			case 3:
				vote.BlockIdFlag = 1
				vote.VoteExtension, vote.ExtensionSignature = nil, nil
			}
		}
		req := n.prepareRequest(pool...)
		req.MaxTxBytes = int64(rng.Intn(8000))
		copied := n.prepareRequest(slices.Clone(pool)...)
		copied.MaxTxBytes = req.MaxTxBytes
		resp, err := n.nodes[0].PrepareProposal(n.Ctx, req)
		require.NoError(t, err)
		require.Equal(t, copied, req)
		var size int64
		for _, tx := range resp.Txs {
			size += int64(len(tx))
		}
		require.LessOrEqual(t, size, req.MaxTxBytes)
		if _, ok := n.injected(resp.Txs); ok {
			injectedBlocks++
		}
		kept := slices.Clone(resp.Txs)
		require.True(t, n.process(1, resp.Txs))
		require.Equal(t, kept, resp.Txs)
	}
	require.Greater(t, injectedBlocks, 5000, "the test has to see injected transactions")
}

// TestExtendVoteFaults: any trouble gives an empty extension.
func TestExtendVoteFaults(t *testing.T) {
	n, r := bound(t, 10, 10, 10, 10)
	node := n.nodes[1]
	right := fixture.WorkResult(r, fixture.Result(r))
	ask := func(txs ...[]byte) []byte {
		resp, err := node.ExtendVote(n.Ctx, &cmtabci.RequestExtendVote{Height: n.Ctx.BlockHeight(), Txs: txs})
		require.NoError(t, err)
		require.NotNil(t, resp.VoteExtension)
		return resp.VoteExtension
	}
	require.NotEmpty(t, ask())
	edits := map[string]func(*types.WorkResult){
		"another manifest":      func(r *types.WorkResult) { r.ManifestRoot = make([]byte, 32) },
		"another input":         func(r *types.WorkResult) { r.InputRoot = make([]byte, 32) },
		"another seed":          func(r *types.WorkResult) { r.Seed++ },
		"output root too short": func(r *types.WorkResult) { r.OutputRoot = r.OutputRoot[1:] },
		"no witness":            func(r *types.WorkResult) { r.Witness = nil },
		"a refusal":             func(r *types.WorkResult) { r.Refused = 3 },
		"a closed request":      func(r *types.WorkResult) { r.Id = 99 },
		"another kind":          func(r *types.WorkResult) { r.Kind = types.SubjectKind_SUBJECT_KIND_PROOF },
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			wrong := right
			edit(&wrong)
			node.Results = memory{wrong}
			require.Empty(t, ask())
		})
	}
	node.Results = memory{right}
	require.Empty(t, ask(n.prepare(0)...), "index 0 carries it already")
	require.NotEmpty(t, ask([]byte(attestation.Magic)), "a broken index 0 carries nothing")
	node.Validator = nil
	require.Empty(t, ask(), "a node that does not vote")
	node.Validator = n.Validators[1].Address[:]
	node.Results = nil
	require.Empty(t, ask(), "a node without a sidecar")
	node.Results = memory{right}
	n.At(r.DeadlineHeight)
	require.Empty(t, ask(), "too late to be applied")
}

// TestExtensionIsCapped: more work than fits leaves the later deadlines for the next block.
func TestExtensionIsCapped(t *testing.T) {
	n := newNetwork(t, 10, 10, 10)
	alice := n.Account("alice")
	var results memory
	for i := range types.MaxOpenRequests {
		r := n.Ask(alice, 2, uint64(i))
		results = append(results, fixture.WorkResult(r, fixture.Result(r)))
	}
	for i := range types.MaxOpenProofs {
		id := uint64(1000 + i)
		n.Models.Proving[id] = fixture.Version(t, id, 4, sdk.NewInt64Coin("aimo", 0))
		params := types.DefaultParams()
		params.MaxOpenProofs = types.MaxOpenProofs
		n.SetParams(params)
		require.NoError(t, n.Keeper.AfterVersionSubmitted(n.Ctx, id, 1, alice, sdk.NewInt64Coin("aimo", 1)))
		root := n.Models.Proving[id].ManifestRoot
		results = append(results, types.WorkResult{
			Kind: types.SubjectKind_SUBJECT_KIND_PROOF, Id: id, ManifestRoot: root, InputRoot: emptyRoot(),
			OutputRoot: make([]byte, 32), Witness: make([]byte, 32),
		})
	}
	rand.New(rand.NewSource(2)).Shuffle(len(results), func(i, j int) { results[i], results[j] = results[j], results[i] })
	n.know(results)
	for _, extension := range n.extend(nil) {
		require.LessOrEqual(t, len(extension), attestation.MaxExtension)
		items, err := attestation.DecodeExtension(extension)
		require.NoError(t, err)
		require.Len(t, items, types.MaxOpenRequests+types.MaxOpenProofs, "a full list fits")
	}
}

// panicking stands for every dependency that breaks.
type panicking struct{}

func (panicking) Ready() []types.WorkResult { panic("results") }

func (panicking) GetPubKeyByConsAddr(context.Context, sdk.ConsAddress) (cmtcrypto.PublicKey, error) {
	panic("keys")
}

// TestHandlersRecover: every handler answers whatever breaks under it.
func TestHandlersRecover(t *testing.T) {
	breakers := map[string]func(*abci.Handlers){
		"codec": func(h *abci.Handlers) {
			h.BreakCodec(
				func([]byte) ([]attestation.Item, error) { panic("extension") },
				func([]byte) (attestation.Injected, error) { panic("injected") })
		},
		"results": func(h *abci.Handlers) { h.Results = panicking{} },
		"keys":    func(h *abci.Handlers) { h.Validators = panicking{} },
		"keeper":  func(h *abci.Handlers) { h.Keeper = nil },
		"select": func(h *abci.Handlers) {
			h.Select = func(sdk.Context, *cmtabci.RequestPrepareProposal) (*cmtabci.ResponsePrepareProposal, error) {
				panic("select")
			}
		},
		"select fails": func(h *abci.Handlers) {
			h.Select = func(sdk.Context, *cmtabci.RequestPrepareProposal) (*cmtabci.ResponsePrepareProposal, error) {
				return nil, errors.New("no")
			}
		},
		"decoder": func(h *abci.Handlers) { h.TxDecoder = func([]byte) (sdk.Tx, error) { panic("decoder") } },
	}
	for name, breaks := range breakers {
		t.Run(name, func(t *testing.T) {
			n, _ := bound(t, 10, 10, 10, 10)
			txs := n.prepare(0, encodeTx(1, 20))
			require.Len(t, txs, 2)
			node := n.nodes[0]
			breaks(node)
			extended, err := node.ExtendVote(n.Ctx, &cmtabci.RequestExtendVote{Height: n.Ctx.BlockHeight(), Txs: txs})
			require.NoError(t, err)
			require.NotNil(t, extended)
			verdict, err := node.VerifyVoteExtension(n.Ctx, &cmtabci.RequestVerifyVoteExtension{VoteExtension: n.last.Votes[0].VoteExtension})
			require.NoError(t, err)
			require.Equal(t, cmtabci.ResponseVerifyVoteExtension_ACCEPT, verdict.Status)
			proposal, err := node.PrepareProposal(n.Ctx, n.prepareRequest(encodeTx(1, 20)))
			require.NoError(t, err)
			require.NotNil(t, proposal)
			require.True(t, n.process(1, proposal.Txs), "what it still proposes is acceptable")
			judged, err := node.ProcessProposal(n.Ctx, &cmtabci.RequestProcessProposal{Height: n.Ctx.BlockHeight(), Txs: txs, ProposedLastCommit: plain(n.last)})
			require.NoError(t, err)
			require.NotNil(t, judged)
			require.NotPanics(t, func() { n.preBlock(txs) })
		})
	}
	t.Run("empty requests", func(t *testing.T) {
		node := abci.New(abci.Config{})
		ctx := sdk.Context{}
		_, err := node.ExtendVote(ctx, &cmtabci.RequestExtendVote{})
		require.NoError(t, err)
		_, err = node.VerifyVoteExtension(ctx, &cmtabci.RequestVerifyVoteExtension{})
		require.NoError(t, err)
		_, err = node.PrepareProposal(ctx, &cmtabci.RequestPrepareProposal{})
		require.NoError(t, err)
		_, err = node.ProcessProposal(ctx, &cmtabci.RequestProcessProposal{})
		require.NoError(t, err)
		node.HandleInjected(ctx, &cmtabci.RequestFinalizeBlock{})
		abci.AfterCommit(nil, log.NewNopLogger(), nil)(ctx)
	})
}

// TestVerifyStateless: the same answer on every node, from the bytes alone.
func TestVerifyStateless(t *testing.T) {
	node := abci.New(abci.Config{}) // no state at all
	good, err := attestation.EncodeExtension([]attestation.Item{{Key: attestation.Key{Kind: attestation.Request, ID: 12345}}})
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		bytes  []byte
		accept bool
	}{
		"empty":                 {nil, true},
		"of an unknown request": {good, true},
		"with a tail":           {append(slices.Clone(good), 0), false},
		"of another version":    {[]byte{2}, false},
		"4097 bytes":            {make([]byte, 4097), false},
		"version byte alone":    {[]byte{1}, false},
	} {
		resp, err := node.VerifyVoteExtension(sdk.Context{}, &cmtabci.RequestVerifyVoteExtension{VoteExtension: tc.bytes})
		require.NoError(t, err)
		require.Equal(t, tc.accept, resp.Status == cmtabci.ResponseVerifyVoteExtension_ACCEPT, name)
	}
}
