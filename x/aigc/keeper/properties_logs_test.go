package keeper_test

import (
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// logged is what logs say of a token: its owner, and the root of its result once it was told.
type logged struct {
	owner sdk.AccAddress
	root  string
}

// doAnnounce catches up with some tokens of a collection.
func (m *machine) doAnnounce() {
	c := m.anyCollection()
	ids, err := m.k.Unlogged(m.ctx, c, 1+m.pick(4))
	require.NoError(m.t, err)
	for _, id := range ids {
		m.announce(c, id)
	}
}

// announce does what the contract does: it emits what is due and says so.
func (m *machine) announce(c uint64, id types.TokenID) {
	missed, err := m.k.Missed(m.ctx, c, id)
	require.NoError(m.t, err)
	require.True(m.t, missed.Any, "it is listed, and nothing is due")
	require.True(m.t, missed.Result || missed.Metadata || !missed.From.Equals(missed.To), "nothing is due")
	known := m.logs[c][id]
	require.Equal(m.t, known.owner, missed.From, "the Transfer would start at somebody else than the logs say")
	known.owner = missed.To
	m.done["announce"]++
	if missed.Result {
		known.root = string(missed.OutputRoot)
		m.done["announce a result"]++
	}
	if missed.To == nil {
		m.done["announce an end"]++
		delete(m.logs[c], id)
	} else {
		m.logs[c][id] = known
	}
	require.NoError(m.t, m.k.Logged(m.ctx, c, id))
}

// checkLogs: of a token without a record, the logs say who owns it and what its result is.
func (m *machine) checkLogs(c uint64) {
	for id := range m.logs[c] {
		m.checkLog(c, id)
	}
	for id := range m.owner[c] {
		m.checkLog(c, id)
	}
}

func (m *machine) checkLog(c uint64, id types.TokenID) {
	missed, err := m.k.Missed(m.ctx, c, id)
	require.NoError(m.t, err)
	known, owner := m.logs[c][id], m.owner[c][id]
	if missed.Any {
		require.Equal(m.t, known.owner, missed.From)
		require.Equal(m.t, owner, missed.To)
	} else {
		require.Equal(m.t, owner, known.owner)
	}
	if m.status[c][id] == types.TOKEN_STATUS_FINAL && !missed.Result {
		token, err := m.k.Token(m.ctx, c, id)
		require.NoError(m.t, err)
		require.Equal(m.t, string(token.Provenance.OutputRoot), known.root)
	}
}

// announceAll catches up with everything; a second time there is nothing.
func (m *machine) announceAll() {
	for c := uint64(1); c <= uint64(len(m.owner)); c++ {
		for {
			ids, err := m.k.Unlogged(m.ctx, c, 5)
			require.NoError(m.t, err)
			if len(ids) == 0 {
				break
			}
			for _, id := range ids {
				m.announce(c, id)
			}
		}
		require.Empty(m.t, m.logs[c], "everything is burnt or expired")
	}
}
