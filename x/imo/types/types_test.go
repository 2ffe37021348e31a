package types_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

func TestTokenDenom(t *testing.T) {
	require.Equal(t, "model-7", types.TokenDenom(7))
	id, ok := types.ModelIDFromDenom("model-18446744073709551615")
	require.True(t, ok)
	require.EqualValues(t, uint64(1<<64-1), id)
	for _, bad := range []string{"", "model-", "model-0", "model-01", "model-+1", "model--1", "model-1x", "Model-1", "model-18446744073709551616", "xmodel-1"} {
		_, ok := types.ModelIDFromDenom(bad)
		require.False(t, ok, bad)
	}
	require.True(t, types.IsTokenDenom("model-x"))
	require.NoError(t, sdk.ValidateDenom(types.TokenDenom(1)))
	require.NoError(t, sdk.ValidateDenom(types.DisplayDenom(1)))
	_, ok = types.ModelIDFromDenom(types.DisplayDenom(1))
	require.False(t, ok)
}

// TestAddresses pins the derived addresses: INTERFACES, "Denoms, addresses, ids".
func TestAddresses(t *testing.T) {
	require.Equal(t, "d25d7134e55a6d5b23efba780000000000000102", hex.EncodeToString(types.TokenAddress(258)))
	addr, ok := types.TokenAddressFromDenom("model-258")
	require.True(t, ok)
	require.Equal(t, types.TokenAddress(258), addr)
	_, ok = types.TokenAddressFromDenom("aimo")
	require.False(t, ok)
	require.Equal(t, "0539906724324931b4957cf6f397b735f5bc5f85", hex.EncodeToString(types.OfferingAddress(7)))
	require.NotEqual(t, types.OfferingAddress(7), types.OfferingAddress(8))
	require.True(t, types.ReservedAddress(types.TokenAddress(1)))
	require.False(t, types.ReservedAddress(types.OfferingAddress(1)))
	require.False(t, types.ReservedAddress(nil))
}

func TestCheckURI(t *testing.T) {
	for _, good := range []string{"https://h/x", "http://127.0.0.1:8080", "https://h/a@b", "https://h?x#y"} {
		require.NoError(t, types.CheckURI("uri", good, "http", "https"), good)
	}
	for _, bad := range []string{
		"", "h/x", "ftp://h", "https://", "https:///x", "https://u:p@h/", "https://h/a b", "https://h/ü", "HTTPS://h", "https://h/\n", "https://" + strings.Repeat("h", 256),
	} {
		require.ErrorIs(t, types.CheckURI("uri", bad, "http", "https"), types.ErrInvalidURI, bad)
	}
}

func TestLicence(t *testing.T) {
	digest := strings.Repeat("0a", 32)
	require.NoError(t, types.CheckLicence("Apache-2.0", ""))
	require.NoError(t, types.CheckLicence("GPL-2.0+", ""))
	require.NoError(t, types.CheckLicence("LicenseRef-mine", digest))
	for _, bad := range [][2]string{
		{"", ""}, {"a b", ""}, {"MIT", digest}, {"LicenseRef-", digest}, {"LicenseRef-x", ""}, {"LicenseRef-x", strings.ToUpper(digest)},
		{"licenseref-x", ""}, {strings.Repeat("l", 81), ""},
	} {
		require.ErrorIs(t, types.CheckLicence(bad[0], bad[1]), types.ErrInvalidLicence, bad[0])
	}
	for _, nc := range []string{"CC-BY-NC-4.0", "cc-by-nc-sa-3.0", "PolyForm-Noncommercial-1.0.0", "LicenseRef-non-commercial", "LicenseRef-Research-Only", "Aladdin"} {
		require.True(t, types.NonCommercial(nc), nc)
	}
	for _, free := range []string{"Apache-2.0", "CC-BY-4.0", "NCSA", "LicenseRef-commercial", "CC0-1.0", "LicenseRef-once"} {
		require.False(t, types.NonCommercial(free), free)
	}
}

func TestParamsBounds(t *testing.T) {
	require.NoError(t, types.DefaultParams().Validate())
	for name, change := range map[string]func(p *types.Params){
		"deposit denom":    func(p *types.Params) { p.RegistrationDeposit.Denom = "uusd" },
		"deposit negative": func(p *types.Params) { p.RegistrationDeposit.Amount = math.NewInt(-1) },
		"deposit missing":  func(p *types.Params) { p.RegistrationDeposit = sdk.Coin{} },
		"byte fee":         func(p *types.Params) { p.FeePerByte = math.NewIntWithDecimal(1, 20) },
		"byte fee missing": func(p *types.Params) { p.FeePerByte = math.Int{} },
		"no multiplier":    func(p *types.Params) { p.VerificationMultiplierBps = 0 },
		"multiplier":       func(p *types.Params) { p.VerificationMultiplierBps = 1_000_001 },
		"work fee":         func(p *types.Params) { p.FeePerWorkUnit = math.NewInt(-1) },
		"bundle 0":         func(p *types.Params) { p.MaxBundleBytes = 0 },
		"work 0":           func(p *types.Params) { p.MaxWorkUnits = 0 },
		"memory":           func(p *types.Params) { p.MaxPeakMemory = 1<<40 + 1 },
		"no denom":         func(p *types.Params) { p.PaymentDenoms = nil },
		"17 denoms":        func(p *types.Params) { p.PaymentDenoms = make([]string, 17) },
		"denom twice":      func(p *types.Params) { p.PaymentDenoms = []string{"aimo", "aimo"} },
		"model token":      func(p *types.Params) { p.PaymentDenoms = []string{"model-1"} },
		"bad denom":        func(p *types.Params) { p.PaymentDenoms = []string{"!"} },
		"income share":     func(p *types.Params) { p.IncomeProtocolBps = 5_001 },
		"proceeds share":   func(p *types.Params) { p.ProceedsProtocolBps = 5_001 },
		"shortest sale":    func(p *types.Params) { p.MinSaleDuration = time.Second - 1 },
		"longest sale":     func(p *types.Params) { p.MaxSaleDuration = p.MinSaleDuration - 1 },
		"lead":             func(p *types.Params) { p.MaxSaleLead = 367 * 24 * time.Hour },
		"gap":              func(p *types.Params) { p.CancelGap = -1 },
		"exit window":      func(p *types.Params) { p.MinExitWindow = -1 },
		"price window":     func(p *types.Params) { p.PriceWindow = 367 * 24 * time.Hour },
	} {
		p := types.DefaultParams()
		change(&p)
		require.ErrorIs(t, p.Validate(), types.ErrInvalidParams, name)
	}
	p := types.DefaultParams()
	p.FeePerByte, p.FeePerWorkUnit = math.ZeroInt(), math.ZeroInt()
	p.MinSaleDuration, p.MaxSaleDuration, p.MaxSaleLead, p.CancelGap, p.MinExitWindow, p.PriceWindow = time.Second, time.Second, 0, 0, 0, 0
	require.NoError(t, p.Validate(), "the least of everything, as a local network may want")
}

func TestVerificationFee(t *testing.T) {
	p := types.DefaultParams()
	p.FeePerByte, p.FeePerWorkUnit = math.NewInt(3), math.NewInt(5)
	fee, err := p.VerificationFee(7, 11, 13)
	require.NoError(t, err)
	require.Equal(t, "736aimo", fee.String(), "7 x 3 + 11 x 13 x 5")
	p.VerificationMultiplierBps = 25_001
	fee, err = p.VerificationFee(7, 11, 13)
	require.NoError(t, err)
	require.Equal(t, "1841aimo", fee.String(), "2.5001 times as much, rounded up")
	p.FeePerWorkUnit = math.NewIntFromUint64(1 << 63)
	_, err = p.VerificationFee(0, 1<<60, 1<<20)
	require.ErrorIs(t, err, types.ErrLimit)
}

// TestPrices: what a deposit buys never costs more than the deposit, and tokens are never worth more than they cost.
func TestPrices(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		price := math.NewInt(rapid.Int64Range(1, 1<<62).Draw(r, "price"))
		amount := math.NewInt(rapid.Int64Range(0, 1<<62).Draw(r, "amount"))
		tokens := types.TokensFor(amount, price)
		cost := types.CostRoundedUp(tokens, price)
		require.False(r, cost.GT(amount))
		require.False(r, types.ValueRoundedDown(tokens, price).GT(cost))
		require.True(r, cost.Sub(types.ValueRoundedDown(tokens, price)).LTE(math.OneInt()))
		require.True(r, types.CostRoundedUp(tokens.AddRaw(1), price).GTE(cost), "monotone")
	})
}

// terms are valid terms.
func terms() types.Terms {
	at := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	coin := func(n int64) sdk.Coin { return sdk.NewInt64Coin("aimo", n) }
	return types.Terms{
		OfferingId: 1, ModelId: 7, Version: 1, ManifestRoot: strings.Repeat("ab", 32), Creator: "c", Kind: types.OFFERING_KIND_FIXED,
		TokenName: "Token", TokenSymbol: "TKN", TotalSupply: sdk.NewCoin("model-7", types.OneToken().MulRaw(1_000)),
		SaleBps: 6_000, ContributorsBps: 3_000, TreasuryBps: 1_000, Treasury: "t", Contributors: []types.Contributor{{Address: "c", Weight: 1}},
		PaymentDenom: "aimo", Price: math.NewInt(1_000), SoftCap: coin(100), MinBid: coin(10), OwnerCap: coin(1_000),
		StartTime: at, EndTime: at.Add(time.Hour), CancelDeadline: at, Tranches: []types.Tranche{{ReleaseTime: at.Add(3 * time.Hour), Bps: 10_000}},
		ExitWindow: time.Hour, VestingCliff: time.Minute, VestingDuration: time.Hour, DisclosureHash: strings.Repeat("cd", 32),
		MinRequestPrice: coin(1), MaxRequestPrice: coin(100), PriceWindow: time.Hour, IncomeProtocolBps: 500, ProceedsProtocolBps: 200,
		MainId: 1, HardCap: coin(600_000),
	}
}

// TestTermsHash pins SHA-256("imod/terms/v1" || proto bytes) and shows that every field moves it.
func TestTermsHash(t *testing.T) {
	base := terms()
	require.NoError(t, base.Validate())
	hash, err := base.Hash()
	require.NoError(t, err)
	require.Equal(t, "165411aae0ceba7a5a1285337954c1ee4ac004965cca9c3b9e112d9ec8884210", hash)
	for name, change := range map[string]func(t *types.Terms){
		"price":   func(t *types.Terms) { t.Price = t.Price.AddRaw(1) },
		"creator": func(t *types.Terms) { t.Creator = "x" },
		"window":  func(t *types.Terms) { t.ExitWindow++ },
		"tranche": func(t *types.Terms) {
			t.Tranches = []types.Tranche{{ReleaseTime: t.Tranches[0].ReleaseTime.Add(1), Bps: 10_000}}
		},
		"share":    func(t *types.Terms) { t.ProceedsProtocolBps++ },
		"manifest": func(t *types.Terms) { t.ManifestRoot = strings.Repeat("ac", 32) },
	} {
		changed := terms()
		change(&changed)
		other, err := changed.Hash()
		require.NoError(t, err)
		require.NotEqual(t, hash, other, name)
	}
}

// TestAllowLeaf: a leaf is the bytes of the rules, so that it is good for one account of one offering of one chain at one
// cap, and an inner node is no leaf.
func TestAllowLeaf(t *testing.T) {
	account := sdk.AccAddress(bytes.Repeat([]byte{7}, 20))
	allowance := types.Allowance{Cap: math.NewInt(513)}
	leaf := allowance.Leaf("imo-local-1", 258, account)
	raw := slices.Concat([]byte{0}, []byte("imo-local-1"), []byte{0, 0, 0, 0, 0, 0, 1, 2}, account, make([]byte, 30), []byte{2, 1})
	sum := sha256.Sum256(raw)
	require.Equal(t, sum[:], leaf)
	other := sha256.Sum256([]byte("other"))
	low, high := leaf, other[:]
	if bytes.Compare(low, high) > 0 {
		low, high = high, low
	}
	node := sha256.Sum256(slices.Concat([]byte{1}, low, high))
	require.Equal(t, node[:], types.AllowNode(leaf, other[:]))
	require.Equal(t, node[:], types.AllowNode(other[:], leaf))

	root := hex.EncodeToString(node[:])
	allowance.Proof = [][]byte{other[:]}
	require.NoError(t, allowance.Check(root, "imo-local-1", 258, account))
	require.ErrorIs(t, allowance.Check(root, "imo-local-2", 258, account), types.ErrNotAllowed)
	require.ErrorIs(t, allowance.Check(root, "imo-local-1", 259, account), types.ErrNotAllowed)
	require.ErrorIs(t, allowance.Check(root, "imo-local-1", 258, sdk.AccAddress(bytes.Repeat([]byte{8}, 20))), types.ErrNotAllowed)
	allowance.Cap = math.NewInt(514)
	require.ErrorIs(t, allowance.Check(root, "imo-local-1", 258, account), types.ErrNotAllowed)
}
