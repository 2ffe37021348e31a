package integration_test

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cosmos/evm/ethereum/eip712"

	"github.com/imochain/imod/testutil/chain"
)

var libraries = flag.Bool("libraries", false, "sign with CosmJS and ethers (make test-wallets)")

// signer is a process that signs with the libraries of wallets.
type signer struct {
	in  io.Writer
	out *bufio.Reader
}

func startSigner(t *testing.T) *signer {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "node", "sign.mjs") // it ends with its input
	cmd.Dir, cmd.Stderr = filepath.Join("..", "wallets"), os.Stderr
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, in.Close())
		require.NoError(t, cmd.Wait())
	})
	return &signer{in, bufio.NewReader(out)}
}

// sign asks the process.
func (s *signer) sign(wallet string, from chain.Account, document []byte) ([]byte, error) {
	err := json.NewEncoder(s.in).Encode(map[string]any{"wallet": wallet, "key": hex.EncodeToString(from.Key.Key), "document": document})
	if err != nil {
		return nil, err
	}
	line, err := s.out.ReadBytes('\n')
	if err != nil {
		return nil, err
	}
	var answer struct {
		Signature []byte `json:"signature"`
		Error     string `json:"error"`
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, errors.New(answer.Error)
	}
	return answer.Signature, nil
}

// TestWalletLibraries: CosmJS signs every message of ours direct and by amino, ethers as typed data, and the chain takes it.
func TestWalletLibraries(t *testing.T) {
	if !*libraries {
		t.Skip("make test-wallets: needs node and the packages of tests/wallets")
	}
	s := startSigner(t)
	with := func(name string, like *chain.Wallet, document func([]byte) ([]byte, error)) *chain.Wallet {
		return &chain.Wallet{Name: name, Mode: like.Mode, Sign: func(from chain.Account, bytes []byte) ([]byte, error) {
			bytes, err := document(bytes)
			if err != nil {
				return nil, err
			}
			return s.sign(name, from, bytes)
		}}
	}
	as := func(bytes []byte) ([]byte, error) { return bytes, nil }
	typed := func(bytes []byte) ([]byte, error) {
		data, err := eip712.GetEIP712TypedDataForMsg(bytes)
		if err != nil {
			return nil, err
		}
		return json.Marshal(data)
	}
	direct := signed(t, with("direct", chain.Direct, as))
	require.Equal(t, direct, signed(t, with("amino", chain.Amino, as)))
	require.Equal(t, direct, signed(t, with("typed", chain.TypedData, typed)))
	t.Logf("%d messages signed by each library", len(direct))
}
