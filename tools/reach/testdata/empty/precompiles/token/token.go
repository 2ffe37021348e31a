// Package token has no contract.
package token

// Gas is a price.
const Gas = 1
