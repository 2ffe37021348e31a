package integration_test

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/testutil/chain"
	aigctypes "github.com/imochain/imod/x/aigc/types"
)

// reader knows of a collection what its logs say, and nothing else.
type reader struct {
	owners map[common.Hash]common.Address
	// told are the roots in AigcData, as the hashes that indexed bytes are.
	told map[common.Hash]common.Hash
	logs int
}

// read takes in the logs of a block.
func (r *reader) read(t *testing.T, results []*abci.ExecTxResult) {
	t.Helper()
	events := abiOf(t, "collection").Events
	for _, result := range results {
		logs, err := evmtypes.DecodeTxLogs(result.Data, 1)
		require.NoError(t, err)
		for _, log := range logs {
			if log.Address != nftAddress {
				continue
			}
			r.logs++
			switch log.Topics[0] {
			case events["Transfer"].ID:
				from, to, id := common.BytesToAddress(log.Topics[1][:]), common.BytesToAddress(log.Topics[2][:]), log.Topics[3]
				require.Equal(t, r.owners[id], from, "a Transfer that starts at somebody else")
				if r.owners[id] = to; to == (common.Address{}) {
					delete(r.owners, id)
				}
			case events["AigcData"].ID:
				require.Contains(t, r.owners, log.Topics[1], "a result before the Transfer")
				r.told[log.Topics[1]] = log.Topics[3]
			}
		}
	}
}

// tx is an act as a transaction by one door.
func (g *gallery) tx(a act, byCall bool) []byte {
	g.T.Helper()
	who := a.who(g)
	if !byCall {
		return g.Tx(who, a.message(g, who.String()))
	}
	data, err := abiOf(g.T, "collection").Pack(a.method, a.args(g)...)
	require.NoError(g.T, err)
	call := chain.Call{To: &nftAddress, Data: data}
	if !a.value.IsNil() {
		call.Value = a.value.BigInt()
	}
	return g.EthTx(who, call)
}

// unannounced are the tokens of which the contract says that logs are due.
func (g *gallery) unannounced() []*big.Int {
	return g.view(nftAddress, "collection", "unannounced", big.NewInt(1000))[0].([]*big.Int)
}

// requireSame compares what a reader knows with the state, but for tokens of which logs are due.
func (r *reader) requireSame(g *gallery, what string) {
	t := g.T
	t.Helper()
	due := map[common.Hash]bool{}
	for _, id := range g.unannounced() {
		due[common.BigToHash(id)] = true
	}
	for seed := uint64(1); seed <= 2; seed++ {
		id := common.BigToHash(idInt(seed))
		if due[id] {
			continue
		}
		owner, err := g.App().AIGCKeeper.OwnerOf(g.Context(), 1, aigctypes.TokenID(id))
		if err != nil {
			require.ErrorIs(t, err, aigctypes.ErrTokenNotFound)
			require.NotContains(t, r.owners, id, what)
			continue
		}
		require.Equal(t, common.BytesToAddress(owner), r.owners[id], what)
		token, err := g.App().AIGCKeeper.Token(g.Context(), 1, aigctypes.TokenID(id))
		require.NoError(t, err)
		if token.Status == aigctypes.TOKEN_STATUS_FINAL {
			require.Equal(t, crypto.Keccak256Hash(token.Provenance.OutputRoot), r.told[id], what)
		}
	}
}

// TestLogsAreComplete: whichever door each change came through, the logs give the owners and the results: at once for calls,
// after anyone's announce for messages.
func TestLogsAreComplete(t *testing.T) {
	for name, byCall := range map[string]func(i int) bool{
		"messages only":           func(int) bool { return false },
		"a call, then a message":  func(i int) bool { return i%2 == 0 },
		"a message, then a call":  func(i int) bool { return i%2 == 1 },
		"two messages, two calls": func(i int) bool { return i%4 >= 2 },
	} {
		t.Run(name, func(t *testing.T) {
			g := newGallery(t, true)
			r := &reader{owners: map[common.Hash]common.Address{}, told: map[common.Hash]common.Hash{}}
			announce := act{
				who: func(g *gallery) chain.Account { return g.chi }, method: "announce", // a stranger
				args: func(g *gallery) []any { return []any{append(g.unannounced(), big.NewInt(7))} },
			}
			for i, a := range acts() {
				results := g.Next(g.tx(a, byCall(i)))
				ok(t, results)
				r.read(t, results)
				for range a.wait {
					r.read(t, g.Next())
				}
				r.requireSame(g, a.name)
				if i%5 == 4 {
					results := g.Next(g.tx(announce, true))
					ok(t, results)
					r.read(t, results)
					require.Empty(t, g.unannounced())
					r.requireSame(g, "announce after "+a.name)
				}
			}
			results := g.Next(g.tx(announce, true))
			ok(t, results)
			r.read(t, results)
			r.requireSame(g, "the end")
			require.Len(t, r.owners, 1, "one was burnt")
			seen := r.logs
			require.Positive(t, seen)
			results = g.Next(g.tx(announce, true))
			ok(t, results)
			r.read(t, results)
			require.Equal(t, seen, r.logs, "nothing is told twice")
		})
	}
}

// TestAnnounceBounds: a hundred tokens at once, known or not; no more.
func TestAnnounceBounds(t *testing.T) {
	g := newGallery(t, true)
	many := make([]*big.Int, 101)
	for i := range many {
		many[i] = big.NewInt(int64(i))
	}
	went, why := g.attempt(g.eve, chain.Call{To: &nftAddress, Data: packCollection(t, "announce", many)})
	require.False(t, went)
	require.Contains(t, why, "at most 100 at once")
	went, why = g.attempt(g.eve, chain.Call{To: &nftAddress, Data: packCollection(t, "announce", many[:100])})
	require.True(t, went, why)
	require.Empty(t, g.unannounced())
}

func packCollection(t *testing.T, method string, args ...any) []byte {
	t.Helper()
	data, err := abiOf(t, "collection").Pack(method, args...)
	require.NoError(t, err)
	return data
}
