// Package beacon computes the chain's own randomness: the mix of what proposers reveal from their
// hash chains, and the seeds drawn from it. It is pure.
//
// A validator keeps a secret x_0 and registers the tip x_n of the chain x_i = Step(x_{i-1}). Whenever
// it proposes, it reveals the value before its tip, which everyone can check and which becomes the
// tip. So a proposer can only reveal or withhold, which is one bit, and nobody else can foresee it.
package beacon

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

const (
	stepDomain = "imod/beacon/step/v1"
	mixDomain  = "imod/beacon/mix/v1"
	seedDomain = "imod/seed/v1"
	// stride is the distance of the values that a Chain keeps.
	stride = 1024
	// MaxLength bounds a chain: 12 years of one value in six seconds.
	MaxLength = 1 << 26
)

// Value is a link of a chain, or a mix.
type Value = [32]byte

// Step returns the link after x.
func Step(x Value) Value { return hash(stepDomain, x[:]) }

// Mix returns the mix of a block: that of the block before with the proposer's part, which is a
// revealed link or, without one, the proposer's address.
func Mix(before Value, part []byte) Value { return hash(mixDomain, before[:], part) }

// Seed returns the seed that a mix gives a request.
func Seed(mix Value, request uint64) uint64 {
	sum := hash(seedDomain, mix[:], binary.BigEndian.AppendUint64(nil, request))
	return binary.BigEndian.Uint64(sum[:])
}

func hash(domain string, parts ...[]byte) (out Value) {
	h := sha256.New()
	h.Write([]byte(domain))
	for _, part := range parts {
		h.Write(part)
	}
	h.Sum(out[:0])
	return out
}

// Chain is a validator's own chain, kept by every 1024th value.
type Chain struct {
	kept   []Value // x_0, x_1024, ...
	length int
	tip    Value
	// known is the place of the tip that was asked for last: the next one lies just before it.
	known int
	// foreign is the tip that was looked for in vain last.
	foreign *Value
}

// NewChain computes the chain of a secret. A length of a million takes a tenth of a second.
func NewChain(secret Value, length int) (*Chain, error) {
	if length < 1 || length > MaxLength {
		return nil, fmt.Errorf("chain of %d values, must have 1 to %d", length, MaxLength)
	}
	c := &Chain{length: length, known: length}
	x := secret
	for i := range length {
		if i%stride == 0 {
			c.kept = append(c.kept, x)
		}
		x = Step(x)
	}
	c.tip = x
	return c, nil
}

// Tip returns the value to register.
func (c *Chain) Tip() Value { return c.tip }

// Before returns the value before a tip, and false if the tip is not of this chain or is its secret.
// Asked for tips in the order in which they are revealed it costs at most 2048 steps.
func (c *Chain) Before(tip Value) (Value, bool) {
	if c.foreign != nil && *c.foreign == tip {
		return Value{}, false
	}
	for place := c.known; place > 0; place = (place - 1) / stride * stride {
		if before, at, ok := c.within((place-1)/stride, place, tip); ok {
			c.known = at
			return before, true
		}
	}
	if c.known != c.length { // a tip above: state went back, or a new chain of the same secret
		c.known = c.length
		return c.Before(tip)
	}
	c.foreign = &tip
	return Value{}, false
}

// within looks for a tip among the values after the kept one number k, up to place last.
func (c *Chain) within(k, last int, tip Value) (before Value, place int, ok bool) {
	x := c.kept[k]
	for i := k * stride; i < last; i++ {
		next := Step(x)
		if next == tip {
			return x, i + 1, true
		}
		x = next
	}
	return Value{}, 0, false
}
