package keeper

import (
	"context"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// maxOpen bounds every walk over open subjects. It is above what the parameters allow, so that
// entries whose expiry failed and waits do not hide open ones.
const maxOpen = 2 * (types.MaxOpenRequests + types.MaxOpenProofs + types.MaxOpenCustodies)

// record is an open subject, with the request if it is one.
type record struct {
	attestation.Subject
	request types.Request
}

// OpenSubjects returns the subjects that a block at height may decide, in (deadline, kind, id) order.
func (k *Keeper) OpenSubjects(ctx context.Context, height int64) ([]attestation.Subject, error) {
	records, err := k.openRecords(ctx, height)
	if err != nil {
		return nil, err
	}
	subjects := make([]attestation.Subject, len(records))
	for i, r := range records {
		subjects[i] = r.Subject
	}
	return subjects, nil
}

// openRecords reads what OpenSubjects returns. A record that cannot be read is left out: its expiry
// will deal with it.
func (k *Keeper) openRecords(ctx context.Context, height int64) ([]record, error) {
	keys, err := k.openKeys(ctx, height, maxOpen)
	if err != nil {
		return nil, err
	}
	records := make([]record, 0, len(keys))
	for _, key := range keys {
		if r, err := k.record(ctx, key); err == nil && r.Deadline == key.K1() {
			records = append(records, r)
		}
	}
	return records, nil
}

// openKeys reads at most limit keys of the open list whose deadline is from on.
func (k *Keeper) openKeys(ctx context.Context, from int64, limit int) ([]openKey, error) {
	iter, err := k.open.Iterate(ctx, new(collections.Range[openKey]).
		StartInclusive(collections.Join3(from, uint32(0), uint64(0))))
	if err != nil {
		return nil, err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	var keys []openKey
	for ; iter.Valid() && len(keys) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// record reads the record behind an open key.
func (k *Keeper) record(ctx context.Context, key openKey) (r record, err error) {
	switch kind := attestation.Kind(key.K2()); kind {
	case attestation.Request:
		if r.request, err = k.requests.Get(ctx, key.K3()); err != nil {
			return r, err
		}
		r.Subject, err = r.request.Subject()
		return r, err
	case attestation.Proof, attestation.Custody:
		p, err := k.trial(ctx, attestation.Key{Kind: kind, ID: key.K3()})
		if err != nil {
			return r, err
		}
		if p.Phase != types.ProofPhase_PROOF_PHASE_COMMIT {
			return r, types.ErrInvalidState.Wrap("bindings are closed")
		}
		r.Subject, err = trialSubject(ctx, kind, p)
		return r, err
	default:
		return r, types.ErrInvalidState.Wrapf("open subject of kind %d", kind)
	}
}

// OpenWork returns at most limit open subjects with everything a sidecar needs, in (deadline,
// kind, id) order, that the block after this one may still decide.
func (k *Keeper) OpenWork(ctx context.Context, limit int) ([]types.WorkItem, error) {
	keys, err := k.openKeys(ctx, sdk.UnwrapSDKContext(ctx).BlockHeight()+1, min(limit, maxOpen))
	if err != nil {
		return nil, err
	}
	bundles := make(map[versionKey][]string, len(keys))
	items := make([]types.WorkItem, 0, len(keys))
	for _, key := range keys {
		item, err := k.workItem(ctx, key, bundles)
		if err != nil {
			continue // unreadable, or a retried expiry: nobody can compute it
		}
		items = append(items, item)
	}
	return items, nil
}

type versionKey struct {
	model   uint64
	version uint32
}

func (k *Keeper) workItem(ctx context.Context, key openKey, bundles map[versionKey][]string) (types.WorkItem, error) {
	item := types.WorkItem{
		Kind:     types.SubjectKind(key.K2()),
		Id:       key.K3(),
		Deadline: key.K1(),
	}
	switch attestation.Kind(key.K2()) {
	case attestation.Request:
		r, err := k.requests.Get(ctx, key.K3())
		if err != nil {
			return item, err
		}
		if r.DeadlineHeight != key.K1() {
			return item, types.ErrInvalidState.Wrap("expired")
		}
		item.ModelId, item.Version, item.ManifestRoot = r.ModelId, r.Version, r.ManifestRoot
		item.Input, item.Seed = r.Input, r.Seed
		item.Uris = k.bundleURIs(ctx, versionKey{r.ModelId, r.Version}, bundles)
	case attestation.Proof, attestation.Custody:
		err := k.trialItem(ctx, &item, key)
		return item, err
	default:
		return item, types.ErrInvalidState.Wrapf("open subject of kind %d", key.K2())
	}
	return item, nil
}

// trialItem fills the item of a proof or a custody, which stays on the list while bindings are opened.
func (k *Keeper) trialItem(ctx context.Context, item *types.WorkItem, key openKey) error {
	kind := attestation.Kind(key.K2())
	p, err := k.trial(ctx, attestation.Key{Kind: kind, ID: key.K3()})
	if err != nil {
		return err
	}
	if p.DeadlineHeight != key.K1() {
		return types.ErrInvalidState.Wrap("expired")
	}
	v, err := k.trialVersion(ctx, kind, p)
	if err != nil {
		return err
	}
	s, err := trialSubject(ctx, kind, p)
	if err != nil {
		return err
	}
	waiting, err := k.Unopened(ctx, s.Key)
	if err != nil {
		return err
	}
	item.ModelId, item.Version, item.ManifestRoot = p.ModelId, p.Version, p.ManifestRoot
	item.Uris, item.Beacon, item.Draw = v.URIs, p.Beacon, s.Draw[:]
	for _, validator := range waiting[:min(len(waiting), types.MaxHolders)] {
		item.Openers = append(item.Openers, validator[:])
	}
	return nil
}

// trialVersion asks x/imo for the version that a trial is about.
func (k *Keeper) trialVersion(ctx context.Context, kind attestation.Kind, p types.Proof) (imotypes.ServableVersion, error) {
	var v imotypes.ServableVersion
	var err error
	if kind == attestation.Custody {
		v, _, err = k.models.VersionForCustody(ctx, p.ModelId)
	} else {
		v, _, err = k.models.VersionForProof(ctx, p.ModelId)
	}
	if err == nil && v.Version != p.Version {
		err = types.ErrProofNotFound.Wrapf("model %d version %d", p.ModelId, p.Version)
	}
	return v, err
}

// bundleURIs asks x/imo once per version. A model that can no longer be asked (frozen, retired)
// has no addresses to offer; a sidecar that holds the bundle needs none.
func (k *Keeper) bundleURIs(ctx context.Context, key versionKey, known map[versionKey][]string) []string {
	if uris, ok := known[key]; ok {
		return uris
	}
	var v imotypes.ServableVersion
	v, err := k.models.ServableVersion(ctx, key.model, key.version)
	if err != nil {
		v.URIs = nil
	}
	known[key] = v.URIs
	return v.URIs
}
