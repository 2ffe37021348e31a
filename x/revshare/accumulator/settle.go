package accumulator

import (
	"fmt"
	"math/big"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/revshare/types"
)

// Mark is a checkpoint with its epoch.
type Mark struct {
	Epoch uint64
	Held  types.Checkpoint
}

// Span is a run of epochs, from the one after After through Through, with one balance.
type Span struct {
	After, Through uint64
	Balance        math.Int
}

// Spans cuts the epochs after settled through upTo into runs. Marks are ascending and
// above settled; held is what the account holds since the last of them.
func Spans(settled, upTo uint64, marks []Mark, held types.Checkpoint) ([]Span, error) {
	spans := make([]Span, 0, len(marks)+2)
	at := settled
	for _, m := range marks {
		if m.Epoch <= at && at < upTo {
			return nil, fmt.Errorf("%w: checkpoint of %d after %d", ErrOrder, m.Epoch, at)
		}
		spans = appendSpans(spans, at, min(m.Epoch, upTo), m.Held)
		at = max(at, min(m.Epoch, upTo))
	}
	return appendSpans(spans, at, upTo, held), nil
}

// appendSpans adds the bank balance for all epochs and the lazy share for those above its
// first one.
func appendSpans(spans []Span, after, through uint64, c types.Checkpoint) []Span {
	if after >= through {
		return spans
	}
	if c.Balance.IsPositive() {
		spans = append(spans, Span{After: after, Through: through, Balance: c.Balance})
	}
	if from := max(after, c.LazySince); c.Lazy.IsPositive() && from < through {
		spans = append(spans, Span{After: from, Through: through, Balance: c.Lazy})
	}
	return spans
}

// Accrual is the scaled revenue of the spans: balance times growth of the index, summed.
// The lookup must not go back: indexes never shrink.
func Accrual(spans []Span, index func(epoch uint64) (*big.Int, error)) (*big.Int, error) {
	sum := new(big.Int)
	for _, s := range spans {
		before, err := index(s.After)
		if err != nil {
			return nil, err
		}
		after, err := index(s.Through)
		if err != nil {
			return nil, err
		}
		growth := new(big.Int).Sub(after, before)
		if growth.Sign() < 0 {
			return nil, fmt.Errorf("%w: index shrinks between %d and %d", ErrOrder, s.After, s.Through)
		}
		sum.Add(sum, growth.Mul(growth, s.Balance.BigInt()))
	}
	return sum, nil
}

// Keep is a scaled amount as it is stored when nothing of it is paid.
func Keep(scaled *big.Int) (math.Int, error) {
	return toInt(scaled)
}

// Split takes the whole units out of a scaled amount; the rest, below 2^128, is kept for
// the next payment.
func Split(scaled *big.Int) (units, residue math.Int, err error) {
	whole := new(big.Int).Rsh(scaled, types.ScaleBits)
	rest := new(big.Int).Sub(scaled, new(big.Int).Lsh(whole, types.ScaleBits))
	if units, err = toInt(whole); err != nil {
		return units, residue, err
	}
	residue, err = toInt(rest)
	return units, residue, err
}
