// Package pool holds the rules of a token's market apart from state: swaps, liquidity, the time-weighted price, and how
// revenue of the pool's tokens is shared among its positions.
//
// The market is a constant product (Angeris and Chitra, "Improved Price Oracles: Constant Function Market Makers",
// 2020): reserves x and y, and a trade is accepted if x*y does not fall. Every rounding favours the pool: what is paid
// in is rounded up, what is paid out down, so x*y never falls in a swap and x*y/shares^2 never falls when liquidity
// comes or goes. Amounts, reserves and shares stay at most 2^120, which keeps every product below 2^256.
//
// Functions take the stored records and return new ones; the keeper stores them and moves the coins.
//
// Surface: Seed, Swap, Add, Remove, Worth (reserves.go); Price, StartAverage, Observe, Mean (price.go); NewShares,
// Share, Settle, Pay (revenue.go).
package pool
