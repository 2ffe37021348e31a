package book

import (
	"time"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/imo/types"
)

// Split is one sharer's part of a fixed total: the difference of two rounded prefix sums, so that the parts sum to the
// total exactly and each is within one unit of its share.
func Split(total math.Int, weights []uint32, index int) math.Int {
	all, before := sum(weights), sum(weights[:index])
	upTo := total.MulRaw(before + int64(weights[index])).QuoRaw(all)
	return upTo.Sub(total.MulRaw(before).QuoRaw(all))
}

// Locked is the number of tokens allotted to contributors and treasury together.
func Locked(t types.Terms) math.Int { return t.Part(t.ContributorsBps).Add(t.Part(t.TreasuryBps)) }

// Allotment is the number of locked tokens of a contributor, by its weight.
func Allotment(t types.Terms, address string) math.Int {
	i := types.ContributorIndex(t.Contributors, address)
	if i < 0 {
		return math.ZeroInt()
	}
	return Split(t.Part(t.ContributorsBps), types.Weights(t.Contributors), i)
}

// TreasuryAllotment is the number of locked tokens of the treasury, zero for any other address. Its owner earns on them;
// they are handed out by spends only.
func TreasuryAllotment(t types.Terms, address string) math.Int {
	if address != t.Treasury {
		return math.ZeroInt()
	}
	return t.Part(t.TreasuryBps)
}

// Beneficiaries are the addresses with an allotment or a share of the proceeds: contributors in order, then the
// treasury if it is none of them.
func Beneficiaries(t types.Terms) []string {
	addresses := make([]string, 0, len(t.Contributors)+1)
	for _, c := range t.Contributors {
		addresses = append(addresses, c.Address)
	}
	if types.ContributorIndex(t.Contributors, t.Treasury) < 0 {
		addresses = append(addresses, t.Treasury)
	}
	return addresses
}

// Vested is how much of an allotment is free: nothing before the cliff, then a linear part of the whole, rounded down.
func Vested(t types.Terms, o types.Offering, allotment math.Int, now time.Time) math.Int {
	if o.VestingStart == nil {
		return math.ZeroInt()
	}
	elapsed := now.Sub(*o.VestingStart)
	switch {
	case elapsed < t.VestingCliff:
		return math.ZeroInt()
	case elapsed >= t.VestingDuration:
		return allotment
	default:
		return allotment.MulRaw(int64(elapsed)).QuoRaw(int64(t.VestingDuration))
	}
}

// Due is what one of several sharers is owed of a total that only grows, less what was paid before. Each share is
// rounded down by itself, so that it only grows too; less than one unit per sharer stays.
func Due(total math.Int, weights []uint32, index int, paid math.Int) math.Int {
	return total.MulRaw(int64(weights[index])).QuoRaw(sum(weights)).Sub(paid)
}

func sum(weights []uint32) int64 {
	total := int64(0)
	for _, w := range weights {
		total += int64(w)
	}
	return total
}
