package accumulator_test

import (
	"flag"
	"math/big"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	"github.com/imochain/imod/testutil/naive"
	"github.com/imochain/imod/x/revshare/accumulator"
)

const (
	sequences = 1000
	steps     = 60
)

// TestMain runs 1,000 sequences per property unless -rapid.checks says otherwise.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "rapid.checks" })
	if !given {
		if err := flag.Set("rapid.checks", "1000"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// amount draws 1 to 10^27 with every order of magnitude equally likely.
func amount(t *rapid.T) *big.Int {
	x := new(big.Int).Exp(big.NewInt(10), big.NewInt(rapid.Int64Range(0, 27).Draw(t, "magnitude")), nil)
	x.Mul(x, big.NewInt(rapid.Int64Range(1, 9999).Draw(t, "mantissa")))
	if x.BitLen() > 90 {
		return x.Div(x, big.NewInt(10_000))
	}
	return x
}

// TestProperties compares the accumulator with the naive ledger over random histories:
// transfers, mint, burn, deposits, claims up to chosen epochs, epochs skipped for long.
func TestProperties(t *testing.T) {
	holders := []string{"a", "b", "c", "d", "e"}
	denoms := []string{"x", "y", "z"}
	require.GreaterOrEqual(t, sequences*steps, 60_000)
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.Uint64Range(1, 30).Draw(t, "parts")
		least := math.NewInt(rapid.SampledFrom([]int64{1, 1000, 1_000_000}).Draw(t, "min eligible"))
		minDrip := math.NewInt(rapid.SampledFrom([]int64{1, 1, 1_000_000}).Draw(t, "min drip"))
		m := newMemory(t, accumulator.Terms{MinEligible: least, DripEpochs: parts}, minDrip)
		l := naive.New(0, parts, least.BigInt(), minDrip.BigInt())
		who := rapid.SampledFrom(holders)
		for range steps {
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0, 1:
				n := rapid.SampledFrom([]uint64{1, 1, 1, 2, 3, 7, 40, 300}).Draw(t, "epochs")
				m.epoch += n
				l.Advance(n)
			case 2:
				mint(t, m, l, who.Draw(t, "to"), amount(t))
			case 3:
				burn(t, m, l, who.Draw(t, "from"))
			case 4, 5:
				transfer(t, m, l, who.Draw(t, "from"), who.Draw(t, "to"))
			case 6, 7:
				d, x := rapid.SampledFrom(denoms).Draw(t, "denom"), amount(t)
				m.deposit(d, math.NewIntFromBigInt(x))
				l.Deposit(d, x)
			default:
				claim(t, m, l, who.Draw(t, "holder"), rapid.Uint64Range(0, m.epoch+2).Draw(t, "up to"))
			}
			m.check(holders)
			compare(t, m, l, holders)
		}
		drain(t, m, l, holders)
	})
}

func mint(t *rapid.T, m *memory, l *naive.Ledger, to string, x *big.Int) {
	m.add(to, math.NewIntFromBigInt(x))
	l.Add(to, x)
}

func burn(t *rapid.T, m *memory, l *naive.Ledger, from string) {
	x := part(t, m.held(from).Balance)
	m.add(from, x.Neg())
	l.Add(from, x.Neg().BigInt())
}

func transfer(t *rapid.T, m *memory, l *naive.Ledger, from, to string) {
	m.touch(from, to)
	x := part(t, m.held(from).Balance)
	m.add(from, x.Neg())
	m.add(to, x)
	l.Add(from, x.Neg().BigInt())
	l.Add(to, x.BigInt())
}

// part draws a share of a balance: nothing, one unit, some, all.
func part(t *rapid.T, balance math.Int) math.Int {
	switch rapid.IntRange(0, 3).Draw(t, "part") {
	case 0:
		return math.MinInt(balance, math.OneInt())
	case 1:
		return balance
	default:
		return balance.MulRaw(rapid.Int64Range(0, 999).Draw(t, "permille")).QuoRaw(1000)
	}
}

func claim(t *rapid.T, m *memory, l *naive.Ledger, who string, upTo uint64) {
	if m.epoch == 0 {
		return
	}
	got, want := m.claim(who, upTo), l.Claim(who, upTo)
	require.Equal(t, want == nil, got == nil, "one of the two found nothing to pay")
	for denom := range want {
		require.Equal(t, want[denom].String(), got[denom].String(), "claim of %s by %s up to %d", denom, who, upTo)
	}
}

// compare looks at every stream that is up to date; a look must not bring the others there.
func compare(t *rapid.T, m *memory, l *naive.Ledger, holders []string) {
	for denom, s := range m.streams {
		n := l.Streams[denom]
		require.Equal(t, n.Deposited.String(), s.Deposited.String())
		require.Equal(t, n.Paid.String(), s.Paid.String())
		if s.Epoch != m.epoch || m.epoch == 0 {
			continue
		}
		require.Equal(t, n.Waiting.String(), s.Waiting.String(), "waiting")
		require.Equal(t, n.Pending(l.Epoch).String(), s.Pending().String(), "pending")
		require.Equal(t, n.Carry.String(), s.Carry.String(), "carry")
		upTo := rapid.Uint64Range(0, m.epoch-1).Draw(t, "look at")
		for _, who := range holders {
			require.Equal(t, l.Scaled(denom, who, upTo).String(), m.scaled(denom, who, upTo).String(), "%s of %s up to %d", denom, who, upTo)
		}
	}
}

// drain lets every drip end and everyone claim: less than one unit per account stays.
func drain(t *rapid.T, m *memory, l *naive.Ledger, holders []string) {
	m.epoch += 400
	l.Advance(400)
	for _, who := range holders {
		claim(t, m, l, who, m.epoch)
	}
	m.touch()
	for denom, s := range m.streams {
		m.advance(s)
		require.True(t, s.Dripping.IsZero())
		if !m.terms.Shares(m.eligible) {
			continue
		}
		require.True(t, s.Waiting.LT(m.minDrip), "what can start has started")
		left := s.Deposited.Sub(s.Paid).Sub(s.Waiting)
		require.True(t, left.LTE(math.NewInt(int64(len(holders))+1)), "%s of %s stays", left, denom)
		for _, who := range holders {
			require.Less(t, m.scaled(denom, who, m.epoch-1).BitLen(), 129, "%s keeps a whole unit of %s", who, denom)
		}
	}
	m.check(holders)
	compare(t, m, l, holders)
}

// TestClosedForm: one division over n epochs is the same as n divisions.
func TestClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newMemory(t, accumulator.Terms{MinEligible: math.OneInt(), DripEpochs: rapid.Uint64Range(1, 50).Draw(t, "parts")}, math.OneInt())
		m.add("a", math.NewIntFromBigInt(amount(t)))
		m.epoch = 1
		m.deposit("x", math.NewIntFromBigInt(amount(t)))
		lazy := *m.stream("x")
		lazy.expiries = slices.Clone(lazy.expiries)
		n := rapid.Uint64Range(1, 100).Draw(t, "epochs")
		for range n {
			m.epoch++
			m.advance(m.stream("x"))
		}
		stepped := *m.stream("x")
		m.advance(&lazy)
		require.Equal(t, stepped.Stream, lazy.Stream)
		for epoch := range n + 1 {
			a, err := stepped.index(epoch)
			require.NoError(t, err)
			b, err := lazy.index(epoch)
			require.NoError(t, err)
			require.Equal(t, a.String(), b.String(), "index at %d", epoch)
		}
	})
}
