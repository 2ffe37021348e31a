package keeper

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/types"
)

// Challenge opens a game about a claim.
func (k *Keeper) Challenge(ctx context.Context, challenger sdk.AccAddress, claimID uint64, maxBond sdk.Coin) (types.Dispute, error) {
	if err := k.checkAccount("challenger", challenger); err != nil {
		return types.Dispute{}, err
	}
	text, err := k.addresses.BytesToString(challenger)
	if err != nil {
		return types.Dispute{}, err
	}
	d, c, err := k.claims.Challenge(ctx, claimID, challenger, text, maxBond)
	if err != nil || c.OpenGames > 1 {
		return d, err
	}
	return d, k.restate(ctx, c.RequestId, types.RequestStatus_REQUEST_STATUS_DISPUTED)
}

// Play makes a move in a game. Who may make it is the machine's to say.
func (k *Keeper) Play(ctx context.Context, by sdk.AccAddress, disputeID uint64, move dispute.Move) (types.Dispute, error) {
	if len(by) != 20 {
		return types.Dispute{}, types.ErrInvalidAccount.Wrapf("sender has %d bytes, must have 20", len(by))
	}
	p, err := k.claims.Play(ctx, disputeID, by, move, k.task)
	if err == nil && p.Calm {
		err = k.calmed(sdk.UnwrapSDKContext(ctx), p.Claim)
	}
	return p.Dispute, err
}
