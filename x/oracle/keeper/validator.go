package keeper

import (
	"context"
	"errors"
	"math/big"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// validator reads what is known of a validator; one never seen has number 0.
func (k *Keeper) validator(ctx context.Context, address attestation.Address) (types.Validator, error) {
	v, err := k.validators.Get(ctx, address[:])
	if errors.Is(err, collections.ErrNotFound) {
		return types.Validator{Address: sdk.ConsAddress(address[:]).String(), Tally: math.ZeroInt()}, nil
	}
	return v, err
}

// roll moves the counters to the window of height.
func roll(v *types.Validator, window uint64) {
	switch {
	case v.Window == window:
	case v.Window+1 == window:
		v.Previous, v.Current = v.Current, types.Counters{}
	default:
		v.Previous, v.Current = types.Counters{}, types.Counters{}
	}
	v.Window = window
}

// ledger collects in memory what the decisions of one block change in the validators' records and
// in the totals, so that each record is written once a block.
type ledger struct {
	members  []types.Validator // in the order of the set
	proposer types.Validator   // used when the proposer is not a member; number 0 otherwise
	known    uint64            // numbers up to this one were given before this block
	place    map[attestation.Address]int
	last     uint64 // number given last
	window   uint64

	// earned is what this block gives to the members, in their order, and behind them to proposer.
	earned    []big.Int
	finals    []types.Request
	proofs    uint32 // proofs decided
	community math.Int
	score     uint64 // of all members, in this block
	touched   bool
}

// openLedger reads the records of a set and gives numbers to validators seen for the first time.
func (k *Keeper) openLedger(ctx sdk.Context, round attestation.Round) (*ledger, error) {
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	totals, err := k.totals.Get(ctx)
	if err != nil {
		return nil, err
	}
	l := &ledger{
		known:   totals.LastValidator,
		last:    totals.LastValidator,
		members: make([]types.Validator, len(round.Set)),
		place:   make(map[attestation.Address]int, len(round.Set)),
		window:  windowOf(ctx, params),
		earned:  make([]big.Int, len(round.Set)+1),

		community: math.ZeroInt(),
	}
	for i, member := range round.Set {
		if l.members[i], err = k.validator(ctx, member.Address); err != nil {
			return nil, err
		}
		l.place[member.Address] = i
		l.enrol(&l.members[i])
	}
	if _, ok := l.place[round.Proposer]; !ok && round.Proposer != (attestation.Address{}) {
		if l.proposer, err = k.validator(ctx, round.Proposer); err != nil {
			return nil, err
		}
		l.enrol(&l.proposer)
	}
	return l, nil
}

func (l *ledger) enrol(v *types.Validator) {
	if v.Number == 0 {
		l.last++
		v.Number = l.last
		v.Window = l.window
	}
	roll(v, l.window)
}

// pay splits a network fee: the proposer's part, to each match its share of the rest by power over
// the power of the whole set, rounded down, and what is left to the community pool. It works in place:
// a full block has 15,000 shares.
func (l *ledger) pay(fee math.Int, proposerBps uint32, round attestation.Round, w attestation.Weighing) {
	part := fee.MulRaw(int64(proposerBps)).QuoRaw(10_000)
	proposer, known := l.place[round.Proposer]
	if !known {
		proposer, known = len(l.members), l.proposer.Number != 0
	}
	if !known {
		part = math.ZeroInt()
	}
	l.earned[proposer].Add(&l.earned[proposer], part.BigInt())
	rest, total := fee.Sub(part).BigInt(), new(big.Int).SetUint64(w.Total)
	left := new(big.Int).Set(rest)
	var share, power big.Int
	for i, slot := range w.Slots {
		if slot.State != attestation.Matched {
			continue
		}
		share.Quo(share.Mul(rest, power.SetUint64(round.Set[i].Power)), total)
		l.earned[i].Add(&l.earned[i], &share)
		left.Sub(left, &share)
	}
	l.community = l.community.Add(math.NewIntFromBigInt(left))
}

// count records what every member of the set did for a decided subject.
func (l *ledger) count(round attestation.Round, w attestation.Weighing) {
	l.touched = true
	for i, slot := range w.Slots {
		counters := &l.members[i].Current
		switch slot.State {
		case attestation.Matched:
			counters.Made++
			score := scoreOf(round.Set[i].Power, w.Total)
			counters.Score += score
			l.score += score
		case attestation.Bound:
			counters.Differing++
		case attestation.Voided:
			counters.Equivocated++
		case attestation.Absent:
			counters.Missed++
		}
	}
}

// attestedBy returns the power behind a result and who gave it.
func (l *ledger) attestedBy(w attestation.Weighing) types.AttestedBy {
	var signers []byte
	for i, slot := range w.Slots {
		if slot.State != attestation.Matched {
			continue
		}
		bit := l.members[i].Number - 1
		for uint64(len(signers)) <= bit/8 {
			signers = append(signers, 0)
		}
		signers[bit/8] |= 1 << (bit % 8)
	}
	return types.AttestedBy{MatchedPower: w.Matched, TotalPower: w.Total, Signers: signers}
}

// closeLedger writes the ledger back.
func (k *Keeper) closeLedger(ctx sdk.Context, l *ledger, round attestation.Round) error {
	if !l.touched {
		return nil
	}
	for i, member := range round.Set {
		l.members[i].Tally = l.members[i].Tally.Add(math.NewIntFromBigInt(&l.earned[i]))
		if err := k.setValidator(ctx, member.Address, l.members[i], l.known); err != nil {
			return err
		}
	}
	if l.proposer.Number != 0 {
		l.proposer.Tally = l.proposer.Tally.Add(math.NewIntFromBigInt(&l.earned[len(l.members)]))
		if err := k.setValidator(ctx, round.Proposer, l.proposer, l.known); err != nil {
			return err
		}
	}
	if err := k.setReceiptRoot(ctx, l.finals); err != nil {
		return err
	}
	if err := k.addScore(ctx, l.window, l.score); err != nil {
		return err
	}
	// The totals are read here, not before: recording a proof may have opened the next one.
	totals, err := k.totals.Get(ctx)
	if err != nil {
		return err
	}
	for _, r := range l.finals {
		releaseRequest(&totals, r)
	}
	totals.OpenProofs -= min(l.proofs, totals.OpenProofs)
	totals.LastValidator = l.last
	totals.CommunityTally = totals.CommunityTally.Add(l.community)
	return k.totals.Set(ctx, totals)
}

// releaseRequest takes a closed request out of the open figures.
func releaseRequest(totals *types.Totals, r types.Request) {
	totals.OpenRequests -= min(1, totals.OpenRequests)
	totals.OpenWorkUnits -= min(r.WorkUnits, totals.OpenWorkUnits)
}

// windowOf returns the number of the running window of counters.
func windowOf(ctx sdk.Context, params types.Params) uint64 {
	return uint64(ctx.BlockHeight()) / uint64(max(params.PerformanceBlocks, 1))
}

// setValidator writes a record, and the way back from its number if that is above known.
func (k *Keeper) setValidator(ctx context.Context, address attestation.Address, v types.Validator, known uint64) error {
	if v.Number > known {
		if err := k.validatorNumbers.Set(ctx, v.Number, address[:]); err != nil {
			return err
		}
	}
	return k.validators.Set(ctx, address[:], v)
}
