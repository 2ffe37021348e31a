package executors

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// Key names a job.
type Key struct {
	Kind     types.SubjectKind
	ID       uint64
	Executor sdk.AccAddress
}

func (k Key) job() jobKey { return collections.Join3(uint32(k.Kind), k.ID, k.Executor) }

func (k Key) own() ownKey { return collections.Join3(k.Executor, uint32(k.Kind), k.ID) }

func (k Key) due(deadline int64) dueKey {
	return collections.Join4(deadline, uint32(k.Kind), k.ID, k.Executor)
}

// Takes tells whether an executor can begin a job that holds so much of its bond.
func Takes(e types.Executor, bond math.Int) bool {
	return InRoster(e) && e.Running < e.Capacity && e.Bond.Sub(e.Reserved).GTE(bond)
}

// InRoster tells whether an executor may be drawn. What it has to do does not matter.
func InRoster(e types.Executor) bool {
	return !e.Suspended && e.ReleaseHeight == 0 && e.Bond.IsPositive()
}

// Start gives a job to an executor that Takes it.
func (r *Registry) Start(ctx context.Context, key Key, deadline int64, p types.OptimisticParams) error {
	e, err := r.Get(ctx, key.Executor)
	if err != nil {
		return err
	}
	if !Takes(e, p.JobBond) {
		return types.ErrInvalidState.Wrapf("%s cannot begin another job", e.Address)
	}
	has, err := r.jobs.Has(ctx, key.job())
	if err != nil || has {
		return errors.Join(err, types.ErrInvalidState.Wrapf("%s has this job already", e.Address))
	}
	e.Running++
	e.Reserved = e.Reserved.Add(p.JobBond)
	if err := r.executors.Set(ctx, key.Executor, e); err != nil {
		return err
	}
	if err := r.setJob(ctx, key, types.Job{
		Kind: key.Kind, Id: key.ID, Executor: e.Address, DeadlineHeight: deadline, Bond: p.JobBond, Penalty: p.MissedPenalty,
	}); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventJobAssigned{
		Kind: key.Kind, Id: key.ID, Executor: e.Address, DeadlineHeight: deadline,
	})
}

func (r *Registry) setJob(ctx context.Context, key Key, job types.Job) error {
	if err := r.jobs.Set(ctx, key.job(), job); err != nil {
		return err
	}
	if err := r.own.Set(ctx, key.own()); err != nil {
		return err
	}
	return r.due.Set(ctx, key.due(job.DeadlineHeight))
}

// Job returns a job that its executor can still do.
func (r *Registry) Job(ctx context.Context, key Key) (types.Job, error) {
	job, err := r.jobs.Get(ctx, key.job())
	if errors.Is(err, collections.ErrNotFound) {
		return job, types.ErrNotAssigned.Wrapf("%s %d", key.Kind, key.ID)
	}
	return job, err
}

// Extend moves the deadline of a job, as when what was bound is to be opened.
func (r *Registry) Extend(ctx context.Context, key Key, deadline int64) error {
	job, err := r.Job(ctx, key)
	if err != nil {
		return err
	}
	if err := r.due.Remove(ctx, key.due(job.DeadlineHeight)); err != nil {
		return err
	}
	job.DeadlineHeight = deadline
	return r.setJob(ctx, key, job)
}

// Finish ends a job that was done. If keep is set the bond stays held, for the claim that came of it; the caller
// releases or forfeits it later.
func (r *Registry) Finish(ctx context.Context, key Key, keep bool) (types.Job, error) {
	return r.end(ctx, key, func(e *types.Executor, job types.Job) error {
		if keep {
			e.Reserved = e.Reserved.Add(job.Bond)
		}
		e.Done++
		e.MissedInRow = 0
		return nil
	})
}

// Miss ends a job that was not done: the penalty is burnt, and too many in a row suspend.
func (r *Registry) Miss(ctx context.Context, key Key) (types.Job, error) {
	return r.end(ctx, key, func(e *types.Executor, job types.Job) error {
		penalty := math.MinInt(job.Penalty, job.Bond)
		e.Bond = e.Bond.Sub(penalty)
		e.Missed++
		e.MissedInRow++
		e.Suspended = e.Suspended || e.MissedInRow >= types.MaxMissed
		if err := r.burn(ctx, penalty); err != nil {
			return err
		}
		return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventJobMissed{
			Kind: key.Kind, Id: key.ID, Executor: e.Address, Burnt: sdk.NewCoin(types.FeeDenom, penalty), Suspended: e.Suspended,
		})
	})
}

// Drop ends a job that is not needed any more.
func (r *Registry) Drop(ctx context.Context, key Key) error {
	_, err := r.end(ctx, key, func(*types.Executor, types.Job) error { return nil })
	return err
}

// end takes a job away and frees its slot and its bond; then tells what becomes of the executor.
func (r *Registry) end(ctx context.Context, key Key, then func(*types.Executor, types.Job) error) (types.Job, error) {
	job, err := r.Job(ctx, key)
	if err != nil {
		return job, err
	}
	e, err := r.Get(ctx, key.Executor)
	if err != nil {
		return job, err
	}
	if e.Running == 0 || e.Reserved.LT(job.Bond) {
		return job, types.ErrInvalidState.Wrapf("%s has no job and %s aimo held, the job holds %s", e.Address, e.Reserved, job.Bond)
	}
	if err := r.jobs.Remove(ctx, key.job()); err != nil {
		return job, err
	}
	if err := r.own.Remove(ctx, key.own()); err != nil {
		return job, err
	}
	if err := r.due.Remove(ctx, key.due(job.DeadlineHeight)); err != nil {
		return job, err
	}
	e.Running--
	e.Reserved = e.Reserved.Sub(job.Bond)
	if err := then(&e, job); err != nil {
		return job, err
	}
	return job, r.executors.Set(ctx, key.Executor, e)
}

// Release frees a held part of the bond: the claim behind it stood.
func (r *Registry) Release(ctx context.Context, account sdk.AccAddress, amount math.Int) error {
	e, err := r.held(ctx, account, amount)
	if err != nil {
		return err
	}
	e.Reserved = e.Reserved.Sub(amount)
	return r.executors.Set(ctx, account, e)
}

// Forfeit takes a held part of the bond away: the claim behind it fell. The coins stay in the escrow and are the
// caller's now. An executor whose claim fell gets no more jobs until it registers again.
func (r *Registry) Forfeit(ctx context.Context, account sdk.AccAddress, amount math.Int) error {
	e, err := r.held(ctx, account, amount)
	if err != nil {
		return err
	}
	e.Reserved, e.Bond = e.Reserved.Sub(amount), e.Bond.Sub(amount)
	e.Suspended = true
	e.Fallen++
	return r.executors.Set(ctx, account, e)
}

func (r *Registry) held(ctx context.Context, account sdk.AccAddress, amount math.Int) (types.Executor, error) {
	e, err := r.Get(ctx, account)
	if err != nil {
		return e, err
	}
	if e.Reserved.LT(amount) {
		return e, types.ErrInvalidState.Wrapf("%s aimo of %s are held, not %s", e.Reserved, e.Address, amount)
	}
	return e, nil
}

func (r *Registry) burn(ctx context.Context, amount math.Int) error {
	if !amount.IsPositive() {
		return nil
	}
	return r.purse.Burn(ctx, amount)
}

// Due returns the first jobs whose deadline is a height or earlier.
func (r *Registry) Due(ctx context.Context, height int64, limit int) ([]Key, error) {
	iter, err := r.due.Iterate(ctx, new(collections.Range[dueKey]).
		EndExclusive(collections.QuadPrefix[int64, uint32, uint64, sdk.AccAddress](height+1)))
	if err != nil {
		return nil, err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	var keys []Key
	for ; iter.Valid() && len(keys) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, Key{types.SubjectKind(key.K2()), key.K3(), key.K4()})
	}
	return keys, nil
}

// PutOff moves the deadline entry of a job whose end failed behind the others.
func (r *Registry) PutOff(ctx context.Context, key Key, blocks int64) error {
	return r.Extend(ctx, key, sdk.UnwrapSDKContext(ctx).BlockHeight()+blocks)
}
