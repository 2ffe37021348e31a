package integration_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/x/oracle/attestation"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// arena is a network on which some validators, or the proposer, misbehave while a request is open.
// Every block that it makes has to be accepted and executed: a halt fails the test where it happens.
type arena struct {
	*job
	seed uint64
}

// arenaLife is how long a request waits in an arena.
const arenaLife = 8

// newArena starts a network whose validators "operator 0", "operator 1", … have the given powers. The
// first of them are meant to be the byzantine ones.
func newArena(t *testing.T, powers ...int64) *arena {
	t.Helper()
	return &arena{job: newJobFrom(t, chain.Options{
		Powers: powers, Accounts: []string{"ana", "bo", "chi", "dee", "eve"},
		Genesis: func(a *app.App, state map[string]json.RawMessage) {
			fastGenesis(a, state)
			var oracle oracletypes.GenesisState
			a.AppCodec().MustUnmarshalJSON(state[oracletypes.ModuleName], &oracle)
			oracle.Params.RequestBlocks, oracle.Params.PayoutBlocks = arenaLife, 100_000 // tallies stay where they can be read
			state[oracletypes.ModuleName] = a.AppCodec().MustMarshalJSON(&oracle)
		},
	}), seed: 1}
}

// open asks in a block of its own; its validators have not voted on the answer yet.
func (a *arena) open() oracletypes.Request {
	a.T.Helper()
	a.seed++
	ok(a.T, a.Next(a.Tx(a.eve, &oracletypes.MsgRequestInference{
		Requester: a.eve.String(), ModelId: 1, Input: []byte("a red on blue"), Seed: a.seed, MaxFee: coins(imo(2)),
	})))
	genesis := a.state()
	return genesis.Requests[len(genesis.Requests)-1]
}

func (a *arena) request(id uint64) oracletypes.Request {
	a.T.Helper()
	r, err := a.App().OracleKeeper.Request(a.Context(), id)
	require.NoError(a.T, err)
	return r
}

func (a *arena) state() *oracletypes.GenesisState {
	a.T.Helper()
	genesis, err := a.App().OracleKeeper.ExportGenesis(a.Context())
	require.NoError(a.T, err)
	return genesis
}

// subject and truth are what honest validators bind for a request.
func (a *arena) subject(r oracletypes.Request) attestation.Subject {
	a.T.Helper()
	s, err := r.Subject()
	require.NoError(a.T, err)
	return s
}

func (a *arena) truth(r oracletypes.Request) attestation.Result {
	a.T.Helper()
	for _, result := range a.worker.Ready() {
		if answer, ok := result.Answers(a.subject(r)); ok {
			return answer
		}
	}
	a.T.Fatalf("request %d is not computed", r.Id)
	return attestation.Result{}
}

// lie is a result that nobody computes.
var lie = attestation.Result{Output: [32]byte{6, 6, 6}, Witness: [32]byte{7, 7, 7}}

// place finds a validator of newArena by its number among those that vote.
func (a *arena) place(number int) int {
	a.T.Helper()
	name := chain.NewAccount("operator " + string(rune('0'+number))).Name
	i := slices.IndexFunc(a.Validators, func(v chain.Validator) bool { return v.Operator.Name == name })
	require.GreaterOrEqual(a.T, i, 0)
	return i
}

func (a *arena) validator(number int) chain.Validator { return a.Validators[a.place(number)] }

// binding is what a validator signs when it claims a result.
func (a *arena) binding(v chain.Validator, s attestation.Subject, result attestation.Result) attestation.Item {
	return attestation.Item{
		Key: s.Key, Binding: attestation.Bind(attestation.ChainHash(chain.ID), s, result, attestation.Address(v.Address())),
	}
}

// canonical encodes items; none are no bytes.
func (a *arena) canonical(items ...attestation.Item) []byte {
	a.T.Helper()
	encoded, err := attestation.EncodeExtension(items)
	require.NoError(a.T, err)
	return encoded
}

// uncheckedExtension writes items as they come, all of one kind, with the given version.
func uncheckedExtension(version byte, items ...attestation.Item) []byte {
	out := []byte{version, byte(items[0].Kind)}
	out = binary.AppendUvarint(out, uint64(len(items)))
	last := uint64(0)
	for _, item := range items {
		out = binary.AppendUvarint(out, item.ID-last) // wraps when ids descend
		out = append(out, item.Binding[:]...)
		last = item.ID
	}
	return out
}

// uncheckedInjection writes an injected transaction without looking at what it carries.
func uncheckedInjection(tx attestation.Injected) []byte {
	out := []byte(attestation.Magic)
	out = binary.BigEndian.AppendUint16(out, uint16(len(tx.Votes)))
	for _, v := range tx.Votes {
		out = binary.BigEndian.AppendUint16(out, v.Index)
		out = append(append(append(out, v.Validator[:]...), byte(len(v.Signature))), v.Signature...)
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(v.Extension))), v.Extension...)
	}
	out = binary.BigEndian.AppendUint16(out, uint16(len(tx.Reveals)))
	for _, r := range tx.Reveals {
		out = binary.BigEndian.AppendUint64(append(out, byte(r.Kind)), r.ID)
		out = append(append(out, r.Output[:]...), r.Witness[:]...)
	}
	return append(append(out, 0, 0), tx.Link...)
}

// proposal is what an honest proposer would make of the votes now, with the injected transaction read.
func (a *arena) proposal(txs ...[]byte) ([][]byte, attestation.Injected) {
	a.T.Helper()
	proposed := a.Propose(time.Second, txs...)
	require.NotEmpty(a.T, proposed)
	tx, err := attestation.DecodeInjected(proposed[0])
	require.NoError(a.T, err)
	return proposed, tx
}

// accepted tells whether honest validators accept a block, which all judge alike.
func (a *arena) accepted(txs ...[]byte) bool {
	a.T.Helper()
	return a.Judge(a.Followers[0], time.Second, txs) == abci.ResponseProcessProposal_ACCEPT
}

// books are the figures that an attack could move.
type books struct {
	tallies   map[string]sdkmath.Int // consensus address -> what the validator has earned
	community sdkmath.Int
	eve       sdkmath.Int // the requester
}

func (a *arena) books() books {
	a.T.Helper()
	genesis := a.state()
	b := books{tallies: map[string]sdkmath.Int{}, community: genesis.Totals.CommunityTally, eve: a.Balance(a.eve.Address(), app.BaseDenom)}
	for _, v := range genesis.Validators {
		b.tallies[v.Address] = v.Tally
	}
	owed, err := a.App().OracleKeeper.Owed(a.Context())
	require.NoError(a.T, err)
	require.Equal(a.T, owed.String(), coins(a.Balance(oracletypes.EscrowAddress(), app.BaseDenom)).String(), "the escrow holds what it owes")
	require.NoError(a.T, a.App().OracleKeeper.CheckInvariants(a.Context()))
	return b
}

func consensusName(v chain.Validator) string { return sdk.ConsAddress(v.Address()).String() }

// requirePaid requires that since before the fee of a request went to its proposer and to the validators
// with the given addresses by their power, to the unit, and to nobody else.
func (a *arena) requirePaid(before books, r oracletypes.Request, proposer string, matched ...chain.Validator) {
	a.T.Helper()
	after := a.books()
	want := map[string]sdkmath.Int{}
	for address := range after.tallies {
		want[address] = sdkmath.ZeroInt()
		if had, ok := before.tallies[address]; ok {
			want[address] = had
		}
	}
	total := sdkmath.ZeroInt()
	for _, v := range a.Validators {
		total = total.AddRaw(v.Power)
	}
	part := r.NetworkFee.Amount.MulRaw(int64(r.ProposerBps)).QuoRaw(10_000)
	rest := r.NetworkFee.Amount.Sub(part)
	want[proposer] = want[proposer].Add(part)
	left := rest
	for _, v := range matched {
		share := rest.MulRaw(v.Power).Quo(total)
		want[consensusName(v)] = want[consensusName(v)].Add(share)
		left = left.Sub(share)
	}
	for address, amount := range want {
		require.Equal(a.T, amount.String(), after.tallies[address].String(), "tally of %s", address)
	}
	require.Equal(a.T, before.community.Add(left).String(), after.community.String(), "community")
}

// requireRefunded requires that a request expired, its requester has its fees back, and nobody earned.
func (a *arena) requireRefunded(before books, r oracletypes.Request) {
	a.T.Helper()
	for a.Height() <= r.DeadlineHeight {
		a.Next()
	}
	require.Equal(a.T, oracletypes.RequestStatus_REQUEST_STATUS_EXPIRED, a.request(r.Id).Status)
	after := a.books()
	require.Equal(a.T, before.eve.Add(r.Fee().AmountOf(app.BaseDenom)).String(), after.eve.String(), "refund")
	for address, had := range before.tallies {
		require.Equal(a.T, had.String(), after.tallies[address].String(), "tally of %s", address)
	}
	require.Equal(a.T, before.community.String(), after.community.String())
}

// requireTrue requires that a request is final with the right result.
func (a *arena) requireTrue(r oracletypes.Request, truth attestation.Result) {
	a.T.Helper()
	got := a.request(r.Id)
	require.Equal(a.T, oracletypes.RequestStatus_REQUEST_STATUS_FINAL, got.Status)
	require.True(a.T, bytes.Equal(truth.Output[:], got.OutputRoot) && bytes.Equal(truth.Witness[:], got.Witness), "a false result")
}

// proposerOf returns the name under which the proposer of a height earns.
func (a *arena) proposerOf(height int64) string {
	return consensusName(a.Validators[int(height)%len(a.Validators)])
}

// others returns the validators but those with the given numbers.
func (a *arena) others(but ...int) []chain.Validator {
	var out []chain.Validator
	for number := range a.Validators {
		if !slices.Contains(but, number) {
			out = append(out, a.validator(number))
		}
	}
	return out
}
