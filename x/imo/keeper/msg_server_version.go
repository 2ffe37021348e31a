package keeper

import (
	"context"

	"github.com/imochain/imod/x/imo/types"
)

// PublishVersion implements types.MsgServer.
func (s msgServer) PublishVersion(ctx context.Context, msg *types.MsgPublishVersion) (*types.MsgPublishVersionResponse, error) {
	creator, err := s.accountOf("creator", msg.Creator)
	if err != nil {
		return nil, err
	}
	v, deposit, err := s.Keeper.PublishVersion(ctx, creator, msg)
	if err != nil {
		return nil, err
	}
	return &types.MsgPublishVersionResponse{
		Version: v.Version, ManifestRoot: v.ManifestRoot, VerificationFee: v.VerificationFee, Deposit: deposit,
	}, nil
}

// ShowSharedWeights implements types.MsgServer.
func (s msgServer) ShowSharedWeights(ctx context.Context, msg *types.MsgShowSharedWeights) (*types.MsgShowSharedWeightsResponse, error) {
	if _, err := s.accountOf("sender", msg.Sender); err != nil {
		return nil, err
	}
	shown, err := s.Keeper.ShowSharedWeights(ctx, msg)
	return &types.MsgShowSharedWeightsResponse{Shared: shown}, err
}

// ObjectVersion implements types.MsgServer.
func (s msgServer) ObjectVersion(ctx context.Context, msg *types.MsgObjectVersion) (*types.MsgObjectVersionResponse, error) {
	holder, err := s.accountOf("holder", msg.Holder)
	if err != nil {
		return nil, err
	}
	weight, refused, err := s.Keeper.ObjectVersion(ctx, holder, msg.ModelId, msg.Version)
	if err != nil {
		return nil, err
	}
	return &types.MsgObjectVersionResponse{Weight: weight, Refused: refused}, nil
}
