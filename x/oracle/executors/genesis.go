package executors

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/types"
)

// Init writes validated records. What follows from them is made again.
func (r *Registry) Init(ctx context.Context, executors []types.Executor, jobs []types.Job) error {
	for _, e := range executors {
		account, err := r.addresses.StringToBytes(e.Address)
		if err != nil {
			return err
		}
		if err := r.executors.Set(ctx, account, e); err != nil {
			return err
		}
		for _, id := range e.Models {
			if err := r.holders.Set(ctx, collections.Join(id, sdk.AccAddress(account))); err != nil {
				return err
			}
		}
		if e.ReleaseHeight != 0 {
			if err := r.leaving.Set(ctx, collections.Join(e.ReleaseHeight, sdk.AccAddress(account))); err != nil {
				return err
			}
		}
	}
	for _, job := range jobs {
		account, err := r.addresses.StringToBytes(job.Executor)
		if err != nil {
			return err
		}
		if err := r.setJob(ctx, Key{job.Kind, job.Id, account}, job); err != nil {
			return err
		}
	}
	return nil
}

// Export reads all records in the order of their keys.
func (r *Registry) Export(ctx context.Context) (executors []types.Executor, jobs []types.Job, err error) {
	if err = r.executors.Walk(ctx, nil, func(_ sdk.AccAddress, e types.Executor) (bool, error) {
		executors = append(executors, e)
		return false, nil
	}); err != nil {
		return nil, nil, err
	}
	err = r.jobs.Walk(ctx, nil, func(_ jobKey, job types.Job) (bool, error) {
		jobs = append(jobs, job)
		return false, nil
	})
	return executors, jobs, err
}

// JobsOf lists the jobs of an executor by kind and id; no more than MaxCapacity.
func (r *Registry) JobsOf(ctx context.Context, account sdk.AccAddress) ([]types.Job, error) {
	iter, err := r.own.Iterate(ctx, collections.NewPrefixedTripleRange[sdk.AccAddress, uint32, uint64](account))
	if err != nil {
		return nil, err
	}
	keys, err := iter.Keys() // closes the iterator
	if err != nil {
		return nil, err
	}
	jobs := make([]types.Job, 0, len(keys))
	for _, key := range keys {
		job, err := r.Job(ctx, Key{types.SubjectKind(key.K2()), key.K3(), account})
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// Map is the collection of executors, for paginated queries.
func (r *Registry) Map() collections.Map[sdk.AccAddress, types.Executor] { return r.executors }

// Holders is the set of (model, account), for paginated queries.
func (r *Registry) Holders() collections.KeySet[collections.Pair[uint64, sdk.AccAddress]] {
	return r.holders
}
