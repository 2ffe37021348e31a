package keeper

import (
	"context"
	"math"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

var _ types.MsgServer = msgServer{}

type msgServer struct {
	k *Keeper
}

// NewMsgServer returns the message server of a keeper.
func NewMsgServer(k *Keeper) types.MsgServer {
	return msgServer{k: k}
}

// Deposit sweeps the token's address first, as every message does that names a pool: money
// that arrived without running code must not wait for whoever buys in before sweeping it.
func (s msgServer) Deposit(ctx context.Context, msg *types.MsgDeposit) (*types.MsgDepositResponse, error) {
	from, err := s.k.deps.AddressCodec.StringToBytes(msg.Depositor)
	if err != nil {
		return nil, err
	}
	kind, err := declaredKind(msg.Kind)
	if err != nil {
		return nil, err
	}
	if err := s.k.Sync(ctx, msg.ShareDenom); err != nil {
		return nil, err
	}
	if err := s.k.Deposit(ctx, from, msg.ShareDenom, msg.Amount, kind); err != nil {
		return nil, err
	}
	epoch, err := s.k.CurrentEpoch(ctx)
	if err != nil {
		return nil, err
	}
	return &types.MsgDepositResponse{Epoch: epoch}, nil
}

func (s msgServer) Claim(ctx context.Context, msg *types.MsgClaim) (*types.MsgClaimResponse, error) {
	holder, err := s.k.deps.AddressCodec.StringToBytes(msg.Holder)
	if err != nil {
		return nil, err
	}
	if err := s.k.Sync(ctx, msg.ShareDenom); err != nil {
		return nil, err
	}
	coins, settled, err := s.k.claim(ctx, holder, msg.ShareDenom, allOr(msg.UpTo))
	if err != nil {
		return nil, err
	}
	return &types.MsgClaimResponse{Amount: coins, Settled: settled}, nil
}

func (s msgServer) ClaimFor(ctx context.Context, msg *types.MsgClaimFor) (*types.MsgClaimForResponse, error) {
	caller, err := s.k.deps.AddressCodec.StringToBytes(msg.Caller)
	if err != nil {
		return nil, err
	}
	holder, err := s.k.deps.AddressCodec.StringToBytes(msg.Holder)
	if err != nil {
		return nil, err
	}
	if err := s.k.Sync(ctx, msg.ShareDenom); err != nil {
		return nil, err
	}
	coins, settled, err := s.k.claimFor(ctx, caller, holder, msg.ShareDenom, allOr(msg.UpTo))
	if err != nil {
		return nil, err
	}
	return &types.MsgClaimForResponse{Amount: coins, Settled: settled}, nil
}

func (s msgServer) RequestSnapshot(ctx context.Context, msg *types.MsgRequestSnapshot) (*types.MsgRequestSnapshotResponse, error) {
	if _, err := s.k.deps.AddressCodec.StringToBytes(msg.Requester); err != nil {
		return nil, err
	}
	if err := s.k.Sync(ctx, msg.ShareDenom); err != nil {
		return nil, err
	}
	epoch, err := s.k.CurrentEpoch(ctx)
	if err != nil {
		return nil, err
	}
	return &types.MsgRequestSnapshotResponse{Epoch: epoch}, nil
}

func (s msgServer) Sync(ctx context.Context, msg *types.MsgSync) (*types.MsgSyncResponse, error) {
	if _, err := s.k.deps.AddressCodec.StringToBytes(msg.Caller); err != nil {
		return nil, err
	}
	coins, err := s.k.Sweep(ctx, msg.ShareDenom)
	if err != nil {
		return nil, err
	}
	return &types.MsgSyncResponse{Amount: coins}, nil
}

func (s msgServer) SetPayout(ctx context.Context, msg *types.MsgSetPayout) (*types.MsgSetPayoutResponse, error) {
	holder, err := s.k.deps.AddressCodec.StringToBytes(msg.Holder)
	if err != nil {
		return nil, err
	}
	var payout sdk.AccAddress
	if msg.Payout != "" {
		if payout, err = s.k.deps.AddressCodec.StringToBytes(msg.Payout); err != nil {
			return nil, err
		}
	}
	if err := s.k.SetPayout(ctx, holder, payout); err != nil {
		return nil, err
	}
	return &types.MsgSetPayoutResponse{}, nil
}

// Redeem sweeps the token's address first, so that what lies there counts.
func (s msgServer) Redeem(ctx context.Context, msg *types.MsgRedeem) (*types.MsgRedeemResponse, error) {
	holder, err := s.k.deps.AddressCodec.StringToBytes(msg.Holder)
	if err != nil {
		return nil, err
	}
	if err := s.k.Sync(ctx, msg.Amount.Denom); err != nil {
		return nil, err
	}
	coins, err := s.k.Redeem(ctx, holder, msg.Amount)
	if err != nil {
		return nil, err
	}
	return &types.MsgRedeemResponse{Amount: coins}, nil
}

func (s msgServer) SetRefusals(ctx context.Context, msg *types.MsgSetRefusals) (*types.MsgSetRefusalsResponse, error) {
	holder, err := s.k.deps.AddressCodec.StringToBytes(msg.Holder)
	if err != nil {
		return nil, err
	}
	if err := s.k.SetRefusals(ctx, holder, msg.Denoms); err != nil {
		return nil, err
	}
	return &types.MsgSetRefusalsResponse{}, nil
}

func (s msgServer) SetAutoPayout(ctx context.Context, msg *types.MsgSetAutoPayout) (*types.MsgSetAutoPayoutResponse, error) {
	holder, err := s.k.deps.AddressCodec.StringToBytes(msg.Holder)
	if err != nil {
		return nil, err
	}
	if err := s.k.SetAutoPayout(ctx, holder, msg.ShareDenom, msg.Enabled); err != nil {
		return nil, err
	}
	return &types.MsgSetAutoPayoutResponse{}, nil
}

func (s msgServer) Compact(ctx context.Context, msg *types.MsgCompact) (*types.MsgCompactResponse, error) {
	caller, err := s.k.deps.AddressCodec.StringToBytes(msg.Caller)
	if err != nil {
		return nil, err
	}
	holder, err := s.k.deps.AddressCodec.StringToBytes(msg.Holder)
	if err != nil {
		return nil, err
	}
	settled, removed, err := s.k.Compact(ctx, caller, holder, msg.ShareDenom)
	if err != nil {
		return nil, err
	}
	return &types.MsgCompactResponse{Settled: settled, Removed: removed}, nil
}

func (s msgServer) UpdateParams(ctx context.Context, msg *types.MsgUpdateParams) (*types.MsgUpdateParamsResponse, error) {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), s.k.authority, msg.Authority); err != nil {
		return nil, err
	}
	if err := s.k.UpdateParams(ctx, msg.Params); err != nil {
		return nil, err
	}
	return &types.MsgUpdateParamsResponse{}, nil
}

// declaredKind reads the kind of a message. Requests, royalties and packets the chain records itself, so that nobody can
// make gifts look like them.
func declaredKind(kind types.SourceKind) (types.SourceKind, error) {
	switch kind {
	case types.SourceKind_SOURCE_KIND_UNSPECIFIED, types.SourceKind_SOURCE_KIND_DEPOSIT:
		return types.SourceKind_SOURCE_KIND_DEPOSIT, nil
	case types.SourceKind_SOURCE_KIND_USAGE:
		return kind, nil
	default:
		return kind, errorsmod.Wrapf(types.ErrInvalidKind, "%s is not for depositors to declare", kind)
	}
}

// allOr reads the up_to of a message: 0 means every closed epoch. Epoch 0 itself never has
// revenue, because no balance existed before it.
func allOr(upTo uint64) uint64 {
	if upTo == 0 {
		return math.MaxUint64
	}
	return upTo
}
