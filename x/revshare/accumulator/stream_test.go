package accumulator_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/revshare/accumulator"
	"github.com/imochain/imod/x/revshare/types"
)

var fourParts = accumulator.Terms{MinEligible: math.OneInt(), DripEpochs: 4}

// constant is a supply that never changes.
type constant struct{ math.Int }

func (c constant) InForce(uint64) (math.Int, uint64, error) { return c.Int, 0, nil }

func power(bits uint) math.Int {
	return math.NewIntFromBigInt(new(big.Int).Lsh(big.NewInt(1), bits))
}

func TestDepositBounds(t *testing.T) {
	s := types.NewStream(5)
	for name, bad := range map[string]math.Int{"nil": {}, "zero": math.ZeroInt(), "negative": math.NewInt(-1), "above the cap": power(120).AddRaw(1)} {
		_, _, err := accumulator.Deposit(s, bad)
		require.ErrorIs(t, err, accumulator.ErrOverflow, name)
	}
	full, held, err := accumulator.Deposit(s, power(120))
	require.NoError(t, err)
	require.False(t, held)
	require.NoError(t, full.CheckIdentity())

	over, held, err := accumulator.Deposit(full, math.OneInt())
	require.NoError(t, err)
	require.True(t, held, "above the cap of a stream's life it is held, not refused")
	require.Equal(t, "1", over.Held.String())
	require.Equal(t, full.Deposited, over.Deposited)

	require.Error(t, types.Stream{}.CheckIdentity(), "an empty message is no stream")
}

func TestHeldGoesInWithTheNextThatFits(t *testing.T) {
	s, err := accumulator.Hold(types.NewStream(0), math.NewInt(7))
	require.NoError(t, err)
	s, held, err := accumulator.Deposit(s, math.NewInt(5))
	require.NoError(t, err)
	require.False(t, held)
	require.Equal(t, "12", s.Waiting.String())
	require.True(t, s.Held.IsZero())

	s, err = accumulator.Hold(s, power(120))
	require.NoError(t, err)
	s, held, err = accumulator.Deposit(s, math.NewInt(5))
	require.NoError(t, err)
	require.False(t, held, "what is held does not fit, the new amount does")
	require.Equal(t, "17", s.Waiting.String())
	require.Equal(t, power(120), s.Held)
}

func TestStart(t *testing.T) {
	s, _, err := accumulator.Deposit(types.NewStream(9), math.NewInt(11))
	require.NoError(t, err)
	picky := s
	picky.MinDrip = math.NewInt(12)
	for name, tc := range map[string]struct {
		stream   types.Stream
		eligible math.Int
		terms    accumulator.Terms
	}{
		"waits: nobody eligible":   {s, math.ZeroInt(), fourParts},
		"waits: below min supply":  {s, math.NewInt(99), accumulator.Terms{MinEligible: math.NewInt(100), DripEpochs: 4}},
		"waits: below min drip":    {picky, math.NewInt(100), fourParts},
		"waits: impossible supply": {s, power(120).AddRaw(1), fourParts},
	} {
		waiting, e := accumulator.Start(tc.stream, tc.eligible, tc.terms)
		require.Nil(t, e, name)
		require.Equal(t, tc.stream, waiting, name)
	}
	started, e := accumulator.Start(s, math.NewInt(100), fourParts)
	require.Equal(t, &accumulator.Expiry{Epoch: 13, Amount: math.NewInt(2)}, e)
	require.Equal(t, "2", started.Rate.String())
	require.Equal(t, "3", started.Lump.String(), "11 = 4 * 2 + 3, the rest at once")
	require.Equal(t, "11", started.Dripping.String())
	require.NoError(t, started.CheckIdentity())

	dust, _, err := accumulator.Deposit(types.NewStream(9), math.NewInt(3))
	require.NoError(t, err)
	dust, e = accumulator.Start(dust, math.NewInt(100), fourParts)
	require.Nil(t, e, "less than a unit per part raises no rate")
	require.Equal(t, "3", dust.Lump.String())
}

func TestDustDoesNotStretchADrip(t *testing.T) {
	m := newMemory(t, fourParts, math.OneInt())
	m.add("a", math.NewInt(128)) // divides the scale: nothing stays in the carry
	m.epoch = 1
	m.deposit("x", math.NewInt(400))
	for m.epoch < 5 {
		m.epoch++
		m.deposit("x", math.OneInt())
	}
	require.Equal(t, "0", m.stream("x").Rate.String(), "the first deposit is out after 4 epochs, whatever came later")
	require.Equal(t, "403", new(big.Int).Rsh(m.scaled("x", "a", 4), types.ScaleBits).String())
}

func TestOneUnitIntoAHugeSupply(t *testing.T) {
	m := newMemory(t, fourParts, math.OneInt())
	m.add("a", power(100))
	m.add("b", power(99))
	m.epoch = 1
	m.deposit("x", math.OneInt())
	m.epoch = 2
	m.advance(m.stream("x"))
	m.check([]string{"a", "b"})
	require.True(t, m.stream("x").Index.IsPositive(), "a scale below the supply would lose it")
	require.Negative(t, m.stream("x").Carry.BigInt().Cmp(power(101).BigInt()))
}

func TestLargestAmounts(t *testing.T) {
	m := newMemory(t, fourParts, math.OneInt())
	m.add("a", math.OneInt())
	m.epoch = 1
	m.deposit("x", power(120))
	m.epoch = 6
	m.advance(m.stream("x"))
	m.check([]string{"a"})
	require.LessOrEqual(t, m.stream("x").Index.BigInt().BitLen(), 249)
	require.Equal(t, power(120), m.claim("a", 5)["x"])
	m.add("a", power(120).SubRaw(1))
	m.epoch = 9
	m.advance(m.stream("x"))
	m.check([]string{"a"})
}

func TestPay(t *testing.T) {
	s := types.NewStream(0)
	_, err := accumulator.Pay(s, math.OneInt())
	require.ErrorIs(t, err, accumulator.ErrPayment)
	_, err = accumulator.Pay(s, math.NewInt(-1))
	require.ErrorIs(t, err, accumulator.ErrPayment)
	s.Owed, s.Deposited = power(128), math.OneInt()
	paid, err := accumulator.Pay(s, math.OneInt())
	require.NoError(t, err)
	require.NoError(t, paid.CheckIdentity())
	require.Equal(t, "1", paid.Paid.String())
}

func TestAdvanceRefusesWhatCannotBe(t *testing.T) {
	good := types.NewStream(3)
	good.Rate, good.Dripping, good.Deposited = math.NewInt(5), math.NewInt(10), math.NewInt(10)
	seven := constant{math.NewInt(7)}
	expiry := []accumulator.Expiry{{Epoch: 5, Amount: math.NewInt(5)}}

	_, err := accumulator.Advance(good, 2, fourParts, seven, expiry)
	require.ErrorIs(t, err, accumulator.ErrOrder, "back in time")
	_, err = accumulator.Advance(good, 9, fourParts, seven, nil)
	require.ErrorIs(t, err, accumulator.ErrSchedule, "a rate that never ends")
	_, err = accumulator.Advance(good, 9, fourParts, seven, []accumulator.Expiry{{Epoch: 5, Amount: math.NewInt(6)}})
	require.ErrorIs(t, err, accumulator.ErrSchedule, "an expiry above the rate")
	_, err = accumulator.Advance(good, 9, fourParts, seven, []accumulator.Expiry{{Epoch: 4, Amount: math.NewInt(1)}, {Epoch: 5, Amount: math.NewInt(4)}})
	require.NoError(t, err, "an early end leaves something in dripping, which CheckSchedule finds")
	_, err = accumulator.Advance(good, 9, fourParts, seven, []accumulator.Expiry{{Epoch: 2, Amount: math.NewInt(5)}})
	require.ErrorIs(t, err, accumulator.ErrOrder, "an expiry of the past")
	_, err = accumulator.Advance(good, 9, fourParts, failing{}, expiry)
	require.ErrorIs(t, err, errRead)
	require.False(t, accumulator.Breach(err), "a store that fails is no breach")
	require.False(t, accumulator.Breach(nil))

	one, wide := constant{math.OneInt()}, good
	wide.Rate, wide.Dripping, wide.Deposited = power(119), power(120), power(120)
	expiry[0].Amount = power(119)
	_, err = accumulator.Advance(wide, 9, fourParts, one, expiry)
	require.NoError(t, err)
	for name, broken := range map[string]func(*types.Stream){
		"index": func(s *types.Stream) { s.Index = top },
		"owed":  func(s *types.Stream) { s.Owed = top },
	} {
		s := wide
		broken(&s)
		_, err = accumulator.Advance(s, 9, fourParts, one, expiry)
		require.True(t, accumulator.Breach(err), "%s beyond 256 bits: an error, not a panic", name)
	}
	_, err = accumulator.Hold(types.Stream{Held: top}, math.OneInt())
	require.True(t, accumulator.Breach(err))

	expiry[0].Amount = math.NewInt(5)
	out, err := accumulator.Advance(good, 9, fourParts, seven, expiry)
	require.NoError(t, err)
	require.Equal(t, []uint64{5}, out.Spent)
	require.Len(t, out.Segments, 1)
	require.Equal(t, uint64(9), out.Stream.Epoch)
	require.NoError(t, out.Stream.CheckIdentity())
}

// top is the largest integer there is.
var top = math.NewIntFromBigInt(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)))

var errRead = errors.New("cannot read")

type failing struct{}

func (failing) InForce(uint64) (math.Int, uint64, error) { return math.Int{}, 0, errRead }

// flicker is a supply that is there in every other epoch.
type flicker struct{ reads *int }

func (f flicker) InForce(epoch uint64) (math.Int, uint64, error) {
	*f.reads++
	return math.NewInt(int64(epoch % 2)), epoch + 1, nil
}

// TestCatchUpIsBounded: whatever the supply did while nobody looked.
func TestCatchUpIsBounded(t *testing.T) {
	s, _, err := accumulator.Deposit(types.NewStream(2), power(119))
	require.NoError(t, err)
	reads := 0
	out, err := accumulator.Advance(s, 1_000_000, accumulator.Terms{MinEligible: math.OneInt(), DripEpochs: 24}, flicker{&reads}, nil)
	require.NoError(t, err)
	require.NoError(t, out.Stream.CheckIdentity())
	require.Less(t, reads, 24*20)
	require.Empty(t, out.Added)
	require.True(t, out.Stream.Dripping.IsZero())
	require.True(t, out.Stream.Waiting.IsPositive(), "what the bound left waits")

	reads = 0
	out, err = accumulator.Advance(out.Stream, 1_000_024, accumulator.Terms{MinEligible: math.NewInt(2), DripEpochs: 24}, flicker{&reads}, nil)
	require.NoError(t, err)
	require.Less(t, reads, 100, "a supply that never suffices")
	require.Equal(t, uint64(1_000_024), out.Stream.Epoch)
}

// TestWaitingStartsByItself: in the first epoch with somebody to share, not when somebody asks.
func TestWaitingStartsByItself(t *testing.T) {
	m := newMemory(t, fourParts, math.OneInt())
	m.deposit("x", math.NewInt(400))
	m.epoch = 7
	m.add("a", math.NewInt(128)) // shares from epoch 8
	m.epoch = 10
	m.add("b", math.NewInt(128)) // shares from epoch 11
	m.epoch = 50
	require.Equal(t, "350", m.claim("a", 50)["x"].String(), "300 alone, half of the last part")
	require.Equal(t, "50", m.claim("b", 50)["x"].String())
	m.check([]string{"a", "b"})
}

func TestIndexAtRefusesEarlierEpochs(t *testing.T) {
	seg := types.Segment{Epochs: 2, Index: math.ZeroInt(), Carry: math.ZeroInt(), Rate: math.OneInt(), Lump: math.ZeroInt(), Eligible: math.OneInt()}
	_, err := accumulator.IndexAt(accumulator.Closed{Start: 4, Segment: seg}, 3)
	require.ErrorIs(t, err, accumulator.ErrOrder)
	at, err := accumulator.IndexAt(accumulator.Closed{Start: 4, Segment: seg}, 400)
	require.NoError(t, err)
	require.Equal(t, power(129).String(), at.String(), "a segment ends")
	seg.Eligible = math.ZeroInt()
	_, err = accumulator.IndexAt(accumulator.Closed{Start: 4, Segment: seg}, 4)
	require.ErrorIs(t, err, accumulator.ErrOrder)
}

func checkpoint(balance, lazy int64, since uint64) types.Checkpoint {
	return types.Checkpoint{Balance: math.NewInt(balance), Lazy: math.NewInt(lazy), LazySince: since}
}

func TestSpans(t *testing.T) {
	span := func(after, through uint64, balance int64) accumulator.Span {
		return accumulator.Span{After: after, Through: through, Balance: math.NewInt(balance)}
	}
	now := checkpoint(9, 0, 0)
	for name, tc := range map[string]struct {
		settled, upTo uint64
		marks         []accumulator.Mark
		now           types.Checkpoint
		want          []accumulator.Span
	}{
		"no checkpoint":           {2, 6, nil, now, []accumulator.Span{span(2, 6, 9)}},
		"nothing held":            {2, 6, nil, checkpoint(0, 0, 0), []accumulator.Span{}},
		"one checkpoint":          {2, 6, []accumulator.Mark{{4, checkpoint(3, 0, 0)}}, now, []accumulator.Span{span(2, 4, 3), span(4, 6, 9)}},
		"checkpoint beyond":       {2, 6, []accumulator.Mark{{8, checkpoint(3, 0, 0)}}, now, []accumulator.Span{span(2, 6, 3)}},
		"checkpoint at the end":   {2, 6, []accumulator.Mark{{6, checkpoint(3, 0, 0)}}, now, []accumulator.Span{span(2, 6, 3)}},
		"lazy from before":        {2, 6, nil, checkpoint(0, 5, 1), []accumulator.Span{span(2, 6, 5)}},
		"lazy begins in the run":  {2, 6, nil, checkpoint(1, 5, 4), []accumulator.Span{span(2, 6, 1), span(4, 6, 5)}},
		"lazy begins at the end":  {2, 6, nil, checkpoint(1, 5, 6), []accumulator.Span{span(2, 6, 1)}},
		"lazy collected in a run": {2, 6, []accumulator.Mark{{5, checkpoint(1, 5, 3)}}, checkpoint(6, 0, 0), []accumulator.Span{span(2, 5, 1), span(3, 5, 5), span(5, 6, 6)}},
		"settled already":         {6, 6, nil, now, []accumulator.Span{}},
	} {
		got, err := accumulator.Spans(tc.settled, tc.upTo, tc.marks, tc.now)
		require.NoError(t, err, name)
		require.Equal(t, tc.want, got, name)
	}
	_, err := accumulator.Spans(2, 9, []accumulator.Mark{{4, now}, {4, now}}, now)
	require.ErrorIs(t, err, accumulator.ErrOrder)
}

func TestAccrualRefusesAShrinkingIndex(t *testing.T) {
	spans := []accumulator.Span{{After: 1, Through: 2, Balance: math.OneInt()}}
	_, err := accumulator.Accrual(spans, func(epoch uint64) (*big.Int, error) { return big.NewInt(-int64(epoch)), nil })
	require.ErrorIs(t, err, accumulator.ErrOrder)
	_, err = accumulator.Accrual(spans, func(epoch uint64) (*big.Int, error) { return nil, accumulator.ErrOverflow })
	require.ErrorIs(t, err, accumulator.ErrOverflow)
	_, err = accumulator.Accrual(spans, func(epoch uint64) (*big.Int, error) {
		if epoch == 2 {
			return nil, accumulator.ErrOverflow
		}
		return new(big.Int), nil
	})
	require.ErrorIs(t, err, accumulator.ErrOverflow)
}

func TestSplit(t *testing.T) {
	units, residue, err := accumulator.Split(new(big.Int).Add(types.Scaled(math.NewInt(3)), big.NewInt(17)))
	require.NoError(t, err)
	require.Equal(t, "3", units.String())
	require.Equal(t, "17", residue.String())
	_, _, err = accumulator.Split(new(big.Int).Lsh(big.NewInt(1), 400))
	require.ErrorIs(t, err, accumulator.ErrOverflow)
	_, _, err = accumulator.Split(big.NewInt(-1))
	require.ErrorIs(t, err, accumulator.ErrOverflow)
}
