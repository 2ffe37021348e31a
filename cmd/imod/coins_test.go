package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"

	basev1beta1 "cosmossdk.io/api/cosmos/base/v1beta1"
)

// TestReadAmounts: whole units become base units where a command reads coins, and nowhere else.
func TestReadAmounts(t *testing.T) {
	command := func(use string) *cobra.Command {
		cmd := &cobra.Command{Use: use, RunE: func(*cobra.Command, []string) error { return nil }}
		for _, name := range []string{"fees", "gas-prices", "note", "deposit"} {
			cmd.Flags().String(name, "", "")
		}
		return cmd
	}
	for _, tc := range []struct {
		use        string
		args, want []string
		fails      string
	}{
		{use: "send [from_key_or_address] [to_address] [amount]", args: []string{"dev0", "imo1", "1.5imo"}, want: []string{"dev0", "imo1", "1500000000000000000aimo"}},
		{use: "send [from_key_or_address] [to_address] [amount]", args: []string{"1imo", "imo1", "7aimo,1imo"}, want: []string{"1imo", "imo1", "7aimo,1000000000000000000aimo"}},
		{use: "multi-send [from] [to_1 to_2 ...] [amount]", args: []string{"dev0", "a", "b", "c", "1imo"}, want: []string{"dev0", "a", "b", "c", "1000000000000000000aimo"}},
		{use: "convert-coin COIN [RECEIVER_HEX]", args: []string{"1MODEL-3"}, want: []string{"1000000000000000000model-3"}},
		{use: "transfer [port] [channel] [receiver] [coin]", args: []string{"p", "c", "r", "0.5imo"}, want: []string{"p", "c", "r", "500000000000000000aimo"}},
		{use: "set-price [model-id] [price]", args: []string{"1", "0.5imo"}, want: []string{"1", "0.5imo"}}, // generated: its own type reads it
		{use: "send [a] [amount]", args: []string{"x", "not-an-amount"}, want: []string{"x", "not-an-amount"}},
		{use: "send [a] [amount]", args: []string{"x"}, want: []string{"x"}},
		{use: "send [a] [amount]", args: []string{"x", "1.5aimo"}, fails: "cannot be divided"}, // the SDK would cut the fraction off
		{use: "send [a] [amount]", args: []string{"x", "2 imo"}, fails: "without the space"},
		{use: "send [a] [amount]", args: []string{"x", "1imo, 2imo"}, fails: "is not an amount"},
	} {
		got, err := readAmounts(command(tc.use), tc.args)
		if tc.fails != "" {
			require.ErrorContains(t, err, tc.fails, "%v", tc.args)
			continue
		}
		require.NoError(t, err, "%v", tc.args)
		require.Equal(t, tc.want, got)
	}

	cmd := command("x")
	for name, value := range map[string]string{"fees": "0.001imo", "gas-prices": "0.000000002imo", "note": "1imo", "deposit": "3aimo"} {
		require.NoError(t, cmd.Flags().Set(name, value))
	}
	_, err := readAmounts(cmd, nil)
	require.NoError(t, err)
	for name, want := range map[string]string{"fees": "1000000000000000aimo", "gas-prices": "2000000000aimo", "note": "1imo", "deposit": "3aimo"} {
		got, err := cmd.Flags().GetString(name)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
	require.NoError(t, cmd.Flags().Set("fees", "0.5aimo"))
	_, err = readAmounts(cmd, nil)
	require.ErrorContains(t, err, "cannot be divided")
}

// TestCoinValue is the type of coins in generated commands.
func TestCoinValue(t *testing.T) {
	v := &coinValue{}
	require.NoError(t, v.Set("0.01imo"))
	require.Equal(t, "10000000000000000aimo", v.String())
	got, err := v.Get(protoreflect.Value{})
	require.NoError(t, err)
	coin, ok := got.Message().Interface().(*basev1beta1.Coin)
	require.True(t, ok)
	require.Equal(t, "aimo", coin.Denom)
	require.Equal(t, "10000000000000000", coin.Amount)
	for _, bad := range []string{"", "2 imo", "1imo,1imo", "-1imo", "0.5aimo", "0.0000000000000000001imo"} {
		require.Error(t, v.Set(bad), bad)
	}
	unset, err := (&coinValue{}).Get(protoreflect.Value{})
	require.NoError(t, err)
	require.False(t, unset.IsValid())
}
