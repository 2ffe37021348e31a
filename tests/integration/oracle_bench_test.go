package integration_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/x/oracle/attestation"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// fullRound is a network of equal validators that have all bound all of 150 open requests; the next
// block makes every one of them final.
func fullRound(t testing.TB, validators int) *arena {
	t.Helper()
	a := &arena{job: newJobFrom(t, chain.Options{
		Powers: slices.Repeat([]int64{100}, validators), Accounts: []string{"ana", "bo", "chi", "dee", "eve"}, Genesis: fastGenesis,
	})}
	a.AfterBlock = nil // adding up every balance is not what is measured
	var txs [][]byte
	for i := range uint64(oracletypes.MaxOpenRequests) {
		txs = append(txs, a.TxWithGas(a.eve, i, 350_000, &oracletypes.MsgRequestInference{
			Requester: a.eve.String(), ModelId: 1, Input: []byte("a red on blue"), Seed: i, MaxFee: coins(imo(2)),
		}))
	}
	ok(t, a.Execute(time.Second, txs))
	a.Execute(time.Second, nil) // everybody votes on it
	return a
}

// BenchmarkOracleHandlers reports what each handler of one node takes in the block in which 150 requests
// become final, each alone, the fastest of all runs: extending one's vote, hearing the others' votes,
// judging the proposal, pre-block; and building the proposal, which one node of all does. total is
// the sum without the last.
func BenchmarkOracleHandlers(b *testing.B) {
	for _, validators := range []int{4, 50, 100} {
		b.Run(fmt.Sprintf("%d validators", validators), func(b *testing.B) {
			a := fullRound(b, validators)
			height := a.Height() + 1
			proposed := a.Propose(time.Second)
			require.NotEmpty(b, proposed)
			own := a.Votes().Votes[0].VoteExtension
			handlers := []struct {
				name string
				run  func()
			}{
				{"extend", func() {
					res, err := a.App().ExtendVote(b.Context(), &abci.RequestExtendVote{Height: height, Hash: []byte("hash")})
					require.NoError(b, err)
					require.Len(b, res.VoteExtension, len(own))
				}},
				{"hear", func() {
					for _, vote := range a.Votes().Votes[1:] {
						res, err := a.App().VerifyVoteExtension(&abci.RequestVerifyVoteExtension{
							Height: height, ValidatorAddress: vote.Validator.Address, VoteExtension: vote.VoteExtension,
						})
						require.NoError(b, err)
						require.Equal(b, abci.ResponseVerifyVoteExtension_ACCEPT, res.Status)
					}
				}},
				{"judge", func() { require.True(b, a.accepted(proposed...)) }},
				{"preblock", func() { a.preBlock(proposed) }},
				{"propose", func() {
					res, err := a.App().PrepareProposal(&abci.RequestPrepareProposal{
						MaxTxBytes: app.MaxBlockBytes, LocalLastCommit: *a.Votes(), Height: height, Time: a.Time().Add(time.Second),
						ProposerAddress: a.Validators[0].Address(),
					})
					require.NoError(b, err)
					require.Len(b, res.Txs[0], len(proposed[0]))
				}},
			}
			best := make([]time.Duration, len(handlers))
			for b.Loop() {
				for i, h := range handlers {
					began := time.Now()
					h.run()
					if spent := time.Since(began); best[i] == 0 || spent < best[i] {
						best[i] = spent
					}
				}
			}
			total := time.Duration(0)
			for i, h := range handlers {
				b.ReportMetric(float64(best[i].Microseconds())/1000, h.name+"-ms")
				if h.name != "propose" {
					total += best[i]
				}
			}
			b.ReportMetric(float64(total.Microseconds())/1000, "total-ms")
		})
	}
}

// TestBytesPerRequest: what four validators put into blocks for a request, and what a finished one adds
// to the state for ever, are at most 250 bytes together; the record, which is forgotten after the
// retention, is bounded as well.
func TestBytesPerRequest(t *testing.T) {
	a := fullRound(t, 4)
	proposed := a.Propose(time.Second)
	tx, err := attestation.DecodeInjected(proposed[0])
	require.NoError(t, err)
	require.Len(t, tx.Reveals, oracletypes.MaxOpenRequests)
	before := a.storeBytes(oracletypes.StoreKey)
	a.Execute(time.Second, proposed)
	final := a.request(oracletypes.MaxOpenRequests)
	require.True(t, final.Final())
	root, err := a.App().OracleKeeper.Receipt(a.Context(), final.Id)
	require.NoError(t, err)
	require.Equal(t, uint32(oracletypes.MaxOpenRequests), root.Count, "one root for all of them")

	perRequest := len(proposed[0]) / oracletypes.MaxOpenRequests
	const rootBytes = 64 // key and record of the receipt root of a block, which stays
	forEver := float64(rootBytes) / oracletypes.MaxOpenRequests
	grown := (a.storeBytes(oracletypes.StoreKey) - before) / oracletypes.MaxOpenRequests
	record := final.Size() - len(final.Input) - len(final.Output)
	t.Logf("in blocks %d bytes, state for ever %.1f, growth by becoming final %d, record while it is kept %d", perRequest, forEver, grown, record)
	require.LessOrEqual(t, float64(perRequest)+forEver, 250.0)
	require.LessOrEqual(t, record, 450)
	require.LessOrEqual(t, grown, 150)
}

// storeBytes adds up the keys and values of a store.
func (a *arena) storeBytes(name string) int {
	a.T.Helper()
	iter := a.Context().MultiStore().GetKVStore(a.App().StoreKey(name)).Iterator(nil, nil)
	defer iter.Close()
	sum := 0
	for ; iter.Valid(); iter.Next() {
		sum += len(iter.Key()) + len(iter.Value())
	}
	return sum
}
