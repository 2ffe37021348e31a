package keeper

import (
	"maps"
	"slices"
)

type balances map[string]int

func sum(b balances, list []int, m map[int]string) int {
	total := 0
	for _, v := range b { // want
		total += v
	}
	for k := range maps.Keys(m) { // want
		total += k
	}
	for _, k := range slices.Sorted(maps.Keys(b)) {
		total += b[k]
	}
	for _, v := range list {
		total += v
	}
	//lint:maporder a sum does not depend on the order
	for _, v := range b {
		total += v
	}
	//lint:maporder
	for _, v := range b { // want
		total += v
	}
	return total
}
