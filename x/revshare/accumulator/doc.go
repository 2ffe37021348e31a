// Package accumulator is the arithmetic of proportional revenue: exact, lazy, and free of
// stores and clocks. Every function takes values and returns what to write.
//
// Time is counted in epochs. The revenue released in epoch j is shared by what accounts
// held at the close of epoch j-1 (the record date precedes the money), and
//
//	index(j) = index(j-1) + floor((released(j) * 2^128 + carry) / eligible(j))
//
// where eligible(j) is the eligible supply at the close of j-1 and carry is the remainder,
// kept. Because the remainder is kept, n epochs with the same release and the same
// eligible supply give the same index and carry in one division as in n: an accumulator
// that nobody touched for a year catches up in one step per change, not per epoch.
//
// The surface:
//
//   - Deposit, Start and Pay change a stream (the accumulator of one revenue denom);
//   - Advance accounts for closed epochs, starts what waited, and returns index history;
//   - IndexAt evaluates a segment;
//   - Spans turns checkpoints into runs of epochs with one balance, Accrual multiplies
//     them with the index, Split takes the whole units out.
package accumulator
