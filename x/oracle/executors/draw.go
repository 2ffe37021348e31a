package executors

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

const drawDomain = "imod/executors/draw/v1"

// Roster returns the executors that may be drawn for a model, in the order of their accounts; all that may be drawn for
// model 0. There are at most MaxExecutors of them.
func (r *Registry) Roster(ctx context.Context, model uint64) ([]types.Executor, error) {
	accounts, err := r.accounts(ctx, model)
	if err != nil {
		return nil, err
	}
	roster := make([]types.Executor, 0, len(accounts))
	for _, account := range accounts {
		e, err := r.Get(ctx, account)
		if err != nil {
			return nil, err
		}
		if InRoster(e) {
			roster = append(roster, e)
		}
	}
	return roster, nil
}

func (r *Registry) accounts(ctx context.Context, model uint64) ([]sdk.AccAddress, error) {
	if model == 0 {
		iter, err := r.executors.Iterate(ctx, nil)
		if err != nil {
			return nil, err
		}
		return iter.Keys() // closes the iterator
	}
	iter, err := r.holders.Iterate(ctx, collections.NewPrefixedPairRange[uint64, sdk.AccAddress](model))
	if err != nil {
		return nil, err
	}
	keys, err := iter.Keys() // closes the iterator
	accounts := make([]sdk.AccAddress, 0, len(keys))
	for _, key := range keys {
		accounts = append(accounts, key.K2())
	}
	return accounts, err
}

// Held tells whether any executor says that it holds a model and may be drawn.
func (r *Registry) Held(ctx context.Context, model uint64) (bool, error) {
	roster, err := r.Roster(ctx, model)
	return len(roster) > 0, err
}

// Draw picks count different executors of a roster, each with a chance by its bond: number i is where
// SHA-256(domain ‖ beacon ‖ i) modulo the sum of the bonds left falls among them. A sum is below 2^130, so the modulo
// favours nobody by more than 2^-126. Fewer are returned when the roster is shorter.
func Draw(roster []types.Executor, beacon [32]byte, count int) []types.Executor {
	left := slices.Clone(roster)
	sum := new(big.Int)
	for _, e := range left {
		sum.Add(sum, e.Bond.BigInt())
	}
	drawn := make([]types.Executor, 0, min(count, len(left)))
	for i := uint64(0); len(drawn) < count && len(left) > 0 && sum.Sign() > 0; i++ {
		pre := append(append(make([]byte, 0, len(drawDomain)+40), drawDomain...), beacon[:]...)
		hash := sha256.Sum256(binary.BigEndian.AppendUint64(pre, i))
		at := new(big.Int).SetBytes(hash[:])
		at.Mod(at, sum)
		place := 0
		for at.Cmp(left[place].Bond.BigInt()) >= 0 { // ends: at is below the sum
			at.Sub(at, left[place].Bond.BigInt())
			place++
		}
		drawn = append(drawn, left[place])
		sum.Sub(sum, left[place].Bond.BigInt())
		left = slices.Delete(left, place, place+1)
	}
	return drawn
}
