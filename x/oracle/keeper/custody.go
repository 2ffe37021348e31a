package keeper

import (
	"crypto/sha256"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	drawDomain = "imod/custody-sample/v1"
	// maxLooks bounds the models that one block of a custody epoch looks at.
	maxLooks = 20
)

// startCustodies goes through the models once in every epoch and counts who holds those that matter:
// models with a live token or an open request, and models that were held by too few. Some models are
// looked at in each block, and a bounded number is counted at once; the rest of a long epoch waits.
func (k *Keeper) startCustodies(ctx sdk.Context) error {
	params, err := k.params.Get(ctx)
	if err != nil {
		return err
	}
	cursor, err := k.custodyCursor.Get(ctx)
	if err != nil {
		return err
	}
	if epoch := uint64(ctx.BlockHeight()) / uint64(max(params.CustodyEpochBlocks, 1)); cursor.Next == 0 {
		if epoch <= cursor.Epoch {
			return nil
		}
		cursor = types.CustodyCursor{Epoch: epoch, Next: 1}
	}
	last, err := k.models.LastModelID(ctx)
	if err != nil {
		return err
	}
	running, err := k.trialKeys(ctx, attestation.Custody)
	if err != nil {
		return err
	}
	asked, err := k.askedModels(ctx)
	if err != nil {
		return err
	}
	count := len(running)
	for range maxLooks {
		if cursor.Next > last {
			cursor.Next = 0
			break
		}
		if count >= int(params.MaxOpenCustodies) {
			break
		}
		model := cursor.Next
		cursor.Next++
		started := false
		err := isolate(ctx, func(ctx sdk.Context) (err error) {
			started, err = k.startCustody(ctx, model, asked[model], params)
			return err
		})
		if err != nil {
			ctx.Logger().Error("oracle custody does not start", "model", model, "error", err)
		} else if started {
			count++
		}
	}
	return k.custodyCursor.Set(ctx, cursor)
}

// askedModels returns the models with open requests; there are no more of them than requests may be
// open.
func (k *Keeper) askedModels(ctx sdk.Context) (map[uint64]bool, error) {
	keys, err := k.openKeys(ctx, ctx.BlockHeight(), maxOpen)
	if err != nil {
		return nil, err
	}
	asked := make(map[uint64]bool)
	for _, key := range keys {
		if attestation.Kind(key.K2()) != attestation.Request {
			continue
		}
		if r, err := k.requests.Get(ctx, key.K3()); err == nil {
			asked[r.ModelId] = true
		}
	}
	return asked, nil
}

func (k *Keeper) startCustody(ctx sdk.Context, model uint64, asked bool, params types.Params) (bool, error) {
	key := attestation.Key{Kind: attestation.Custody, ID: model}
	has, err := k.custodies.Has(ctx, model)
	if err != nil || has {
		return false, err
	}
	v, live, err := k.models.VersionForCustody(ctx, model)
	if err != nil || v.Version == 0 {
		return false, err
	}
	if !live && !asked {
		a, err := k.availability(ctx, model)
		if err != nil || available(a) {
			return false, err
		}
	}
	height := ctx.BlockHeight()
	p := types.Proof{
		ModelId: model, Version: v.Version, ManifestRoot: v.ManifestRoot,
		Fee: sdk.NewInt64Coin(types.FeeDenom, 0), CreatedHeight: height,
		DeadlineHeight: height + int64(params.CustodyCommitBlocks) + int64(params.ProofOpenBlocks) + 1,
		Bytes:          v.TotalBytes,
	}
	return true, k.startTrial(ctx, key.Kind, p)
}

// draw picks the validators that have to open: all that bound one value, or so many of them that
// the beacon of this block orders first. Whoever bound could not know whether it would be drawn.
func (s *stepper) draw(ctx sdk.Context, t trialView) ([][]byte, error) {
	var bound [][]byte
	for i, slot := range t.slots {
		if slot.State == attestation.Bound {
			address := s.round.Set[i].Address
			bound = append(bound, address[:])
		}
	}
	limit := int(s.params.CustodyOpenings)
	if len(bound) <= limit {
		return nil, nil
	}
	beacon, err := s.k.freshBeacon(ctx)
	if err != nil {
		return nil, err
	}
	lot := func(address []byte) string {
		sum := sha256.Sum256(slices.Concat([]byte(drawDomain), beacon, t.proof.ManifestRoot, address))
		return string(sum[:])
	}
	slices.SortFunc(bound, func(a, b []byte) int {
		if lot(a) < lot(b) {
			return -1
		}
		return 1
	})
	return bound[:limit], nil
}

// closeCustody counts the power that holds the model: of the bindings those that were opened, and
// those that were not drawn to be.
func (s *stepper) closeCustody(ctx sdk.Context, t trialView) (*verdict, error) {
	p := t.proof
	if p.Phase == types.ProofPhase_PROOF_PHASE_OPEN && t.waiting && !s.over(ctx, p) {
		return nil, nil
	}
	w := attestation.Weighing{Slots: t.slots, Total: t.total}
	for i, member := range s.round.Set {
		_, opened := t.answers[i]
		if w.Slots[i].State == attestation.Bound && (opened || !mustOpen(p, member.Address)) {
			w.Slots[i].State = attestation.Matched
			w.Matched += member.Power
		}
	}
	if err := s.k.closeTrial(ctx, t.key, p); err != nil {
		return nil, err
	}
	cursor, err := s.k.custodyCursor.Get(ctx)
	if err != nil {
		return nil, err
	}
	err = s.k.setAvailability(ctx, types.Availability{
		ModelId: p.ModelId, Version: p.Version, Power: w.Matched, TotalPower: w.Total,
		Height: ctx.BlockHeight(), Epoch: cursor.Epoch,
	})
	return &verdict{counted: true, w: w}, err
}

// expireCustody forgets a custody that no set came to close in time; the last figure stays.
func (k *Keeper) expireCustody(ctx sdk.Context, model uint64) error {
	p, err := k.custodies.Get(ctx, model)
	if err != nil {
		return err
	}
	return k.closeTrial(ctx, attestation.Key{Kind: attestation.Custody, ID: model}, p)
}
