package accumulator

import (
	"errors"
	"math/big"

	"cosmossdk.io/math"
)

// Errors of the package. None of them is reachable from state that the package wrote;
// callers turn them into refusals, never into panics.
var (
	ErrOverflow = errors.New("accumulator: amount out of range")
	ErrSchedule = errors.New("accumulator: drip schedule does not fit the stream")
	ErrPayment  = errors.New("accumulator: payment above what is owed")
	ErrOrder    = errors.New("accumulator: epochs out of order")
)

// Breach tells whether err came from the arithmetic of a stream rather than from reading
// it. A deposit is then held for the pool instead of failing its payer.
func Breach(err error) bool {
	return errors.Is(err, ErrOverflow) || errors.Is(err, ErrSchedule) || errors.Is(err, ErrOrder)
}

// toInt is the only way back from big integers: math.Int panics above 256 bits.
func toInt(x *big.Int) (math.Int, error) {
	if x.Sign() < 0 || x.BitLen() > math.MaxBitLen {
		return math.Int{}, ErrOverflow
	}
	return math.NewIntFromBigInt(x), nil
}
