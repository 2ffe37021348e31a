package abci_test

import (
	"context"
	"errors"
	"math/rand"
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
		for _, extension := range n.extend(nil) {
			require.Empty(t, extension)
		}
	}
	n.know(results)
	n.block(nil)
	n.block(nil)
	require.True(t, n.Get(r.Id).Final())
	require.Equal(t, uint64(40), n.Get(r.Id).Attested.MatchedPower)
	n.CheckMoney()
}

// TestDeclinedIsSaid: a validator whose sidecar declines a request says so once, in two blocks its word is
// on the chain, and it may bind after all.
func TestDeclinedIsSaid(t *testing.T) {
	n := newNetwork(t, 10, 10, 10, 10)
	var r types.Request
	n.block(func() { r = n.Ask(n.Account("alice"), 1, 3) })
	done := fixture.WorkResult(r, fixture.Result(r))
	declined := types.WorkResult{
		Kind: done.Kind, Id: done.Id, ManifestRoot: done.ManifestRoot, Seed: done.Seed,
		Declined: types.DeclineReason_DECLINE_REASON_LICENCE,
	}
	require.NoError(t, declined.Validate())
	other := declined
	other.ManifestRoot = make([]byte, 32)
	n.know(memory{done}, 0, 1)
	n.know(memory{declined}, 2)
	n.know(memory{other}, 3)
	extensions := n.extend(nil)
	require.NotEmpty(t, extensions[2])
	items, err := attestation.DecodeExtension(extensions[2])
	require.NoError(t, err)
	require.True(t, items[0].Binding.Declines())
	require.Empty(t, extensions[3], "that is another version")
	n.block(nil)
	tx, ok := n.injected(n.block(nil))
	require.True(t, ok)
	require.Len(t, tx.Votes, 3)
	slot, err := n.Keeper.Slot(n.Ctx, attestation.Key{Kind: attestation.Request, ID: r.Id}, n.Validators[2].Address)
	require.NoError(t, err)
	require.Equal(t, attestation.Slot{State: attestation.Declined}, slot)
	require.Empty(t, n.extend(nil)[2], "once is enough")
	n.know(memory{done}, 2)
	require.NotEmpty(t, n.extend(nil)[2], "the operator changed his mind")
	n.block(nil)
	n.block(nil)
	require.True(t, n.Get(r.Id).Final())
	require.Equal(t, uint64(30), n.Get(r.Id).Attested.MatchedPower)
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
	}
	require.NoError(t, n.Keeper.EndBlock(n.Ctx))
	subjects, err := n.Keeper.OpenSubjects(n.Ctx, n.Ctx.BlockHeight())
	require.NoError(t, err)
	for _, s := range subjects[types.MaxOpenRequests:] {
		results = append(results, types.WorkResult{
			Kind: types.SubjectKind(s.Kind), Id: s.ID, ManifestRoot: s.ManifestRoot[:], InputRoot: s.InputRoot[:],
			OutputRoot: make([]byte, 32), Witness: make([]byte, 32), ResultsRoot: make([]byte, 32), Draw: s.Draw[:],
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

func (panicking) Held(attestation.Key, [32]byte, attestation.Address) (types.Held, bool) {
	panic("chunks")
}

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
