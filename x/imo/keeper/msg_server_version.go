package keeper

import (
	"context"

	"github.com/imochain/imod/x/imo/types"
)

// PublishVersion implements types.MsgServer.
func (s msgServer) PublishVersion(context.Context, *types.MsgPublishVersion) (*types.MsgPublishVersionResponse, error) {
	return nil, types.ErrUnsupported.Wrap("a model has one version")
}

// ObjectVersion implements types.MsgServer.
func (s msgServer) ObjectVersion(context.Context, *types.MsgObjectVersion) (*types.MsgObjectVersionResponse, error) {
	return nil, types.ErrUnsupported.Wrap("a model has one version")
}
