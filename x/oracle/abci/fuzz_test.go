package abci_test

import (
	"testing"

	cmtabci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/types"
)

func emptyRoot() []byte {
	root := merkle.BytesRoot(nil)
	return root[:]
}

// seeds are honest bytes and near misses, besides the corpus in testdata.
func seeds(f *testing.F, n *network, r types.Request) {
	f.Helper()
	extension, err := attestation.EncodeExtension([]attestation.Item{n.Binding(1, r, fixture.Result(r))})
	require.NoError(f, err)
	f.Add(extension)
	f.Add(n.prepare(0)[0])
	f.Add([]byte(attestation.Magic))
	f.Add([]byte{})
}

// FuzzVoteExtension: any bytes get an answer, and the canonical ones are accepted.
func FuzzVoteExtension(f *testing.F) {
	n, r := bound(f, 10, 10, 10, 10)
	seeds(f, n, r)
	f.Fuzz(func(t *testing.T, b []byte) {
		resp, err := n.nodes[0].VerifyVoteExtension(n.Ctx, &cmtabci.RequestVerifyVoteExtension{VoteExtension: b})
		require.NoError(t, err)
		items, err := attestation.DecodeExtension(b)
		require.Equal(t, err == nil, resp.Status == cmtabci.ResponseVerifyVoteExtension_ACCEPT)
		if err == nil {
			again, err := attestation.EncodeExtension(items)
			require.NoError(t, err)
			require.Equal(t, len(b), len(again))
		}
	})
}

// FuzzPrepareProposal: a validator that signs any bytes, and a pool of any bytes, do not keep an
// honest proposer from an acceptable block that carries the others.
func FuzzPrepareProposal(f *testing.F) {
	n, r := bound(f, 10, 10, 10, 10)
	seeds(f, n, r)
	template := n.last
	f.Fuzz(func(t *testing.T, b []byte) {
		n := n.branch(t)
		n.last.Votes = append([]cmtabci.ExtendedVoteInfo(nil), template.Votes...)
		n.last.Votes[1].VoteExtension = b
		n.last.Votes[1].ExtensionSignature = n.sign(1, b)
		txs := n.prepare(0, b, encodeTx(1, 20))
		require.True(t, n.process(2, txs))
		tx, ok := n.injected(txs)
		require.True(t, ok)
		require.GreaterOrEqual(t, len(tx.Votes), 3)
	})
}

// FuzzProcessProposal: any transaction gets an answer, alone and behind others.
func FuzzProcessProposal(f *testing.F) {
	n, r := bound(f, 10, 10, 10, 10)
	seeds(f, n, r)
	f.Fuzz(func(t *testing.T, b []byte) {
		n := n.branch(t)
		first := n.process(0, [][]byte{b})
		second := n.process(0, [][]byte{encodeTx(1, 20), b})
		if attestation.IsInjected(b) {
			require.False(t, second)
		} else {
			require.Equal(t, first, second)
		}
	})
}

// FuzzInjectedCommit: any injected transaction leaves PreBlock standing and the money right, and
// decides nothing that honest bindings do not decide.
func FuzzInjectedCommit(f *testing.F) {
	n, r := bound(f, 10, 10, 10, 10)
	seeds(f, n, r)
	f.Fuzz(func(t *testing.T, b []byte) {
		one := n.branch(t)
		for _, txs := range [][][]byte{{b}, {append([]byte(attestation.Magic), b...)}} {
			one.preBlock(txs)
			one.CheckMoney()
			got := one.Get(r.Id)
			result := fixture.Result(r)
			if got.Final() {
				require.Equal(t, result.Output[:], got.OutputRoot)
				require.GreaterOrEqual(t, got.Attested.MatchedPower, uint64(27))
			}
		}
	})
}

// TestRandomExtensionsInPreBlock: well-signed extensions with arbitrary items are all handled.
func TestRandomExtensionsInPreBlock(t *testing.T) {
	n, r := bound(t, 10, 10, 10, 10)
	var items []attestation.Item
	for kind := attestation.Request; kind <= attestation.Audit; kind++ {
		for id := uint64(1); id <= 40; id++ {
			items = append(items, attestation.Item{Key: attestation.Key{Kind: kind, ID: id}})
		}
	}
	extension, err := attestation.EncodeExtension(items)
	require.NoError(t, err)
	tx := attestation.Injected{}
	for i := range n.Validators {
		tx.Votes = append(tx.Votes, attestation.Vote{
			Index: uint16(i), Validator: n.Validators[i].Address, Extension: extension, Signature: n.sign(i, extension),
		})
	}
	for kind := attestation.Request; kind <= attestation.Audit; kind++ {
		for id := uint64(1); id <= 40; id++ {
			tx.Reveals = append(tx.Reveals, attestation.Reveal{Key: attestation.Key{Kind: kind, ID: id}})
		}
	}
	bytes, err := tx.Encode()
	require.NoError(t, err)
	require.True(t, n.process(0, [][]byte{bytes}))
	n.preBlock([][]byte{bytes})
	require.False(t, n.Get(r.Id).Final())
	n.CheckMoney()
}
