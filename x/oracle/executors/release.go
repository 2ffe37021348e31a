package executors

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// retryBlocks is how long an executor that leaves waits again while a job, a claim or a game still holds of its bond.
const retryBlocks = 20

// Leaving returns the first executors whose unbonding time is over.
func (r *Registry) Leaving(ctx context.Context, height int64, limit int) ([]sdk.AccAddress, error) {
	iter, err := r.leaving.Iterate(ctx, new(collections.Range[collections.Pair[int64, sdk.AccAddress]]).
		EndExclusive(collections.PairPrefix[int64, sdk.AccAddress](height+1)))
	if err != nil {
		return nil, err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	var accounts []sdk.AccAddress
	for ; iter.Valid() && len(accounts) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, key.K2())
	}
	return accounts, nil
}

// LetGo pays an executor whose unbonding time is over its bond and forgets it. While anything holds of the bond it
// waits, so nobody takes his bond out of a running game. It is block code.
func (r *Registry) LetGo(ctx sdk.Context, account sdk.AccAddress) error {
	e, err := r.Get(ctx, account)
	if err != nil {
		return err
	}
	if err := r.leaving.Remove(ctx, collections.Join(e.ReleaseHeight, account)); err != nil {
		return err
	}
	if e.Running > 0 || e.Reserved.IsPositive() {
		e.ReleaseHeight = ctx.BlockHeight() + retryBlocks
		if err := r.leaving.Set(ctx, collections.Join(e.ReleaseHeight, account)); err != nil {
			return err
		}
		return r.executors.Set(ctx, account, e)
	}
	if err := r.executors.Remove(ctx, account); err != nil {
		return err
	}
	if e.Bond.IsPositive() {
		if err := r.purse.Pay(ctx, account, e.Bond); err != nil {
			return err
		}
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventExecutorReleased{
		Executor: e.Address, Bond: sdk.NewCoin(types.FeeDenom, e.Bond),
	})
}

// Owed is what the escrow holds of the executors' bonds. It reads everything; it is for tests, genesis and simulation.
func (r *Registry) Owed(ctx context.Context) (math.Int, error) {
	owed := math.ZeroInt()
	err := r.executors.Walk(ctx, nil, func(_ sdk.AccAddress, e types.Executor) (bool, error) {
		owed = owed.Add(e.Bond)
		return false, nil
	})
	return owed, err
}

// Check compares every executor's figures with its jobs and with what claims hold, by account.
func (r *Registry) Check(ctx context.Context, claims map[string]math.Int) error {
	held, running := make(map[string]math.Int), make(map[string]uint32)
	if err := r.jobs.Walk(ctx, nil, func(_ jobKey, job types.Job) (bool, error) {
		running[job.Executor]++
		held[job.Executor] = orZero(held[job.Executor]).Add(job.Bond)
		return false, nil
	}); err != nil {
		return err
	}
	return r.executors.Walk(ctx, nil, func(_ sdk.AccAddress, e types.Executor) (bool, error) {
		want := orZero(held[e.Address]).Add(orZero(claims[e.Address]))
		if !e.Reserved.Equal(want) || e.Running != running[e.Address] || e.Bond.LT(e.Reserved) {
			return true, types.ErrInvalidState.Wrapf("executor %s: bond %s, held %s of %s, %d jobs of %d",
				e.Address, e.Bond, e.Reserved, want, e.Running, running[e.Address])
		}
		return false, nil
	})
}

func orZero(amount math.Int) math.Int {
	if amount.IsNil() {
		return math.ZeroInt()
	}
	return amount
}
