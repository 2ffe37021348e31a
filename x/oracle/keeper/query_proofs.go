package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// ProofRecord implements types.QueryServer.
func (q queryServer) ProofRecord(ctx context.Context, req *types.QueryProofRecordRequest) (*types.QueryProofRecordResponse, error) {
	record, err := q.k.proofRecords.Get(ctx, collections.Join(req.ModelId, req.Version))
	if err != nil {
		return nil, grpcError(err)
	}
	signers, err := q.signers(ctx, record.Signers)
	if err != nil {
		return nil, grpcError(err)
	}
	resp := &types.QueryProofRecordResponse{Record: record}
	for _, signer := range signers {
		reproducer := types.Reproducer{Validator: signer.String()}
		if v, err := q.k.staking.ValidatorByConsAddr(ctx, signer); err == nil && v != nil {
			reproducer.Operator, reproducer.Moniker = v.GetOperator(), v.GetMoniker()
		}
		resp.Reproducers = append(resp.Reproducers, reproducer)
	}
	return resp, nil
}

// Availability implements types.QueryServer.
func (q queryServer) Availability(ctx context.Context, req *types.QueryAvailabilityRequest) (*types.QueryAvailabilityResponse, error) {
	a, err := q.k.availability(ctx, req.ModelId)
	if err != nil {
		return nil, grpcError(err)
	}
	resp := &types.QueryAvailabilityResponse{Availability: a, Requests: available(a)}
	if a.TotalPower > 0 {
		resp.Bps = uint32(mulDiv(min(a.Power, a.TotalPower), 10_000, a.TotalPower))
	}
	return resp, nil
}

// openedRecords shows the opened bindings of a subject.
func (k *Keeper) openedRecords(ctx context.Context, key attestation.Key) ([]types.Opened, error) {
	iter, err := k.opened.Iterate(ctx, collections.NewSuperPrefixedTripleRange[uint32, uint64, sdk.ConsAddress](uint32(key.Kind), key.ID))
	if err != nil {
		return nil, err
	}
	all, err := iter.KeyValues() // closes the iterator
	if err != nil {
		return nil, err
	}
	var out []types.Opened
	for _, kv := range all {
		out = append(out, openedRecord(kv))
	}
	return out, nil
}

func openedRecord(kv collections.KeyValue[bindingKey, []byte]) types.Opened {
	return types.Opened{
		Kind: types.SubjectKind(kv.Key.K1()), ModelId: kv.Key.K2(), Validator: kv.Key.K3().String(),
		ResultsRoot: kv.Value[:len(kv.Value)/2], Witness: kv.Value[len(kv.Value)/2:],
	}
}
