package abci_test

import (
	"math/rand"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/internal/fixture"
	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

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
	t.Run("magic elsewhere, whatever the decoder says", func(t *testing.T) {
		node := n.nodes[1]
		defer func() { node.TxDecoder = decodeTx }()
		node.TxDecoder = func([]byte) (sdk.Tx, error) { return plainTx{}, nil }
		require.True(t, n.process(1, [][]byte{injected, []byte("anything")}))
		require.False(t, n.process(1, [][]byte{injected, injected}))
		require.False(t, n.process(1, [][]byte{tx, []byte(attestation.Magic)}))
		node.TxDecoder = func([]byte) (sdk.Tx, error) { return nil, nil } //nolint:nilnil // that is the case
		require.False(t, n.process(1, [][]byte{tx}))
	})
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
