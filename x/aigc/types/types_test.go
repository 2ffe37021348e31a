package types_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/prompt"
	"github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// The addresses are fixed for ever: contracts and wallets name them. The prefix is
// the first 12 bytes of keccak256("imod/collection").
func TestAddressesGolden(t *testing.T) {
	for id, want := range map[uint64]string{
		1:       "2518e038b9776057bba6df4f0000000000000001",
		256:     "2518e038b9776057bba6df4f0000000000000100",
		1 << 63: "2518e038b9776057bba6df4f8000000000000000",
	} {
		addr := types.CollectionAddress(id)
		require.Equal(t, want, hex.EncodeToString(addr[:]))
		require.Equal(t, "0x"+want, types.ContractText(id))
		back, ok := types.CollectionIDFromAddress(addr[:])
		require.True(t, ok)
		require.Equal(t, id, back)
		require.True(t, imotypes.ReservedAddress(addr[:]), "the other module knows the range too")
	}
	zero := types.CollectionAddress(0)
	for _, addr := range [][]byte{zero[:], imotypes.TokenAddress(1), make([]byte, 20), make([]byte, 32), nil} {
		_, ok := types.CollectionIDFromAddress(addr)
		require.False(t, ok)
	}
	for id, want := range map[uint64]string{
		1: escrowOfOne,
		2: escrowOfTwo,
	} {
		require.Equal(t, want, hex.EncodeToString(types.EscrowAddress(id)))
	}
}

// Computed by another program from the definition of address.Module("aigc", "escrow", id), cut to 20 bytes.
const (
	escrowOfOne = "67b003ebb639e21c28ea6c50941addc74e6aa1e1"
	escrowOfTwo = "9faf32e8bcd059b1b4398c652c2b0671ac62ed63"
)

func TestTokenIDText(t *testing.T) {
	id := types.TokenID(prompt.TokenID(types.CollectionAddress(1), []byte("x")))
	for _, text := range []string{id.String(), "0x" + id.String(), strings.ToUpper(id.String())} {
		back, err := types.ParseTokenID(text)
		require.NoError(t, err)
		require.Equal(t, id, back)
	}
	for _, text := range []string{"", "0x", id.String()[:63], id.String() + "00", "0x0x" + id.String()[4:], "g" + id.String()[1:], strings.Repeat("0", 1<<16)} {
		_, err := types.ParseTokenID(text)
		require.ErrorIs(t, err, types.ErrInvalidTokenID)
	}
	_, err := types.TokenIDFromBytes(id.Bytes()[:31])
	require.ErrorIs(t, err, types.ErrInvalidTokenID)
	copied := id.Bytes()
	copied[0]++
	require.NotEqual(t, copied, id.Bytes())
}

func TestParamsBounds(t *testing.T) {
	require.NoError(t, types.DefaultParams().Validate())
	many := make([]string, 17)
	for i := range many {
		many[i] = "denom" + string(rune('a'+i))
	}
	cases := map[string]struct {
		change func(*types.Params)
		ok     bool
	}{
		"ok: 16 denoms":                   {func(p *types.Params) { p.AllowedDenoms = many[:16] }, true},
		"fails: 17 denoms":                {func(p *types.Params) { p.AllowedDenoms = many }, false},
		"fails: no denom":                 {func(p *types.Params) { p.AllowedDenoms = nil }, false},
		"fails: denom twice":              {func(p *types.Params) { p.AllowedDenoms = []string{"aimo", "aimo"} }, false},
		"fails: malformed denom":          {func(p *types.Params) { p.AllowedDenoms = []string{"!"} }, false},
		"fails: share token as price":     {func(p *types.Params) { p.AllowedDenoms = []string{"model-1"} }, false},
		"ok: fee 0":                       {func(p *types.Params) { p.ProtocolFeeBps = 0 }, true},
		"ok: fee 10 %":                    {func(p *types.Params) { p.ProtocolFeeBps = 1_000 }, true},
		"fails: fee above 10 %":           {func(p *types.Params) { p.ProtocolFeeBps = 1_001 }, false},
		"ok: royalty 100 %":               {func(p *types.Params) { p.MaxRoyaltyBps = 10_000 }, true},
		"fails: royalty above 100 %":      {func(p *types.Params) { p.MaxRoyaltyBps = 10_001 }, false},
		"ok: free storage":                {func(p *types.Params) { p.DepositPerByte.Amount = math.ZeroInt() }, true},
		"ok: deposit below 2^64":          {func(p *types.Params) { p.DepositPerByte.Amount = math.NewIntFromUint64(1<<64 - 1) }, true},
		"fails: deposit of 2^64":          {func(p *types.Params) { p.DepositPerByte.Amount = math.NewIntFromUint64(1<<64 - 1).AddRaw(1) }, false},
		"fails: negative deposit":         {func(p *types.Params) { p.DepositPerByte.Amount = math.NewInt(-1) }, false},
		"fails: no deposit":               {func(p *types.Params) { p.DepositPerByte = sdk.Coin{} }, false},
		"fails: deposit in a share token": {func(p *types.Params) { p.DepositPerByte.Denom = "model-1" }, false},
		"ok: no content":                  {func(p *types.Params) { p.MaxContentBytes = 0 }, true},
		"ok: content of 1 MiB":            {func(p *types.Params) { p.MaxContentBytes = 1 << 20 }, true},
		"fails: content above 1 MiB":      {func(p *types.Params) { p.MaxContentBytes = 1<<20 + 1 }, false},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			params := types.DefaultParams()
			tc.change(&params)
			if tc.ok {
				require.NoError(t, params.Validate())
				return
			}
			require.ErrorIs(t, params.Validate(), types.ErrInvalidParams)
		})
	}
}

func TestAnyVersion(t *testing.T) {
	require.Empty(t, types.AnyVersion([]uint32{0}))
	require.Empty(t, types.AnyVersion(nil))
	require.Equal(t, []uint32{0, 1}, types.AnyVersion([]uint32{0, 1}), "left for validation to refuse")
	open, pinned := types.Collection{}, types.Collection{Versions: []uint32{2, 5}}
	require.True(t, open.AllowsVersion(9))
	require.True(t, pinned.AllowsVersion(5))
	require.False(t, pinned.AllowsVersion(3))
}
