package accumulator_test

import (
	"cmp"
	"math/big"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/revshare/accumulator"
	"github.com/imochain/imod/x/revshare/types"
)

// memory applies the package's plans to slices, the way the keeper applies them to a store.
type memory struct {
	t           require.TestingT
	terms       accumulator.Terms
	minDrip     math.Int
	epoch       uint64 // running
	touched     uint64
	eligible    math.Int // of touched
	bank        map[string]math.Int
	supplies    []supply
	checkpoints map[string][]accumulator.Mark
	settled     map[string]uint64
	streams     map[string]*memoryStream
}

type memoryStream struct {
	types.Stream
	expiries []accumulator.Expiry
	segments []accumulator.Closed
	residues map[string]*big.Int
	steps    int // most segments that one catch-up wrote
}

// supply is what shares from an epoch on.
type supply struct {
	epoch  uint64
	amount math.Int
}

// InForce implements accumulator.Supplies.
func (m *memory) InForce(epoch uint64) (math.Int, uint64, error) {
	amount := math.ZeroInt()
	for _, x := range m.supplies {
		if x.epoch > epoch {
			return amount, x.epoch, nil
		}
		amount = x.amount
	}
	return amount, 0, nil
}

func newMemory(t require.TestingT, terms accumulator.Terms, minDrip math.Int) *memory {
	return &memory{
		t: t, terms: terms, minDrip: minDrip, eligible: math.ZeroInt(), bank: map[string]math.Int{},
		checkpoints: map[string][]accumulator.Mark{}, settled: map[string]uint64{}, streams: map[string]*memoryStream{},
	}
}

// touch is what precedes every change of the token.
func (m *memory) touch(accounts ...string) {
	if m.epoch > m.touched {
		sum := math.ZeroInt()
		for _, b := range m.bank {
			sum = sum.Add(b)
		}
		if !sum.Equal(m.eligible) {
			m.supplies = append(m.supplies, supply{epoch: m.touched + 1, amount: sum})
		}
		m.touched, m.eligible = m.epoch, sum
	}
	for _, who := range accounts {
		marks := m.checkpoints[who]
		if n := len(marks); n == 0 || marks[n-1].Epoch < m.epoch {
			m.checkpoints[who] = append(marks, accumulator.Mark{Epoch: m.epoch, Held: m.held(who)})
		}
	}
}

func (m *memory) held(who string) types.Checkpoint {
	b, ok := m.bank[who]
	if !ok {
		b = math.ZeroInt()
	}
	return types.Checkpoint{Balance: b, Lazy: math.ZeroInt()}
}

func (m *memory) add(who string, delta math.Int) {
	m.touch(who)
	m.bank[who] = m.held(who).Balance.Add(delta)
}

func (m *memory) stream(denom string) *memoryStream {
	if m.streams[denom] == nil {
		m.streams[denom] = &memoryStream{Stream: types.NewStream(m.epoch), residues: map[string]*big.Int{}}
	}
	return m.streams[denom]
}

func (m *memory) advance(s *memoryStream) {
	var due []accumulator.Expiry
	for _, e := range s.expiries {
		if e.Epoch <= m.epoch {
			due = append(due, e)
		}
	}
	out, err := accumulator.Advance(s.Stream, m.epoch, m.terms, m, due)
	require.NoError(m.t, err)
	s.Stream = out.Stream
	s.segments = append(s.segments, out.Segments...)
	s.steps = max(s.steps, len(out.Segments))
	s.expiries = slices.DeleteFunc(s.expiries, func(e accumulator.Expiry) bool { return slices.Contains(out.Spent, e.Epoch) })
	for _, e := range out.Added {
		s.expire(e)
	}
}

func (s *memoryStream) expire(e accumulator.Expiry) {
	for i, x := range s.expiries {
		if x.Epoch == e.Epoch {
			s.expiries[i].Amount = x.Amount.Add(e.Amount)
			return
		}
	}
	s.expiries = append(s.expiries, e)
	slices.SortFunc(s.expiries, func(a, b accumulator.Expiry) int { return cmp.Compare(a.Epoch, b.Epoch) })
}

func (m *memory) start(s *memoryStream) {
	var e *accumulator.Expiry
	if s.Stream, e = accumulator.Start(s.Stream, m.eligible, m.terms); e != nil {
		s.expire(*e)
	}
}

func (m *memory) deposit(denom string, amount math.Int) {
	m.touch()
	s := m.stream(denom)
	m.advance(s)
	s.MinDrip = m.minDrip
	var held bool
	var err error
	s.Stream, held, err = accumulator.Deposit(s.Stream, amount)
	require.NoError(m.t, err)
	require.False(m.t, held)
	m.start(s)
}

func (s *memoryStream) index(epoch uint64) (*big.Int, error) {
	if epoch+1 >= s.Epoch {
		return s.Index.BigInt(), nil
	}
	for i := len(s.segments) - 1; i >= 0; i-- {
		if s.segments[i].Start <= epoch {
			return accumulator.IndexAt(s.segments[i], epoch)
		}
	}
	return new(big.Int), nil
}

// scaled is the unpaid revenue of an account, exact.
func (m *memory) scaled(denom, who string, upTo uint64) *big.Int {
	s := m.stream(denom)
	sum := new(big.Int)
	if m.settled[who] < upTo {
		var marks []accumulator.Mark
		for _, x := range m.checkpoints[who] {
			if x.Epoch > m.settled[who] {
				marks = append(marks, x)
			}
		}
		spans, err := accumulator.Spans(m.settled[who], upTo, marks, m.held(who))
		require.NoError(m.t, err)
		sum, err = accumulator.Accrual(spans, s.index)
		require.NoError(m.t, err)
	}
	if r := s.residues[who]; r != nil {
		sum.Add(sum, r)
	}
	return sum
}

func (m *memory) claim(who string, upTo uint64) map[string]math.Int {
	m.touch()
	for _, s := range m.streams {
		m.advance(s)
	}
	upTo = min(upTo, m.epoch-1)
	if upTo <= m.settled[who] {
		return nil
	}
	units, residues := map[string]math.Int{}, map[string]math.Int{}
	any := false
	for denom := range m.streams {
		var err error
		units[denom], residues[denom], err = accumulator.Split(m.scaled(denom, who, upTo))
		require.NoError(m.t, err)
		any = any || units[denom].IsPositive()
	}
	if !any {
		return nil
	}
	for denom, s := range m.streams {
		var err error
		s.Stream, err = accumulator.Pay(s.Stream, units[denom])
		require.NoError(m.t, err)
		s.residues[who] = residues[denom].BigInt()
	}
	m.settled[who] = upTo
	return units
}

// check is the invariant, and the sum over all accounts.
func (m *memory) check(accounts []string) {
	for denom, s := range m.streams {
		require.NoError(m.t, s.CheckIdentity())
		expiries := make([]types.GenesisSupply, len(s.expiries))
		for i, e := range s.expiries {
			expiries[i] = types.GenesisSupply{Epoch: e.Epoch, Amount: e.Amount}
		}
		require.NoError(m.t, s.CheckSchedule(expiries))
		if m.epoch == 0 || s.Epoch != m.epoch {
			continue
		}
		sum := new(big.Int)
		for _, who := range accounts {
			sum.Add(sum, m.scaled(denom, who, m.epoch-1))
		}
		require.Equal(m.t, s.Owed.BigInt().String(), sum.String(), "owed and the sum over holders")
	}
}

func TestMemoryStartsEmpty(t *testing.T) {
	m := newMemory(t, fourParts, math.OneInt())
	m.check([]string{"a"})
	require.Nil(t, func() map[string]math.Int { m.epoch = 1; return m.claim("a", 9) }())
}
