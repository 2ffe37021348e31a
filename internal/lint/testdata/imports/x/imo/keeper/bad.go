package keeper

import (
	"context"

	_ "github.com/imochain/imod/sidecar" // want
	curve "github.com/imochain/imod/x/imo/curve"
	. "github.com/imochain/imod/x/revshare/keeper" // want

	"github.com/imochain/imod/x/imo/types"
)

var _ context.Context
var _ = curve.Buy
var _ types.Model
var _ Keeper
