package abci_test

import (
	"encoding/binary"
	"errors"
	"math/rand"
	"slices"

	cmtabci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/libs/protoio"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/stretchr/testify/require"
	protov2 "google.golang.org/protobuf/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/abci"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/types"
)

// memory is a node's finished results.
type memory []types.WorkResult

// Ready implements abci.Results.
func (m memory) Ready() []types.WorkResult { return slices.Clone(m) }

// Held implements abci.Results: this node has all models of the fixture.
func (m memory) Held(key attestation.Key, draw [32]byte, validator attestation.Address) (types.Held, bool) {
	return fixture.Held(noTest{}, key.ID, draw, validator), true
}

// noTest is where nothing can fail.
type noTest struct{}

func (noTest) Helper()               {}
func (noTest) Errorf(string, ...any) {}
func (noTest) FailNow()              { panic("the fixture's bundle is broken") }

// plainTx is a transaction of the fixture: "tx", its gas, and padding.
type plainTx struct{ gas uint64 }

func (plainTx) GetMsgs() []sdk.Msg                    { return nil }
func (plainTx) GetMsgsV2() ([]protov2.Message, error) { return nil, nil }
func (t plainTx) GetGas() uint64                      { return t.gas }

func encodeTx(gas uint64, size int) []byte {
	b := binary.BigEndian.AppendUint64([]byte("tx"), gas)
	return append(b, make([]byte, max(0, size-len(b)))...)
}

var errDecode = errors.New("not a transaction")

func decodeTx(b []byte) (sdk.Tx, error) {
	if len(b) < 10 || string(b[:2]) != "tx" {
		return nil, errDecode
	}
	return plainTx{binary.BigEndian.Uint64(b[2:10])}, nil
}

// everything selects what the request offers, as a pool without limits of its own would.
func everything(_ sdk.Context, req *cmtabci.RequestPrepareProposal) (*cmtabci.ResponsePrepareProposal, error) {
	return &cmtabci.ResponsePrepareProposal{Txs: req.Txs}, nil
}

// network is one state with the handlers of each of its validators.
type network struct {
	*fixture.Fixture
	nodes []*abci.Handlers
	round int32
	last  cmtabci.ExtendedCommitInfo // of the block before the current one
}

func newNetwork(tb fixture.TB, powers ...int64) *network {
	tb.Helper()
	f := fixture.New(tb, powers...)
	n := &network{Fixture: f, round: 1}
	for _, v := range f.Validators {
		n.nodes = append(n.nodes, abci.New(abci.Config{
			Keeper: f.Keeper, Validators: f.Staking, TxDecoder: decodeTx, Select: everything,
			Results: memory(nil), Validator: v.Address[:],
		}))
	}
	n.last = n.commit(func(int) []byte { return nil })
	return n
}

// branch returns the network on a branch of its state, reporting to another test.
func (n *network) branch(tb fixture.TB) *network {
	f, out := *n.Fixture, *n
	f.TB = tb
	f.Ctx, _ = n.Ctx.CacheContext()
	out.Fixture = &f
	return &out
}

// know tells every node's sidecar results, or those of some.
func (n *network) know(results memory, nodes ...int) {
	for i, node := range n.nodes {
		if len(nodes) == 0 || slices.Contains(nodes, i) {
			node.Results = results
		}
	}
}

// sign signs an extension for the height before the current one.
func (n *network) sign(validator int, extension []byte) []byte {
	n.Helper()
	return n.signFor(validator, extension, n.Ctx.BlockHeight()-1, int64(n.round), fixture.ChainID)
}

func (n *network) signFor(validator int, extension []byte, height, round int64, chain string) []byte {
	n.Helper()
	bytes, err := protoio.MarshalDelimited(&cmtproto.CanonicalVoteExtension{Extension: extension, Height: height, Round: round, ChainId: chain})
	require.NoError(n, err)
	signature, err := n.Validators[validator].Key.Sign(bytes)
	require.NoError(n, err)
	return signature
}

// commit is the extended commit of the block before the current one.
func (n *network) commit(extension func(validator int) []byte) cmtabci.ExtendedCommitInfo {
	n.Helper()
	out := cmtabci.ExtendedCommitInfo{Round: n.round}
	for i, v := range n.Validators {
		ext := extension(i)
		out.Votes = append(out.Votes, cmtabci.ExtendedVoteInfo{
			Validator:          cmtabci.Validator{Address: v.Address[:], Power: v.Power},
			BlockIdFlag:        cmtproto.BlockIDFlagCommit,
			VoteExtension:      ext,
			ExtensionSignature: n.sign(i, ext),
		})
	}
	return out
}

// plain is a commit as a block has it.
func plain(c cmtabci.ExtendedCommitInfo) cmtabci.CommitInfo {
	out := cmtabci.CommitInfo{Round: c.Round}
	for _, v := range c.Votes {
		out.Votes = append(out.Votes, cmtabci.VoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	return out
}

func (n *network) prepareRequest(txs ...[]byte) *cmtabci.RequestPrepareProposal {
	return &cmtabci.RequestPrepareProposal{
		Height: n.Ctx.BlockHeight(), MaxTxBytes: 4<<20 - 10_000, Txs: txs, LocalLastCommit: n.last,
		ProposerAddress: n.Validators[0].Address[:],
	}
}

func (n *network) prepare(node int, txs ...[]byte) [][]byte {
	n.Helper()
	resp, err := n.nodes[node].PrepareProposal(n.Ctx, n.prepareRequest(txs...))
	require.NoError(n, err)
	return resp.Txs
}

func (n *network) process(node int, txs [][]byte) bool {
	n.Helper()
	resp, err := n.nodes[node].ProcessProposal(n.Ctx, &cmtabci.RequestProcessProposal{
		Height: n.Ctx.BlockHeight(), Txs: txs, ProposedLastCommit: plain(n.last), ProposerAddress: n.Validators[0].Address[:],
	})
	require.NoError(n, err)
	return resp.Status == cmtabci.ResponseProcessProposal_ACCEPT
}

func (n *network) preBlock(txs [][]byte) {
	n.nodes[0].HandleInjected(n.Ctx, &cmtabci.RequestFinalizeBlock{
		Height: n.Ctx.BlockHeight(), Txs: txs, DecidedLastCommit: plain(n.last), ProposerAddress: n.Validators[0].Address[:],
	})
}

// extend asks every node for its extension of the current block, before it is committed.
func (n *network) extend(txs [][]byte) [][]byte {
	n.Helper()
	committed := n.Ctx.WithBlockHeight(n.Ctx.BlockHeight())
	out := make([][]byte, len(n.nodes))
	for i, node := range n.nodes {
		resp, err := node.ExtendVote(committed, &cmtabci.RequestExtendVote{Height: n.Ctx.BlockHeight(), Txs: txs})
		require.NoError(n, err)
		out[i] = resp.VoteExtension
		for _, other := range n.nodes {
			verdict, err := other.VerifyVoteExtension(committed, &cmtabci.RequestVerifyVoteExtension{VoteExtension: out[i]})
			require.NoError(n, err)
			require.Equal(n, cmtabci.ResponseVerifyVoteExtension_ACCEPT, verdict.Status)
		}
	}
	return out
}

// block makes the current block with node 0 as proposer and moves on; it returns the transactions.
// transactions runs where the block's transactions would.
func (n *network) block(transactions func()) [][]byte {
	n.Helper()
	txs := n.prepare(0)
	for i := range n.nodes {
		require.True(n, n.process(i, txs))
	}
	extensions := n.extend(txs)
	n.preBlock(txs)
	if transactions != nil {
		transactions()
	}
	n.Next()
	n.last = n.commit(func(i int) []byte { return extensions[i] })
	return txs
}

// injected decodes the injected transaction of a block, if there is one.
func (n *network) injected(txs [][]byte) (attestation.Injected, bool) {
	n.Helper()
	if len(txs) == 0 || !attestation.IsInjected(txs[0]) {
		return attestation.Injected{}, false
	}
	tx, err := attestation.DecodeInjected(txs[0])
	require.NoError(n, err)
	return tx, true
}

// bound returns a network at a block whose proposer holds bindings of all nodes and the result.
func bound(tb fixture.TB, powers ...int64) (*network, types.Request) {
	tb.Helper()
	n := newNetwork(tb, powers...)
	var r types.Request
	n.block(func() { r = n.Ask(n.Account("alice"), 1, 3) })
	n.know(memory{fixture.WorkResult(r, fixture.Result(r))})
	n.block(nil)
	return n, r
}

func shuffled(rng *rand.Rand, b []byte) []byte {
	out := slices.Clone(b)
	for range 1 + rng.Intn(3) {
		if len(out) == 0 {
			return []byte{byte(rng.Intn(256))}
		}
		switch i := rng.Intn(len(out)); rng.Intn(3) {
		case 0:
			out[i] ^= byte(1 << rng.Intn(8))
		case 1:
			out = slices.Delete(out, i, i+1)
		case 2:
			out = slices.Insert(out, i, byte(rng.Intn(256)))
		}
	}
	return out
}
