package main

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/reflect/protoreflect"

	basev1beta1 "cosmossdk.io/api/cosmos/base/v1beta1"
	"cosmossdk.io/client/v2/autocli/flag"

	"github.com/cosmos/cosmos-sdk/client/flags"

	"github.com/imochain/imod/cmd/imod/amount"
)

// coinType reads coins of generated commands, as flags and as arguments, so that 0.01imo is understood.
type coinType struct{}

// coinMessage is the name under which generated commands look the type up.
const coinMessage protoreflect.FullName = "cosmos.base.v1beta1.Coin"

// NewValue implements flag.Type.
func (coinType) NewValue(*context.Context, *flag.Builder) flag.Value { return &coinValue{} }

// DefaultValue implements flag.Type.
func (coinType) DefaultValue() string { return "" }

type coinValue struct {
	amount *amount.Amount
}

// Get implements flag.HasValue.
func (c *coinValue) Get(protoreflect.Value) (protoreflect.Value, error) {
	if c.amount == nil {
		return protoreflect.Value{}, nil
	}
	coin := &basev1beta1.Coin{Denom: c.amount.Denom, Amount: c.amount.Units.String()}
	return protoreflect.ValueOfMessage(coin.ProtoReflect()), nil
}

// Set implements pflag.Value.
func (c *coinValue) Set(text string) error {
	a, err := amount.Parse(text)
	if err != nil {
		return err
	}
	c.amount = &a
	return nil
}

// String implements pflag.Value.
func (c *coinValue) String() string {
	if c.amount == nil {
		return ""
	}
	return c.amount.String()
}

// Type implements pflag.Value; help prints it.
func (*coinValue) Type() string { return "coin" }

// coinFlags are the flags of hand-written commands that hold coins, priceFlags those that hold prices.
var (
	coinFlags  = []string{flags.FlagFees, flags.FlagTip, "deposit", "spend-limit", "period-limit", "amount"}
	priceFlags = []string{flags.FlagGasPrices}
	// coinArgument matches the name of an argument that holds coins in the usage line of a command.
	coinArgument = regexp.MustCompile(`(?i)^[\[<]?(amount|coin|coins|deposit)[\]>]?$`)
)

// readAmounts rewrites what a hand-written command reads as coins into base units. Only amounts in whole units and fractions,
// which the SDK would cut off, are looked at; the command's own checks see everything else as it was typed.
func readAmounts(cmd *cobra.Command, args []string) ([]string, error) {
	for _, name := range coinFlags {
		if err := rewriteFlag(cmd, name, amount.ParseList); err != nil {
			return nil, err
		}
	}
	for _, name := range priceFlags {
		if err := rewriteFlag(cmd, name, amount.Prices); err != nil {
			return nil, err
		}
	}
	words := strings.Fields(cmd.Use)
	out := slices.Clone(args)
	for i, word := range words {
		at := i - 1
		if strings.Contains(cmd.Use, "...") { // one before may repeat, as the recipients of bank multi-send do
			at = len(out) - len(words) + i
		}
		if at < 0 || at >= len(out) || !coinArgument.MatchString(word) || !ours(out[at]) {
			continue
		}
		var err error
		if out[at], err = amount.ParseList(out[at]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func rewriteFlag(cmd *cobra.Command, name string, parse func(string) (string, error)) error {
	f := cmd.Flags().Lookup(name)
	if f == nil || !f.Changed || f.Value.Type() != "string" || !ours(f.Value.String()) {
		return nil
	}
	units, err := parse(f.Value.String())
	if err != nil {
		return err
	}
	return cmd.Flags().Set(name, units)
}

// ours tells whether an amount in the list is in whole units or a fraction, spaces aside.
func ours(list string) bool {
	return slices.ContainsFunc(strings.Split(list, ","), func(part string) bool {
		joined := strings.Join(strings.Fields(part), "")
		return amount.IsUnit(joined) || strings.Contains(joined, ".")
	})
}
