package types

import (
	"errors"

	errorsmod "cosmossdk.io/errors"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// causes says which code stands for an error of a module. Several errors may share one; what is not here is ErrActionRefused.
var causes = []struct {
	is error
	as *errorsmod.Error
}{
	{imotypes.ErrPaused, ErrPaused},
	{imotypes.ErrOfferingNotFound, ErrNotFound}, {imotypes.ErrModelNotFound, ErrNotFound}, {imotypes.ErrBidNotFound, ErrNotFound},
	{imotypes.ErrOfferingNotOpen, ErrNotOpen}, {imotypes.ErrSoldOut, ErrNotOpen}, {imotypes.ErrOfferingNotSold, ErrNotOpen},
	{imotypes.ErrTermsHash, ErrTerms},
	{imotypes.ErrPaymentDenom, ErrDenom}, {imotypes.ErrInvalidCoin, ErrDenom}, {revsharetypes.ErrDenomNotAllowed, ErrDenom},
	{imotypes.ErrBelowMinimum, ErrMinimum},
	{imotypes.ErrOwnerCap, ErrCap}, {imotypes.ErrTooManyBids, ErrCap}, {revsharetypes.ErrInvalidAmount, ErrCap},
	{imotypes.ErrMaxPrice, ErrPrice}, {imotypes.ErrSlippage, ErrPrice},
	{imotypes.ErrNotAllowed, ErrNotAllowed}, {imotypes.ErrRecipient, ErrNotAllowed}, {imotypes.ErrNotOwner, ErrNotAllowed},
	{imotypes.ErrCancelDeadline, ErrTooLate}, {imotypes.ErrDeadline, ErrTooLate},
	{imotypes.ErrNothingToCollect, ErrNothing}, {imotypes.ErrNothingToExit, ErrNothing}, {revsharetypes.ErrNothingToClaim, ErrNothing},
	{sdkerrors.ErrInsufficientFunds, ErrNothing}, // of an exit with more tokens than the account has
	{revsharetypes.ErrPoolNotFound, ErrNotFound}, {revsharetypes.ErrNotShareDenom, ErrNotFound},
	{oracletypes.ErrFeeAboveMax, ErrBudget}, {oracletypes.ErrTooManyOpen, ErrCap}, {oracletypes.ErrInputTooLong, ErrCap},
}

// Translate gives an error of a module the code that programs on other chains know. Errors of this package stay.
func Translate(err error) error {
	if err == nil {
		return nil
	}
	if codespace, _, _ := errorsmod.ABCIInfo(err, false); codespace == ModuleName {
		return err
	}
	for _, c := range causes {
		if errors.Is(err, c.is) {
			return c.as.Wrap(err.Error())
		}
	}
	return ErrActionRefused.Wrap(err.Error())
}
