package keeper_test

import (
	"context"
	"crypto/sha256"

	"cosmossdk.io/core/address"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"

	"github.com/imochain/imod/inference/merkle"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// Accounts that stand for the modules around.
var (
	poolAccount      = person(201)
	communityAccount = person(202)
	oracleEscrow     = person(203)
	oracleIncome     = person(204)
)

// fakeHooks records which collections it heard of and can refuse.
type fakeHooks struct {
	seen []uint64
	err  error
}

func (h *fakeHooks) AfterCollectionCreated(_ context.Context, id uint64) error {
	h.seen = append(h.seen, id)
	return h.err
}

// fakeCommunity keeps the community pool in one account.
type fakeCommunity struct {
	bank bankkeeper.BaseKeeper
	// onFund runs before money is taken: a way back into the keeper.
	onFund func(ctx context.Context)
}

func (c *fakeCommunity) FundCommunityPool(ctx context.Context, amount sdk.Coins, sender sdk.AccAddress) error {
	if c.onFund != nil {
		c.onFund(ctx)
	}
	return c.bank.SendCoins(ctx, sender, communityAccount, amount)
}

// fakeModels is a registry with models 3 and 4, whose income goes to one account.
type fakeModels struct {
	bank     bankkeeper.BaseKeeper
	creator  sdk.AccAddress
	latest   uint32
	hasToken bool
	// onPay runs before income is paid and can refuse it.
	onPay func(ctx context.Context, model uint64, amount sdk.Coin) error
	kinds []uint32
}

func newFakeModels(bank bankkeeper.BaseKeeper, creator sdk.AccAddress) *fakeModels {
	return &fakeModels{bank: bank, creator: creator, latest: 2, hasToken: true}
}

func (m *fakeModels) ServableVersion(_ context.Context, model uint64, version uint32) (imotypes.ServableVersion, error) {
	if model != modelID && model != modelID+1 {
		return imotypes.ServableVersion{}, imotypes.ErrModelNotFound.Wrapf("model %d", model)
	}
	if version == 0 {
		version = m.latest
	}
	if version > m.latest {
		return imotypes.ServableVersion{}, imotypes.ErrNotReproduced.Wrapf("version %d", version)
	}
	root := manifestRoot(model, version)
	return imotypes.ServableVersion{ModelID: model, Version: version, ManifestRoot: root, Creator: m.creator}, nil
}

func (m *fakeModels) PayModelIncome(
	ctx context.Context, payer sdk.AccAddress, model uint64, amount sdk.Coin, kind uint32, _ ...revsharetypes.PaidBy,
) error {
	if m.onPay != nil {
		if err := m.onPay(ctx, model, amount); err != nil {
			return err
		}
	}
	m.kinds = append(m.kinds, kind)
	return m.bank.SendCoins(ctx, payer, poolAccount, sdk.NewCoins(amount))
}

func (m *fakeModels) TokenDenom(_ context.Context, model uint64) (string, bool, error) {
	return imotypes.TokenDenom(model), m.hasToken, nil
}

func manifestRoot(model uint64, version uint32) []byte {
	root := sha256.Sum256([]byte{byte(model), byte(version)})
	return root[:]
}

// fakeOracle keeps requests and their money like the real one; a test finishes or
// expires them.
type fakeOracle struct {
	bank     bankkeeper.BaseKeeper
	codec    address.Codec
	requests map[uint64]oracletypes.Request
	last     uint64
	// onCreate runs before a request is charged: a way back into the keeper.
	onCreate func(ctx context.Context)
}

func newFakeOracle(bank bankkeeper.BaseKeeper, codec address.Codec) *fakeOracle {
	return &fakeOracle{bank: bank, codec: codec, requests: map[uint64]oracletypes.Request{}}
}

func (o *fakeOracle) CreateRequest(ctx context.Context, in oracletypes.NewRequest) (oracletypes.Request, error) {
	if o.onCreate != nil {
		o.onCreate(ctx)
	}
	requester, err := o.codec.BytesToString(in.Requester)
	if err != nil {
		return oracletypes.Request{}, err
	}
	inputRoot := merkle.BytesRoot(in.Input)
	request := oracletypes.Request{
		Requester: requester, ModelId: in.ModelID, Version: in.Version, ManifestRoot: manifestRoot(in.ModelID, in.Version),
		Input: in.Input, InputRoot: inputRoot[:], Seed: in.Seed, CreatedHeight: sdk.UnwrapSDKContext(ctx).BlockHeight(),
		NetworkFee: sdk.NewInt64Coin(denom, networkFee), ModelPrice: sdk.NewInt64Coin(denom, modelPrice),
		Status: oracletypes.RequestStatus_REQUEST_STATUS_PENDING, StoreOutput: in.StoreOutput, Origin: in.Origin,
	}
	if !in.MaxFee.IsAllGTE(fee(request)) {
		return oracletypes.Request{}, oracletypes.ErrFeeAboveMax
	}
	if err := o.bank.SendCoins(ctx, in.Payer, oracleEscrow, fee(request)); err != nil {
		return oracletypes.Request{}, err
	}
	o.last++
	request.Id = o.last
	o.requests[request.Id] = request
	return request, nil
}

func (o *fakeOracle) Request(_ context.Context, id uint64) (oracletypes.Request, error) {
	request, ok := o.requests[id]
	if !ok {
		return oracletypes.Request{}, oracletypes.ErrRequestNotFound.Wrapf("id %d", id)
	}
	return request, nil
}

// finish makes a pending request final with the given output.
func (o *fakeOracle) finish(ctx sdk.Context, id uint64, output []byte) {
	request := o.requests[id]
	root := merkle.BytesRoot(output)
	request.Status = oracletypes.RequestStatus_REQUEST_STATUS_FINAL
	request.TrustClass = oracletypes.TrustClass_TRUST_CLASS_ATTESTED
	request.OutputRoot = root[:]
	request.FinalHeight = ctx.BlockHeight() + 2
	o.close(ctx, request, oracleIncome)
}

// expire ends a pending request and returns its fees.
func (o *fakeOracle) expire(ctx sdk.Context, id uint64) {
	request := o.requests[id]
	request.Status = oracletypes.RequestStatus_REQUEST_STATUS_EXPIRED
	requester, err := o.codec.StringToBytes(request.Requester)
	if err != nil {
		panic(err)
	}
	o.close(ctx, request, requester)
}

func (o *fakeOracle) close(ctx sdk.Context, request oracletypes.Request, to sdk.AccAddress) {
	if err := o.bank.SendCoins(ctx, oracleEscrow, to, fee(request)); err != nil {
		panic(err)
	}
	o.requests[request.Id] = request
}

// escrowed is what the oracle holds for requests without an end.
func (o *fakeOracle) escrowed() math.Int {
	sum := math.ZeroInt()
	for _, request := range o.requests {
		if request.Status == oracletypes.RequestStatus_REQUEST_STATUS_PENDING {
			sum = sum.AddRaw(networkFee + modelPrice)
		}
	}
	return sum
}

func fee(request oracletypes.Request) sdk.Coins {
	return sdk.NewCoins(request.NetworkFee).Add(request.ModelPrice)
}
