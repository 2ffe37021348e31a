package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/imo/types"
)

// Model returns a model.
func (k *Keeper) Model(ctx context.Context, id uint64) (types.Model, error) {
	m, err := k.models.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return m, types.ErrModelNotFound.Wrapf("model %d", id)
	}
	return m, err
}

// ModelByDenom returns the model whose token has the denom.
func (k *Keeper) ModelByDenom(ctx context.Context, denom string) (types.Model, error) {
	id, ok := types.ModelIDFromDenom(denom)
	if !ok {
		return types.Model{}, types.ErrModelNotFound.Wrapf("%q is not the denom of a model token", denom)
	}
	return k.Model(ctx, id)
}

// TokenDenom returns the denom of a model's token; false while no offering has created its pool, metadata and address.
// The token has supply only once an offering succeeded.
func (k *Keeper) TokenDenom(ctx context.Context, modelID uint64) (string, bool, error) {
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return "", false, err
	}
	return m.TokenDenom, m.TokenDenom != "", nil
}

// version returns one version of a model.
func (k *Keeper) version(ctx context.Context, modelID uint64, number uint32) (types.Version, error) {
	v, err := k.versions.Get(ctx, collections.Join(modelID, number))
	if errors.Is(err, collections.ErrNotFound) {
		return v, types.ErrVersionNotFound.Wrapf("version %d of model %d", number, modelID)
	}
	return v, err
}

// RegisterModel registers a model with its first version, takes the deposit and opens the proof.
func (k *Keeper) RegisterModel(ctx context.Context, creator sdk.AccAddress, msg *types.MsgRegisterModel) (types.Model, types.Version, error) {
	var noVersion types.Version
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.params.Get(ctx)
	if err != nil {
		return types.Model{}, noVersion, err
	}
	m, err := k.newModel(sdkCtx, params, creator, msg)
	if err != nil {
		return m, noVersion, err
	}
	manifest, err := k.readManifest(sdkCtx, params, creator, msg.Manifest)
	if err != nil {
		return m, noVersion, err
	}
	if err := describe(&m, manifest); err != nil {
		return m, noVersion, err
	}
	if err := k.setLineage(ctx, &m, msg); err != nil {
		return m, noVersion, err
	}
	if _, err := k.checkWeights(ctx, m, manifest.WeightsRoot[:]); err != nil {
		return m, noVersion, err
	}
	fee, err := params.VerificationFee(manifest.TotalBytes, manifest.WorkUnits, uint64(len(manifest.Vectors)+bundle.Challenges))
	if err != nil {
		return m, noVersion, err
	}

	if m.Id, err = next(ctx, k.modelSequence); err != nil {
		return m, noVersion, err
	}
	v := newVersion(m.Id, m.ProofVersion, manifest, msg.BundleUris, fee, sdkCtx.BlockHeight())
	if err := k.storeVersion(ctx, v, msg.Manifest); err != nil {
		return m, noVersion, err
	}
	if err := k.claimWeights(ctx, m, manifest.WeightsRoot[:]); err != nil {
		return m, noVersion, err
	}
	if err := k.models.Set(ctx, m.Id, m); err != nil {
		return m, noVersion, err
	}
	if m.Deposit.IsPositive() {
		if err := k.bank.SendCoinsFromAccountToModule(ctx, creator, types.ModuleName, sdk.NewCoins(m.Deposit)); err != nil {
			return m, noVersion, err
		}
	}
	if err := k.modelHooks.AfterVersionSubmitted(ctx, m.Id, v.Version, creator, fee); err != nil {
		return m, noVersion, err
	}
	return m, v, sdkCtx.EventManager().EmitTypedEvent(&types.EventModelRegistered{
		ModelId: m.Id, Version: v.Version, Creator: m.Creator, Name: m.Name,
		ManifestRoot: v.ManifestRoot, VerificationFee: fee, Deposit: m.Deposit,
	})
}

// newModel checks everything of a registration that needs no manifest.
func (k *Keeper) newModel(ctx sdk.Context, p types.Params, creator sdk.AccAddress, msg *types.MsgRegisterModel) (types.Model, error) {
	var none types.Model
	if p.Paused {
		return none, types.ErrPaused
	}
	if k.modelHooks == nil {
		return none, types.ErrHooksMissing.Wrap("no module proves versions")
	}
	class := max(msg.VerificationClass, types.VERIFICATION_CLASS_ATTESTED) // unspecified means attested
	if class != types.VERIFICATION_CLASS_ATTESTED && class != types.VERIFICATION_CLASS_OPTIMISTIC {
		return none, types.ErrUnsupported.Wrapf("verification_class is %s, supported are %s and %s",
			msg.VerificationClass, types.VERIFICATION_CLASS_ATTESTED, types.VERIFICATION_CLASS_OPTIMISTIC)
	}
	if err := k.checkRecipient("creator", creator); err != nil {
		return none, err
	}
	if err := types.CheckBundleURIs(msg.BundleUris); err != nil {
		return none, err
	}
	if msg.MetadataUri != "" {
		if err := types.CheckURI("metadata_uri", msg.MetadataUri, "http", "https", "ipfs"); err != nil {
			return none, err
		}
	}
	price, err := registrationPrice(p, msg.Price)
	if err != nil {
		return none, err
	}
	text, err := k.text(creator)
	if err != nil {
		return none, err
	}
	contributors, err := k.contributors(text, msg.Contributors)
	if err != nil {
		return none, err
	}
	return types.Model{
		Creator:           text,
		Name:              msg.Name,
		Summary:           msg.Summary,
		Licence:           msg.Licence,
		LicenceHash:       msg.LicenceHash,
		MetadataUri:       msg.MetadataUri,
		VerificationClass: class,
		Status:            types.MODEL_STATUS_PENDING,
		Price:             price,
		Contributors:      contributors,
		VersionCount:      1,
		ProofVersion:      1,
		Deposit:           p.RegistrationDeposit,
		IncomeProtocolBps: p.IncomeProtocolBps,
		CreatedTime:       ctx.BlockTime(),
	}, nil
}

// describe fills the texts that the message left to the manifest and checks them. The licence is the manifest's, which
// the root commits to: a model must not be offered under another one than it was packed with.
func describe(m *types.Model, manifest *bundle.Manifest) error {
	if m.Name == "" {
		m.Name = manifest.Name
	}
	if m.Summary == "" {
		m.Summary = manifest.Summary
	}
	if m.Licence == "" {
		m.Licence = manifest.Licence
	}
	if err := types.CheckName("name", m.Name); err != nil {
		return err
	}
	if err := types.CheckText("summary", m.Summary, 0, types.MaxSummaryLength); err != nil {
		return err
	}
	if err := types.CheckLicence(m.Licence, m.LicenceHash); err != nil {
		return err
	}
	if m.Licence != manifest.Licence {
		return types.ErrInvalidLicence.Wrapf("licence is %q, the manifest's is %q", m.Licence, manifest.Licence)
	}
	if m.Price.IsPositive() && types.NonCommercial(m.Licence) {
		return types.ErrNonCommercial.Wrapf("licence %q, price %s must be 0", m.Licence, m.Price)
	}
	return nil
}

// registrationPrice reads the price of a registration; an empty coin is 0 aimo.
func registrationPrice(p types.Params, price sdk.Coin) (sdk.Coin, error) {
	if price.Denom == "" && (price.Amount.IsNil() || price.Amount.IsZero()) {
		return sdk.NewInt64Coin(types.BaseDenom, 0), nil
	}
	return price, checkRequestPrice(p, price)
}

func checkRequestPrice(p types.Params, price sdk.Coin) error {
	if err := types.CheckCoin("price", price); err != nil {
		return err
	}
	return p.CheckPaymentDenom(price.Denom)
}

// contributors reads who shares; nobody named means the creator alone.
func (k *Keeper) contributors(creator string, named []types.Contributor) ([]types.Contributor, error) {
	if len(named) == 0 {
		return []types.Contributor{{Address: creator, Weight: 1}}, nil
	}
	if len(named) > types.MaxContributors {
		return nil, types.ErrInvalidContributors.Wrapf("%d contributors, allowed are 1 to %d", len(named), types.MaxContributors)
	}
	canonical := make([]types.Contributor, len(named))
	for i, c := range named {
		addr, err := k.accountOf("contributor", c.Address)
		if err != nil {
			return nil, err
		}
		if err := k.checkRecipient("contributor", addr); err != nil {
			return nil, err
		}
		text, err := k.text(addr)
		if err != nil {
			return nil, err
		}
		canonical[i] = types.Contributor{Address: text, Weight: c.Weight}
	}
	return canonical, types.CheckContributors(canonical)
}

func (k *Keeper) storeVersion(ctx context.Context, v types.Version, manifest []byte) error {
	key := collections.Join(v.ModelId, v.Version)
	if err := k.versions.Set(ctx, key, v); err != nil {
		return err
	}
	return k.manifests.Set(ctx, key, manifest)
}

// next gives the next id of a sequence; ids count from 1.
func next(ctx context.Context, sequence collections.Item[uint64]) (uint64, error) {
	last, err := sequence.Get(ctx)
	if err != nil && !errors.Is(err, collections.ErrNotFound) {
		return 0, err
	}
	return last + 1, sequence.Set(ctx, last+1)
}
