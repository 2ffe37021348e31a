package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/revshare/types"
)

// ClaimThrough is Claim for an account of the app's own, such as a market: nothing to pay is no error, and it says up to
// which epoch everything is paid. With more than MaxClaimSpans checkpoints to settle that is less than upTo, and the next
// call goes on from there. A pool whose books do not balance pays nothing and comes nowhere: its revenue stays owed.
func (k *Keeper) ClaimThrough(ctx context.Context, holder sdk.AccAddress, shareDenom string, upTo uint64) (sdk.Coins, uint64, error) {
	coins, settled, err := k.claim(ctx, holder, shareDenom, upTo)
	switch {
	case errors.Is(err, types.ErrNothingToClaim):
		return sdk.Coins{}, upTo, nil
	case errors.Is(err, types.ErrPoolBreached), errors.Is(err, types.ErrInsolvent):
		return sdk.Coins{}, 0, nil // found before anything was written
	}
	return coins, settled, err
}

// isMarket tells the account of a token's market, whose revenue belongs to the owners of its liquidity.
func (k *Keeper) isMarket(shareDenom string, account sdk.AccAddress) bool {
	if k.deps.Market == nil {
		return false
	}
	market, ok := k.deps.Market(shareDenom)
	return ok && market.Equals(account)
}
