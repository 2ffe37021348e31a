package keeper

import (
	"bytes"
	"context"
	"errors"
	"unicode/utf8"

	"cosmossdk.io/collections"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/merkle"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// Gas for work that the store does not see: decoding a manifest and hashing bytes.
const (
	gasPerManifestByte storetypes.Gas = 4
	gasPerHashedByte   storetypes.Gas = 4
)

// Request returns a request.
func (k *Keeper) Request(ctx context.Context, id uint64) (types.Request, error) {
	r, err := k.requests.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return types.Request{}, types.ErrRequestNotFound.Wrapf("%d", id)
	}
	return r, err
}

// CreateRequest checks a request, takes network fee, model price and prepaid callback from the payer
// into escrow and opens it. Price, deadline and everything else it needs later are copied into it.
func (k *Keeper) CreateRequest(ctx context.Context, in types.NewRequest) (types.Request, error) {
	requests, err := k.createRequests(ctx, in, [][]byte{in.Input})
	if err != nil {
		return types.Request{}, err
	}
	return requests[0], nil
}

// createRequests opens a request for each input, with one callback for all of them. Everything is
// checked before the first write.
func (k *Keeper) createRequests(ctx context.Context, in types.NewRequest, inputs [][]byte) ([]types.Request, error) {
	sdkCtx := sdk.UnwrapSDKContext(ctx)
	params, err := k.params.Get(ctx)
	if err != nil {
		return nil, err
	}
	if err := k.checkNewRequest(in, inputs, params); err != nil {
		return nil, err
	}
	if err := k.checkCallback(ctx, in.Callback, params); err != nil {
		return nil, err
	}
	if err := k.checkSeed(ctx, in, params); err != nil {
		return nil, err
	}
	if err := k.checkAvailable(ctx, in.ModelID); err != nil {
		return nil, err
	}
	version, err := k.models.ServableVersion(ctx, in.ModelID, in.Version)
	if err != nil {
		return nil, err
	}
	if version.Optimistic {
		if err := k.checkOptimistic(ctx, in.ModelID, len(inputs), params); err != nil {
			return nil, err
		}
	}
	totals, err := k.getTotals(ctx)
	if err != nil {
		return nil, err
	}
	requests, cost := make([]types.Request, 0, len(inputs)), sdk.NewCoins()
	for _, input := range inputs {
		if err := checkInput(sdkCtx, version, input); err != nil {
			return nil, err
		}
		if !version.Optimistic {
			if err := checkRoom(totals, params, version.WorkUnits); err != nil {
				return nil, err
			}
			totals.OpenRequests++
			totals.OpenWorkUnits += version.WorkUnits
		}
		r, err := k.newRequest(sdkCtx, in, input, params, version)
		if err != nil {
			return nil, err
		}
		totals.LastRequestId++
		r.Id = totals.LastRequestId
		if in.Callback != nil {
			r.CallbackOf = totals.LastRequestId - uint64(len(requests))
			if len(requests) == 0 { // the data is kept once
				r.NetworkFee = r.NetworkFee.Add(dataFee(params, uint64(len(in.Callback.Data))))
			}
		}
		requests, cost = append(requests, r), cost.Add(r.Fee()...)
	}
	var cb *types.Callback
	if in.Callback != nil {
		made, err := k.newCallback(in.Callback, params, requests)
		if err != nil {
			return nil, err
		}
		made.RequestId, cb = requests[0].Id, &made
		cost = cost.Add(cb.Money())
	}
	if !in.MaxFee.IsAllGTE(cost) {
		return nil, types.ErrFeeAboveMax.Wrapf("fee %s, at most %s", cost, in.MaxFee)
	}
	return requests, k.openRequests(sdkCtx, in.Payer, totals, requests, cb, cost)
}

// openRequests writes checked requests and takes their cost.
func (k *Keeper) openRequests(
	ctx sdk.Context, payer sdk.AccAddress, totals types.Totals, requests []types.Request, cb *types.Callback, cost sdk.Coins,
) error {
	if err := k.totals.Set(ctx, totals); err != nil {
		return err
	}
	for _, r := range requests {
		if err := k.requests.Set(ctx, r.Id, r); err != nil {
			return err
		}
		if err := k.openRequest(ctx, r); err != nil {
			return err
		}
	}
	if requests[0].Optimistic {
		if err := k.claims.CountOpen(ctx, len(requests)); err != nil {
			return err
		}
	}
	if cb != nil {
		if err := k.callbacks.Set(ctx, cb.RequestId, *cb); err != nil {
			return err
		}
	}
	if !cost.IsZero() {
		if err := k.bank.SendCoins(ctx, payer, types.EscrowAddress(), cost); err != nil {
			return err
		}
	}
	for _, r := range requests {
		if err := ctx.EventManager().EmitTypedEvent(&types.EventRequestCreated{
			RequestId: r.Id, ModelId: r.ModelId, Version: r.Version, Requester: r.Requester,
			NetworkFee: r.NetworkFee, ModelPrice: r.ModelPrice, DeadlineHeight: r.DeadlineHeight, Origin: r.Origin,
		}); err != nil {
			return err
		}
	}
	return nil
}

// openRequest puts a request on the work list, on the list of those that wait for their seed, or on that of those that
// wait for an executor.
func (k *Keeper) openRequest(ctx context.Context, r types.Request) error {
	if r.SeedHeight != 0 {
		return k.unseeded.Set(ctx, collections.Join(r.SeedHeight, r.Id))
	}
	if r.Optimistic {
		return k.waiting.Set(ctx, collections.Join(r.AssignHeight, r.Id))
	}
	return k.open.Set(ctx, collections.Join3(r.DeadlineHeight, uint32(attestation.Request), r.Id))
}

// newRequest fills the record of a request that passed its checks.
func (k *Keeper) newRequest(
	ctx sdk.Context, in types.NewRequest, input []byte, params types.Params, version imotypes.ServableVersion,
) (types.Request, error) {
	networkFee, err := feeOf(params, version, uint64(len(input)), in.StoreOutput)
	if err != nil {
		return types.Request{}, err
	}
	price, err := priceOf(version)
	if err != nil {
		return types.Request{}, err
	}
	requester, err := k.addresses.BytesToString(in.Requester)
	if err != nil {
		return types.Request{}, err
	}
	if len(version.ManifestRoot) != 32 {
		return types.Request{}, types.ErrInvalidState.Wrapf("manifest root has %d bytes", len(version.ManifestRoot))
	}
	inputRoot := merkle.BytesRoot(input)
	kind := max(in.SeedKind, types.SeedKind_SEED_KIND_CHOSEN)
	r := types.Request{
		Requester:      requester,
		ModelId:        version.ModelID,
		Version:        version.Version,
		ManifestRoot:   version.ManifestRoot,
		Input:          bytes.Clone(input),
		InputRoot:      inputRoot[:],
		Seed:           in.Seed,
		NetworkFee:     networkFee,
		ModelPrice:     price,
		CreatedHeight:  ctx.BlockHeight(),
		DeadlineHeight: ctx.BlockHeight() + int64(params.RequestBlocks),
		Status:         types.RequestStatus_REQUEST_STATUS_PENDING,
		StoreOutput:    in.StoreOutput,
		WorkUnits:      version.WorkUnits,
		MaxOutputBytes: version.MaxOutputBytes,
		ProposerBps:    params.ProposerBps,
		Origin:         in.Origin,
		SeedKind:       kind,
		SeedHeight:     seedHeight(kind, ctx.BlockHeight()),
	}
	if version.Optimistic {
		makeOptimistic(&r, ctx.BlockHeight(), params.Optimistic)
	}
	return r, nil
}

// checkNewRequest checks what does not need the model.
func (k *Keeper) checkNewRequest(in types.NewRequest, inputs [][]byte, params types.Params) error {
	if err := k.checkAccount("requester", in.Requester); err != nil {
		return err
	}
	if len(in.Payer) != 20 {
		return types.ErrInvalidAccount.Wrapf("payer has %d bytes, must have 20", len(in.Payer))
	}
	for _, input := range inputs {
		if len(input) > int(params.MaxInputBytes) {
			return types.ErrInputTooLong.Wrapf("%d bytes, at most %d", len(input), params.MaxInputBytes)
		}
	}
	if len(in.Origin) > types.MaxOriginBytes || !utf8.ValidString(in.Origin) {
		return types.ErrInvalidRequest.Wrapf("origin has %d bytes, at most %d of text", len(in.Origin), types.MaxOriginBytes)
	}
	if err := in.MaxFee.Validate(); err != nil {
		return types.ErrInvalidRequest.Wrapf("max fee: %v", err)
	}
	return nil
}

// checkInput lets the manifest judge the input before anything is paid.
func checkInput(ctx sdk.Context, version imotypes.ServableVersion, input []byte) error {
	ctx.GasMeter().ConsumeGas(gasPerManifestByte*storetypes.Gas(len(version.Manifest)), "oracle manifest")
	ctx.GasMeter().ConsumeGas(gasPerHashedByte*storetypes.Gas(len(input)), "oracle input")
	manifest, err := bundle.DecodeManifest(version.Manifest)
	if err != nil {
		return types.ErrInvalidState.Wrapf("manifest of model %d version %d: %v", version.ModelID, version.Version, err)
	}
	if err := manifest.ValidateInput(input); err != nil {
		return types.ErrInvalidInput.Wrap(err.Error())
	}
	return nil
}

// checkRoom refuses requests beyond what validators can attest.
func checkRoom(totals types.Totals, params types.Params, work uint64) error {
	if totals.OpenRequests >= params.MaxOpenRequests {
		return types.ErrTooManyOpen.Wrapf("%d requests are open, at most %d", totals.OpenRequests, params.MaxOpenRequests)
	}
	if work > params.MaxOpenWorkUnits || totals.OpenWorkUnits > params.MaxOpenWorkUnits-work {
		return types.ErrTooManyOpen.Wrapf("%d work units are open, the request needs %d, at most %d",
			totals.OpenWorkUnits, work, params.MaxOpenWorkUnits)
	}
	return nil
}

// checkAccount refuses owners and recipients that are not ordinary 20-byte accounts.
func (k *Keeper) checkAccount(role string, account sdk.AccAddress) error {
	switch {
	case len(account) != 20:
		return types.ErrInvalidAccount.Wrapf("%s has %d bytes, must have 20", role, len(account))
	case bytes.Equal(account, make([]byte, 20)):
		return types.ErrInvalidAccount.Wrapf("%s is the zero address", role)
	case account.Equals(types.EscrowAddress()) || k.bank.BlockedAddr(account):
		return types.ErrInvalidAccount.Wrapf("%s is not allowed to receive coins", role)
	}
	return nil
}
