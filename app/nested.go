package app

import (
	"strings"

	errorsmod "cosmossdk.io/errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	evmtypes "github.com/cosmos/evm/x/vm/types"
)

// vestingPrefix starts the type URLs of the messages that make accounts with locked coins.
// Locked gas coins break the EVM's mirror of balances (GHSA-7g4w-cg88-2cq2).
const vestingPrefix = "/cosmos.vesting."

// rejectNested refuses messages that are never allowed, and messages that are allowed only at
// the top level when they hide in a governance proposal.
func rejectNested(next sdk.AnteHandler) sdk.AnteHandler {
	return func(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
		for _, msg := range tx.GetMsgs() {
			if err := checkMessage(msg); err != nil {
				return ctx, err
			}
		}
		return next(ctx, tx, simulate)
	}
}

func checkMessage(msg sdk.Msg) error {
	if url := sdk.MsgTypeURL(msg); strings.HasPrefix(url, vestingPrefix) {
		return errorsmod.Wrapf(sdkerrors.ErrUnauthorized, "%s: accounts with locked coins are not supported", url)
	}
	proposal, ok := msg.(*govv1.MsgSubmitProposal)
	if !ok {
		return nil
	}
	inner, err := proposal.GetMsgs()
	if err != nil {
		return errorsmod.Wrap(sdkerrors.ErrInvalidRequest, "proposal messages")
	}
	for _, msg := range inner {
		switch msg.(type) {
		case *evmtypes.MsgEthereumTx, *govv1.MsgSubmitProposal:
			return errorsmod.Wrapf(sdkerrors.ErrUnauthorized, "%s is refused inside a proposal", sdk.MsgTypeURL(msg))
		}
		if err := checkMessage(msg); err != nil {
			return err
		}
	}
	return nil
}
