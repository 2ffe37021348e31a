package types_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/imochain/imod/x/imo/types"
)

func dollar() types.ForeignDenom {
	return types.ForeignDenom{Base: "uusdc", Path: "transfer/channel-0", Decimals: 6, Symbol: "USDC", Name: "USD Coin"}
}

// TestForeignDenoms: a payment denom of another chain is named by base and whole way, and nothing else is one.
func TestForeignDenoms(t *testing.T) {
	hop := transfertypes.NewHop
	require.Equal(t, transfertypes.NewDenom("uusdc", hop("transfer", "channel-0")).IBCDenom(), dollar().Denom())
	params := func(f ...types.ForeignDenom) types.Params {
		p := types.DefaultParams()
		p.ForeignDenoms = f
		for _, one := range f {
			p.PaymentDenoms = append(p.PaymentDenoms, one.Denom())
		}
		return p
	}
	far := dollar()
	far.Path = "transfer/07-tendermint-3/transfer/channel-12"
	require.NoError(t, params(dollar(), far).Validate())
	require.NotEqual(t, dollar().Denom(), far.Denom(), "another way, another coin")

	for name, change := range map[string]func(*types.ForeignDenom){
		"no way":              func(f *types.ForeignDenom) { f.Path = "" },
		"half a way":          func(f *types.ForeignDenom) { f.Path = "transfer" },
		"no channel":          func(f *types.ForeignDenom) { f.Path = "transfer/somewhere" },
		"way ends in a slash": func(f *types.ForeignDenom) { f.Path = "transfer/channel-0/" },
		"way inside the base": func(f *types.ForeignDenom) { f.Base = "transfer/channel-1/uusdc" },
		"no base":             func(f *types.ForeignDenom) { f.Base = "" },
		"no decimals":         func(f *types.ForeignDenom) { f.Decimals = 0 },
		"31 decimals":         func(f *types.ForeignDenom) { f.Decimals = 31 },
		"symbol":              func(f *types.ForeignDenom) { f.Symbol = "usdc" },
		"name":                func(f *types.ForeignDenom) { f.Name = "IMO" },
	} {
		f := dollar()
		change(&f)
		require.Error(t, params(f).Validate(), name)
	}
	twice := params(dollar())
	twice.ForeignDenoms = append(twice.ForeignDenoms, dollar())
	require.ErrorIs(t, twice.Validate(), types.ErrInvalidParams)
	surplus := params(dollar())
	surplus.ForeignDenoms = append(surplus.ForeignDenoms, far)
	require.ErrorIs(t, surplus.Validate(), types.ErrInvalidParams, "no payment denom")
	unnamed := params(dollar())
	unnamed.ForeignDenoms = nil
	require.ErrorIs(t, unnamed.Validate(), types.ErrInvalidParams, "nobody says what it is")

	m := dollar().Metadata()
	require.NoError(t, m.Validate())
	require.Equal(t, uint32(6), m.DenomUnits[1].Exponent)
}
