package integration_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/testutil/chain"
)

// walletCase is a message that somebody signs. Where the module can only refuse it, because governance alone may do it or because
// it needs a state that this table does not make, why is a part of what it says.
type walletCase struct {
	from    chain.Account
	message sdk.Msg
	refuses bool
	why     string
}

// ownMessages are all messages of our modules.
func ownMessages(j *job) []string {
	own := slices.DeleteFunc(j.App().InterfaceRegistry().ListImplementations("cosmos.base.v1beta1.Msg"), func(url string) bool {
		return !strings.HasPrefix(url, "/imod.")
	})
	slices.Sort(own)
	return own
}

// signed runs the table with one wallet and returns what became of each message.
func signed(t *testing.T, wallet *chain.Wallet) []string {
	t.Helper()
	j := newJob(t)
	seen := map[string]bool{}
	var results []string
	for _, step := range walletTable(j) {
		c := step(j)
		if c.message == nil {
			continue
		}
		url := sdk.MsgTypeURL(c.message)
		j.Wallet = wallet
		tx := j.TxWithGas(c.from, 0, 5_000_000, c.message)
		j.Wallet = nil
		blocks := j.Next(tx)
		result := blocks[len(blocks)-1]
		if !c.refuses {
			assert.Zero(t, result.Code, "%s by %s: %s", url, wallet.Name, result.Log)
		} else {
			assert.NotZero(t, result.Code, "%s by %s", url, wallet.Name)
			assert.Contains(t, result.Log, c.why, "%s by %s", url, wallet.Name)
		}
		seen[url] = true
		results = append(results, url+" "+result.Codespace)
	}
	require.Equal(t, ownMessages(j), slices.Sorted(maps.Keys(seen)), "a message that is not in the table")
	return results
}

// TestWalletDoors: every message of ours is signed as Keplr signs (direct), as a Ledger does (amino) and as MetaMask does (EIP-712
// typed data), and does the same each time.
func TestWalletDoors(t *testing.T) {
	direct := signed(t, chain.Direct)
	for _, wallet := range []*chain.Wallet{chain.Amino, chain.TypedData} {
		require.Equal(t, direct, signed(t, wallet), wallet.Name)
	}
}
