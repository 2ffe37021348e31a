package types

import (
	"slices"
	"strings"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
)

// maxDecimals bounds the decimals of a foreign denom: 10^30 base units are more than a sale can have. Without
// decimals the coin would need no second unit, and its ERC-20 contract finds them there.
const maxDecimals = 30

// foreignPrefix starts the denom of every coin that came from another chain.
const foreignPrefix = transfertypes.DenomPrefix + "/"

// Denom is what the coin is called here: ibc/ and the hash of its way and base.
func (f ForeignDenom) Denom() string {
	return transfertypes.ExtractDenomFromPath(f.Path + "/" + f.Base).IBCDenom()
}

// Validate checks that way and base can be told apart, and the texts.
func (f ForeignDenom) Validate() error {
	read := transfertypes.ExtractDenomFromPath(f.Path + "/" + f.Base)
	if len(read.Trace) == 0 || read.Base != f.Base || strings.TrimSpace(f.Base) == "" {
		return ErrInvalidParams.Wrapf("foreign_denoms has %q by the way %q, which is no way of port/channel pairs before a denom", f.Base, f.Path)
	}
	if f.Decimals < 1 || f.Decimals > maxDecimals {
		return ErrInvalidParams.Wrapf("foreign_denoms has %s with %d decimals, allowed are 1 to %d", f.Base, f.Decimals, maxDecimals)
	}
	if err := CheckSymbol(f.Symbol); err != nil {
		return err
	}
	if err := CheckName("name", f.Name); err != nil {
		return err
	}
	return f.Metadata().Validate()
}

// Metadata is what the bank says of the coin; the EVM takes the decimals of its ERC-20 contract from here.
func (f ForeignDenom) Metadata() banktypes.Metadata {
	denom, display := f.Denom(), strings.ToLower(f.Symbol)
	return banktypes.Metadata{
		Description: f.Base + " by " + f.Path, Base: denom, Display: display, Name: f.Name, Symbol: f.Symbol,
		DenomUnits: []*banktypes.DenomUnit{{Denom: denom, Aliases: []string{f.Base}}, {Denom: display, Exponent: f.Decimals}},
	}
}

// checkForeignDenoms checks that exactly the payment denoms of other chains are described, each once.
func (p Params) checkForeignDenoms() error {
	if len(p.ForeignDenoms) > maxPaymentDenoms {
		return ErrInvalidParams.Wrapf("%d foreign_denoms, allowed are %d", len(p.ForeignDenoms), maxPaymentDenoms)
	}
	var described []string
	for _, f := range p.ForeignDenoms {
		if err := f.Validate(); err != nil {
			return err
		}
		denom := f.Denom()
		if !slices.Contains(p.PaymentDenoms, denom) || slices.Contains(described, denom) {
			return ErrInvalidParams.Wrapf("foreign_denoms has %s by %s, which is %s: no payment denom, or described twice", f.Base, f.Path, denom)
		}
		described = append(described, denom)
	}
	for _, denom := range p.PaymentDenoms {
		if strings.HasPrefix(denom, foreignPrefix) && !slices.Contains(described, denom) {
			return ErrInvalidParams.Wrapf("payment_denoms has %s: foreign_denoms does not say where it comes from", denom)
		}
	}
	return nil
}
