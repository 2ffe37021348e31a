package integration_test

import (
	"encoding/hex"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/x/oracle/beacon"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// proposers are the hash chains of all validators of a test network.
type proposers []*beacon.Chain

// Before implements oracleabci.Beacon.
func (p proposers) Before(tip [32]byte) ([32]byte, bool) {
	for _, c := range p {
		if link, ok := c.Before(tip); ok {
			return link, true
		}
	}
	return [32]byte{}, false
}

// withBeacon registers a chain for every validator and waits until they count.
func (j *job) withBeacon() {
	j.T.Helper()
	var all proposers
	for i, v := range j.Validators {
		c, err := beacon.NewChain(beacon.Value{byte(i + 1)}, 200)
		require.NoError(j.T, err)
		tip := c.Tip()
		ok(j.T, j.Next(j.Tx(v.Operator, &oracletypes.MsgSetBeacon{Operator: v.Operator.String(), Tip: hex.EncodeToString(tip[:])})))
		all = append(all, c)
	}
	j.Beacon = all
	for range oracletypes.DefaultParams().BeaconDelayBlocks {
		j.Next()
	}
}

// TestAssignedSeedsOnTheChain: proposers reveal, seeds are drawn as the rules say, results are final
// in H+2 and H+3, on every executor alike.
func TestAssignedSeedsOnTheChain(t *testing.T) {
	j := newJob(t, followers()...)
	j.withBeacon()
	before, err := j.App().OracleKeeper.ExportGenesis(j.Context())
	require.NoError(t, err)
	require.Equal(t, j.Height(), before.Beacon.Height)
	require.Equal(t, j.Height(), before.Beacon.RevealedHeight, "every proposer reveals")

	receiver := j.deploy(j.ana, codeReceiver)
	ask := func(kind uint8) uint64 {
		out := j.call(j.eve, oracleAddress, "oracle", imo(5).BigInt(), "requestWithAssignedSeed",
			big.NewInt(1), uint32(0), []byte("a red on blue"), kind, true, receiver, uint64(100_000), []byte{})
		return out[0].(*big.Int).Uint64()
	}
	content := ask(2)
	requested := j.Height()
	request, err := j.App().OracleKeeper.Request(j.Context(), content)
	require.NoError(t, err)
	mix, err := j.App().OracleKeeper.ExportGenesis(j.Context())
	require.NoError(t, err)
	require.Equal(t, beacon.Seed(beacon.Value(mix.Beacon.Mix), content), request.Seed)
	view := j.view(oracleAddress, "oracle", "seedOf", new(big.Int).SetUint64(content))
	require.Equal(t, []any{uint8(2), request.Seed, true}, view)
	j.Next()
	j.Next()
	request, err = j.App().OracleKeeper.Request(j.Context(), content)
	require.NoError(t, err)
	require.Equal(t, requested+2, request.FinalHeight)

	money := ask(3)
	requested = j.Height()
	view = j.view(oracleAddress, "oracle", "seedOf", new(big.Int).SetUint64(money))
	require.Equal(t, []any{uint8(3), uint64(0), false}, view, "not known in its own block, nor after it")
	j.Next()
	j.Next()
	request, err = j.App().OracleKeeper.Request(j.Context(), money)
	require.NoError(t, err)
	require.False(t, request.Final())
	j.Next()
	request, err = j.App().OracleKeeper.Request(j.Context(), money)
	require.NoError(t, err)
	require.Equal(t, requested+3, request.FinalHeight)
	require.NotZero(t, request.Seed)

	output, _, err := j.worker.Output(t.Context(), [32]byte(request.OutputRoot))
	require.NoError(t, err)
	_, failure := j.try(j.dee, chain.Call{To: &oracleAddress, Data: j.pack("deliver", new(big.Int).SetUint64(money), output)})
	require.Empty(t, failure)
	require.Equal(t, new(big.Int).SetUint64(money), j.slot(receiver, slotRequest))
	require.NoError(t, j.App().OracleKeeper.CheckInvariants(j.Context()))
}
