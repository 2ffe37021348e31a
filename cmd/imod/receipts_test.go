package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/imochain/imod/x/oracle/node/archive"
	"github.com/imochain/imod/x/oracle/receipt"
	"github.com/imochain/imod/x/oracle/types"
)

// roots are those that a chain keeps.
type roots map[int64]types.ReceiptRoot

func (r roots) ReceiptRoot(_ context.Context, in *types.QueryReceiptRootRequest, _ ...grpc.CallOption) (*types.QueryReceiptRootResponse, error) {
	return &types.QueryReceiptRootResponse{ReceiptRoot: r[in.Height]}, nil
}

// TestReceipts: what is exported is all there is, and a proof verifies against the chain's root and fails
// when anything in it is changed.
func TestReceipts(t *testing.T) {
	home := t.TempDir()
	w, err := archive.Open(archiveFile(home), [32]byte{1})
	require.NoError(t, err)
	kept := roots{}
	id := uint64(0)
	for height := int64(3); height < 6; height++ {
		b := archive.Block{Height: height}
		for range height {
			id++
			b.Receipts = append(b.Receipts, receipt.Receipt{ID: id, ModelID: 1, Height: height, TrustClass: 1, Output: [32]byte{byte(id)}}.Bytes())
		}
		require.NoError(t, w.Append(b))
		root, _ := receipt.Root(b.Receipts, -1)
		kept[height] = types.ReceiptRoot{Height: height, Root: root[:], Count: uint32(height)}
	}
	run := func(args ...string) string {
		cmd := receiptsCmd()
		var out bytes.Buffer
		cmd.SetOut(&out)
		cmd.SetArgs(append(args, "--home", home))
		require.NoError(t, cmd.Execute())
		return out.String()
	}
	require.Equal(t, 12, strings.Count(run("export"), "\n"))
	require.Equal(t, 4, strings.Count(run("export", "--from", "4", "--to", "4"), "\n"))
	proof := []byte(run("prove", "9"))
	height, r, err := verifyProof(t.Context(), kept, proof)
	require.NoError(t, err)
	require.EqualValues(t, 5, height)
	require.EqualValues(t, 9, r.ID)

	for name, change := range map[string]func(*shownProof){
		"another result": func(p *shownProof) { p.Receipt.Bytes = strings.Replace(p.Receipt.Bytes, "09", "0a", 1) },
		"another place":  func(p *shownProof) { p.Index++ },
		"another path":   func(p *shownProof) { p.Path[0] = strings.Repeat("00", 32) },
		"a longer path":  func(p *shownProof) { p.Path = append(p.Path, p.Path[0]) },
		"no hash":        func(p *shownProof) { p.Path[0] = "x" },
	} {
		var p shownProof
		require.NoError(t, json.Unmarshal(proof, &p))
		change(&p)
		raw, err := json.Marshal(p)
		require.NoError(t, err)
		_, _, err = verifyProof(t.Context(), kept, raw)
		require.Error(t, err, name)
	}
	kept[5] = kept[4]
	_, _, err = verifyProof(t.Context(), kept, proof)
	require.ErrorIs(t, err, receipt.ErrPath, "the chain has another root")

	require.NoError(t, os.Remove(filepath.Join(home, "data", "receipts.dat")))
	cmd := receiptsCmd()
	cmd.SetArgs([]string{"prove", "9", "--home", home})
	cmd.SetErr(&bytes.Buffer{})
	require.ErrorContains(t, cmd.Execute(), "archive = true")
}
