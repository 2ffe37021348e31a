package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/custody"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// openingGas is the gas of checking an opening: about 20 microseconds of hashing and a manifest.
const openingGas = 60_000

// Open takes the opening of a stored binding, from whoever brings it. It proves itself: results,
// witness and the chunks that were drawn for the validator must give exactly what the validator bound.
func (k *Keeper) Open(ctx context.Context, o attestation.Opening) error {
	if err := k.CheckOpening(ctx, o); err != nil {
		return err
	}
	a := answerOf(o.Results, o.Witness)
	if err := k.opened.Set(ctx, openingKey(o), a[:]); err != nil {
		return err
	}
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&types.EventBindingOpened{
		Kind: types.SubjectKind(o.Kind), ModelId: o.ID, Validator: sdk.ConsAddress(o.Validator[:]).String(),
	})
}

func openingKey(o attestation.Opening) bindingKey {
	return collections.Join3(uint32(o.Kind), o.ID, sdk.ConsAddress(o.Validator[:]))
}

// CheckOpening tells why an opening would not be taken now. The cheap reasons come first.
func (k *Keeper) CheckOpening(ctx context.Context, o attestation.Opening) error {
	p, err := k.trial(ctx, o.Key)
	if errors.Is(err, collections.ErrNotFound) {
		return types.ErrProofNotFound.Wrapf("model %d", o.ID)
	}
	if err != nil {
		return err
	}
	if p.Phase != types.ProofPhase_PROOF_PHASE_OPEN {
		return types.ErrNotOpening.Wrapf("model %d is in %s", o.ID, p.Phase)
	}
	value, err := k.bindings.Get(ctx, openingKey(o))
	if errors.Is(err, collections.ErrNotFound) {
		return types.ErrInvalidOpening.Wrapf("validator %X bound nothing", o.Validator)
	}
	if err != nil {
		return err
	}
	slot := slotOf(value)
	if slot.State != attestation.Bound {
		return types.ErrInvalidOpening.Wrapf("validator %X bound two values", o.Validator)
	}
	if !mustOpen(p, o.Validator) {
		return types.ErrInvalidOpening.Wrapf("validator %X was not drawn to open", o.Validator)
	}
	has, err := k.opened.Has(ctx, openingKey(o))
	if err != nil {
		return err
	}
	if has {
		return types.ErrAlreadyOpened.Wrapf("model %d, validator %X", o.ID, o.Validator)
	}
	manifest, err := k.trialManifest(ctx, o.Kind, p)
	if err != nil {
		return err
	}
	s, err := trialSubject(ctx, o.Kind, p)
	if err != nil {
		return err
	}
	digest, err := custody.Verify(manifest, s.Draw, o.Validator, o.Samples)
	if err != nil {
		return types.ErrInvalidOpening.Wrap(err.Error())
	}
	chain := attestation.ChainHash(sdk.UnwrapSDKContext(ctx).ChainID())
	if attestation.Bind(chain, s, attestation.ProofResult(o.Results, o.Witness, digest), o.Validator) != slot.Value {
		return types.ErrInvalidOpening.Wrapf("it is not what validator %X bound", o.Validator)
	}
	return nil
}

// trialManifest reads the manifest that a trial is about.
func (k *Keeper) trialManifest(ctx context.Context, kind attestation.Kind, p types.Proof) (*bundle.Manifest, error) {
	v, err := k.trialVersion(ctx, kind, p)
	if err != nil {
		return nil, err
	}
	manifest, err := bundle.DecodeManifest(v.Manifest)
	if err != nil {
		return nil, types.ErrInvalidState.Wrapf("manifest of model %d: %v", p.ModelId, err)
	}
	return manifest, nil
}

// OpenInjected takes the openings that a block's proposer brought. Each stands alone.
func (k *Keeper) OpenInjected(ctx sdk.Context, openings []attestation.Opening) {
	for _, o := range openings {
		if err := isolate(ctx, func(ctx sdk.Context) error { return k.Open(ctx, o) }); err != nil {
			ctx.Logger().Info("oracle opening left out", "kind", o.Kind, "model", o.ID, "error", err)
		}
	}
}

// openProof is the message's door.
func (k *Keeper) openProof(ctx context.Context, msg *types.MsgOpenProof) error {
	if _, err := k.account("sender", msg.Sender); err != nil {
		return err
	}
	o, err := msg.Opening()
	if err != nil {
		return err
	}
	sdk.UnwrapSDKContext(ctx).GasMeter().ConsumeGas(openingGas, "oracle opening")
	return k.Open(ctx, o)
}

// AdmitOpening decides whether an opening travels free of fees: it must be sent by the validator's
// operator or its courier, be right, and be the first of this validator that asks for it. The last is
// written down, in the pool's state as in the block's, so that copies do not travel free.
func (k *Keeper) AdmitOpening(ctx context.Context, msg *types.MsgOpenProof) error {
	sender, err := k.account("sender", msg.Sender)
	if err != nil {
		return err
	}
	o, err := msg.Opening()
	if err != nil {
		return err
	}
	if !k.speaksFor(ctx, sender, o.Validator) {
		return types.ErrNotValidator.Wrapf("%s is neither operator nor courier of validator %X", msg.Sender, o.Validator)
	}
	used, err := k.freeOpenings.Has(ctx, openingKey(o))
	if err != nil {
		return err
	}
	if used {
		return types.ErrAlreadyOpened.Wrapf("model %d, validator %X", o.ID, o.Validator)
	}
	if err := k.CheckOpening(ctx, o); err != nil {
		return err
	}
	return k.freeOpenings.Set(ctx, openingKey(o))
}

// speaksFor tells whether an account is the operator of a bonded validator, or its courier.
func (k *Keeper) speaksFor(ctx context.Context, sender sdk.AccAddress, validator attestation.Address) bool {
	if operated, err := k.bondedValidator(ctx, sender); err == nil {
		return string(operated) == string(validator[:])
	}
	place, err := k.courierPlaces.Get(ctx, validator[:])
	if err != nil {
		return false
	}
	courier, err := k.couriers.Get(ctx, place)
	if err != nil {
		return false
	}
	account, err := k.addresses.StringToBytes(courier.Courier)
	return err == nil && string(account) == string(sender)
}
