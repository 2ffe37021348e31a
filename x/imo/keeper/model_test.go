package keeper_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/imo/types"
)

func TestRegisterModel(t *testing.T) {
	f := newFixture(t)
	creator := account(1)
	f.fund(creator, sdk.NewInt64Coin(aimo, 10_000))
	msg := goodModel(creator, "a")
	res, err := f.msg.RegisterModel(f.ctx, msg)
	require.NoError(t, err)
	require.EqualValues(t, 1, res.ModelId)
	require.EqualValues(t, 1, res.Version)
	require.Equal(t, "5000aimo", res.VerificationFee.String(), "4,000 bytes x 1 + 100 units x (1 vector + 4 challenges) x 2")
	require.Equal(t, "1000aimo", res.Deposit.String())
	require.EqualValues(t, 4_000, f.balance(creator, aimo))
	require.EqualValues(t, 5_000, f.balance(feeAccount, aimo))
	require.EqualValues(t, 1_000, f.balance(authtypes.NewModuleAddress(types.ModuleName), aimo))
	require.Equal(t, []uint64{1}, f.proofs.opened)

	m, err := f.keeper.Model(f.ctx, 1)
	require.NoError(t, err)
	require.Equal(t, types.MODEL_STATUS_PENDING, m.Status)
	require.Equal(t, "Apache-2.0", m.Licence, "from the manifest")
	require.Equal(t, []types.Contributor{{Address: text(creator), Weight: 1}}, m.Contributors)
	require.EqualValues(t, 500, m.IncomeProtocolBps)

	under, ok, err := f.keeper.VersionForProof(f.ctx, 1)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, msg.Manifest, under.Manifest)
	root := bundle.RootOf(msg.Manifest)
	require.Equal(t, root[:], under.ManifestRoot)
	_, err = f.keeper.ServableVersion(f.ctx, 1, 0)
	require.ErrorIs(t, err, types.ErrNotReproduced)
	_, ok, err = f.keeper.TokenDenom(f.ctx, 1)
	require.NoError(t, err)
	require.False(t, ok)
	f.invariants()
}

// TestRegisterModelBadInput: each error names the thing, the limit and the value; no coin moves, nothing is stored.
func TestRegisterModelBadInput(t *testing.T) {
	creator := account(1)
	manifest := func(change func(m *bundle.Manifest)) []byte {
		m := draft(creator, "bad")
		change(m)
		return m.Encode()
	}
	for name, tc := range map[string]struct {
		change func(msg *types.MsgRegisterModel)
		before func(f *fixture)
		want   error
		says   string
	}{
		"not an address":          {change: func(m *types.MsgRegisterModel) { m.Creator = "imo1nonsense" }, want: types.ErrInvalidAddress, says: "creator"},
		"address of 32 bytes":     {change: func(m *types.MsgRegisterModel) { m.Creator = text(address.Module("x", []byte("y"))) }, want: types.ErrInvalidAddress, says: "32 bytes, must have 20"},
		"address without end":     {change: func(m *types.MsgRegisterModel) { m.Creator = strings.Repeat("a", 5_000) }, want: types.ErrInvalidAddress, says: "5000 characters, allowed are 90"},
		"another creator":         {change: func(m *types.MsgRegisterModel) { m.Creator = text(account(2)) }, want: types.ErrNotCreator, says: text(creator)},
		"name too long":           {change: func(m *types.MsgRegisterModel) { m.Name = strings.Repeat("n", 65) }, want: types.ErrInvalidText, says: "name has 65 characters, allowed are 1 to 64"},
		"name in another script":  {change: func(m *types.MsgRegisterModel) { m.Name = "Моdel" }, want: types.ErrInvalidText, says: "printable ASCII"},
		"name reserved":           {change: func(m *types.MsgRegisterModel) { m.Name = "IMOD" }, want: types.ErrInvalidText, says: "reserved"},
		"name like a denom":       {change: func(m *types.MsgRegisterModel) { m.Name = "Model-7" }, want: types.ErrInvalidText, says: "denom of a token"},
		"summary too long":        {change: func(m *types.MsgRegisterModel) { m.Summary = strings.Repeat("s", 513) }, want: types.ErrInvalidText, says: "513"},
		"licence not in manifest": {change: func(m *types.MsgRegisterModel) { m.Licence = "MIT" }, want: types.ErrInvalidLicence, says: `"Apache-2.0"`},
		"licence with blanks":     {change: func(m *types.MsgRegisterModel) { m.Licence = "MIT OR X" }, want: types.ErrInvalidLicence, says: "SPDX"},
		"hash for SPDX licence":   {change: func(m *types.MsgRegisterModel) { m.LicenceHash = hash("x") }, want: types.ErrInvalidLicence, says: "LicenseRef-"},
		"LicenseRef without hash": {change: func(m *types.MsgRegisterModel) {
			m.Manifest = manifest(func(m *bundle.Manifest) { m.Licence = "LicenseRef-own" })
		}, want: types.ErrInvalidLicence, says: "needs the hash"},
		"non-commercial with price": {change: func(m *types.MsgRegisterModel) {
			m.Manifest = manifest(func(m *bundle.Manifest) { m.Licence = "CC-BY-NC-4.0" })
		}, want: types.ErrNonCommercial, says: "100aimo"},
		"no bundle uri":            {change: func(m *types.MsgRegisterModel) { m.BundleUris = nil }, want: types.ErrInvalidURI, says: "0 bundle_uris, allowed are 1 to 8"},
		"nine bundle uris":         {change: func(m *types.MsgRegisterModel) { m.BundleUris = make([]string, 9) }, want: types.ErrInvalidURI, says: "9 bundle_uris"},
		"bundle uri of a file":     {change: func(m *types.MsgRegisterModel) { m.BundleUris = []string{"file:///etc/passwd"} }, want: types.ErrInvalidURI, says: "file:///etc/passwd"},
		"bundle uri with password": {change: func(m *types.MsgRegisterModel) { m.BundleUris = []string{"https://me:secret@h/x"} }, want: types.ErrInvalidURI, says: "credentials"},
		"bundle uri twice":         {change: func(m *types.MsgRegisterModel) { m.BundleUris = []string{"http://h/x", "http://h/x"} }, want: types.ErrInvalidURI, says: "twice"},
		"metadata uri":             {change: func(m *types.MsgRegisterModel) { m.MetadataUri = "javascript:alert(1)" }, want: types.ErrInvalidURI, says: "metadata_uri"},
		"manifest too long":        {change: func(m *types.MsgRegisterModel) { m.Manifest = make([]byte, 16<<10+1) }, want: types.ErrInvalidManifest, says: "16385 bytes, allowed are 16384"},
		"manifest empty":           {change: func(m *types.MsgRegisterModel) { m.Manifest = nil }, want: types.ErrInvalidManifest},
		"manifest with more bytes": {change: func(m *types.MsgRegisterModel) { m.Manifest = append(m.Manifest, 0) }, want: types.ErrInvalidManifest},
		"bundle too big": {change: func(m *types.MsgRegisterModel) {
			m.Manifest = manifest(func(m *bundle.Manifest) { m.WeightBytes, m.TotalBytes = 8_001, 10_001 })
		}, want: types.ErrLimit, says: "10001 bundle bytes, allowed are 10000"},
		"too much work": {change: func(m *types.MsgRegisterModel) {
			m.Manifest = manifest(func(m *bundle.Manifest) { m.WorkUnits = 1_001 })
		}, want: types.ErrLimit, says: "1001 work units, allowed are 1000"},
		"too much memory": {change: func(m *types.MsgRegisterModel) {
			m.Manifest = manifest(func(m *bundle.Manifest) { m.PeakMemory = 5_001 })
		}, want: types.ErrLimit, says: "5001 bytes of peak memory, allowed are 5000"},
		"price in another denom": {change: func(m *types.MsgRegisterModel) { m.Price = sdk.NewInt64Coin("uatom", 1) }, want: types.ErrPaymentDenom, says: "uatom"},
		"price in a model token": {change: func(m *types.MsgRegisterModel) { m.Price = sdk.NewInt64Coin("model-1", 1) }, want: types.ErrPaymentDenom, says: "model-1"},
		"price negative":         {change: func(m *types.MsgRegisterModel) { m.Price = sdk.Coin{Denom: aimo, Amount: math.NewInt(-1)} }, want: types.ErrInvalidCoin, says: "-1"},
		"price over the bound":   {change: func(m *types.MsgRegisterModel) { m.Price = sdk.NewCoin(aimo, types.MaxAmount().AddRaw(1)) }, want: types.ErrInvalidCoin, says: "2^120"},
		"price without amount":   {change: func(m *types.MsgRegisterModel) { m.Price = sdk.Coin{Denom: aimo} }, want: types.ErrInvalidCoin, says: "missing"},
		"contributor twice":      {change: contributors(account(2), account(2)), want: types.ErrInvalidContributors, says: "twice"},
		"seventeen contributors": {change: func(m *types.MsgRegisterModel) { m.Contributors = make([]types.Contributor, 17) }, want: types.ErrInvalidContributors, says: "17 contributors, allowed are 1 to 16"},
		"contributor without weight": {change: func(m *types.MsgRegisterModel) {
			m.Contributors = []types.Contributor{{Address: text(account(2))}}
		}, want: types.ErrInvalidContributors, says: "is 0, allowed are 1 to 10000"},
		"contributor is a module": {change: contributors(authtypes.NewModuleAddress(types.ModuleName)), want: types.ErrRecipient, says: "blocked"},
		"contributor is a token":  {change: contributors(types.TokenAddress(1)), want: types.ErrRecipient, says: "reserved"},
		"parent":                  {change: func(m *types.MsgRegisterModel) { m.ParentModelId = 1 }, want: types.ErrModelNotFound, says: "model 1"},
		"class":                   {change: func(m *types.MsgRegisterModel) { m.VerificationClass = types.VERIFICATION_CLASS_PROVED }, want: types.ErrUnsupported, says: "VERIFICATION_CLASS_PROVED"},
		"weights registered": {before: func(f *fixture) { f.register(creator, goodModel(creator, "bad")) },
			want: types.ErrDuplicateWeights, says: "belongs to model 1"},
		"paused": {before: func(f *fixture) { f.pause() }, want: types.ErrPaused},
		"fee not affordable": {before: func(f *fixture) {
			require.NoError(f.t, f.bank.SendCoins(f.ctx, creator, account(50), sdk.NewCoins(sdk.NewInt64Coin(aimo, 4_001))))
		}, says: "insufficient funds"},
		"the oracle refuses": {before: func(f *fixture) { f.proofs.broken = errors.New("queue is full") }, says: "queue is full"},
	} {
		t.Run("fails: "+name, func(t *testing.T) {
			f := newFixture(t)
			f.fund(creator, sdk.NewInt64Coin(aimo, 10_000))
			if tc.before != nil {
				tc.before(f)
			}
			before := f.export()
			held, fees := f.balance(creator, aimo), f.balance(feeAccount, aimo)
			msg := goodModel(creator, "bad")
			if tc.change != nil {
				tc.change(msg)
			}
			b := f.branch(t) // a message that fails is undone by the transaction
			_, err := b.msg.RegisterModel(b.ctx, msg)
			require.Error(t, err)
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
				// What the module refuses itself, it refuses before any write.
				require.Equal(t, before, b.export())
				require.Equal(t, held, b.balance(creator, aimo))
				require.Equal(t, fees, b.balance(feeAccount, aimo))
			}
			require.ErrorContains(t, err, tc.says)
			require.Equal(t, before, f.export())
		})
	}
}

func contributors(addrs ...sdk.AccAddress) func(m *types.MsgRegisterModel) {
	return func(m *types.MsgRegisterModel) {
		for _, a := range addrs {
			m.Contributors = append(m.Contributors, types.Contributor{Address: text(a), Weight: 1})
		}
	}
}

func (f *fixture) pause() {
	f.t.Helper()
	p := testParams()
	p.Paused = true
	_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: p})
	require.NoError(f.t, err)
}

func (f *fixture) export() string {
	f.t.Helper()
	return string(f.module.ExportGenesis(f.ctx, f.enc.Codec))
}

func TestRecordProof(t *testing.T) {
	module := authtypes.NewModuleAddress(types.ModuleName)
	for name, tc := range map[string]struct {
		outcome types.ProofOutcome
		status  types.ModelStatus
		back    int64
		again   bool
	}{
		"ok: reproduced returns the deposit":                   {types.ProofOutcome_PROOF_OUTCOME_REPRODUCED, types.MODEL_STATUS_REPRODUCED, sampleDeposit, false},
		"ok: rejected burns the deposit and frees the weights": {types.ProofOutcome_PROOF_OUTCOME_REJECTED, types.MODEL_STATUS_REJECTED, 0, true},
		"ok: expired returns the deposit, frees the weights":   {types.ProofOutcome_PROOF_OUTCOME_EXPIRED, types.MODEL_STATUS_EXPIRED, sampleDeposit, true},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			id := f.register(account(1), goodModel(account(1), "a"))
			supply := f.bank.GetSupply(f.ctx, aimo).Amount
			require.NoError(t, f.keeper.RecordProof(f.ctx, id, 1, tc.outcome))
			require.EqualValues(t, 0, f.balance(account(1), aimo), "nothing is pushed inside the proof")
			f.invariants()
			f.endBlock(time.Second)
			require.EqualValues(t, tc.back, f.balance(account(1), aimo))
			require.EqualValues(t, 0, f.balance(module, aimo))
			require.Equal(t, supply.SubRaw(sampleDeposit-tc.back), f.bank.GetSupply(f.ctx, aimo).Amount)
			m, err := f.keeper.Model(f.ctx, id)
			require.NoError(t, err)
			require.Equal(t, tc.status, m.Status)
			_, ok, err := f.keeper.VersionForProof(f.ctx, id)
			require.NoError(t, err)
			require.False(t, ok)
			v, err := f.keeper.ServableVersion(f.ctx, id, 0)
			if tc.status == types.MODEL_STATUS_REPRODUCED {
				require.NoError(t, err)
				require.EqualValues(t, 1, v.Version)
				require.Equal(t, "100aimo", v.Price.String())
				require.Equal(t, account(1), v.Creator)
			} else {
				require.ErrorIs(t, err, types.ErrNotReproduced)
			}
			f.fund(account(2), sdk.NewInt64Coin(aimo, 10_000))
			copied := goodModel(account(2), "a")
			_, err = f.msg.RegisterModel(f.ctx, copied)
			if tc.again {
				require.NoError(t, err)
			} else {
				require.ErrorIs(t, err, types.ErrDuplicateWeights)
			}
			f.invariants()
			require.ErrorIs(t, f.keeper.RecordProof(f.ctx, id, 1, tc.outcome), types.ErrNoProofOpen)
		})
	}
	t.Run("fails: unknown model, version, outcome", func(t *testing.T) {
		f := newFixture(t)
		id := f.register(account(1), goodModel(account(1), "a"))
		require.ErrorIs(t, f.keeper.RecordProof(f.ctx, 9, 1, types.ProofOutcome_PROOF_OUTCOME_REPRODUCED), types.ErrModelNotFound)
		require.ErrorIs(t, f.keeper.RecordProof(f.ctx, id, 0, types.ProofOutcome_PROOF_OUTCOME_REPRODUCED), types.ErrNoProofOpen)
		require.ErrorIs(t, f.keeper.RecordProof(f.ctx, id, 2, types.ProofOutcome_PROOF_OUTCOME_REPRODUCED), types.ErrNoProofOpen)
		require.ErrorIs(t, f.keeper.RecordProof(f.ctx, id, 1, types.ProofOutcome_PROOF_OUTCOME_UNSPECIFIED), types.ErrUnsupported)
	})
}

func TestSetPrice(t *testing.T) {
	set := func(f *fixture, id uint64, amount int64) error {
		_, err := f.msg.SetPrice(f.ctx, &types.MsgSetPrice{Creator: text(account(1)), ModelId: id, Price: sdk.NewInt64Coin(aimo, amount)})
		return err
	}
	t.Run("ok: free before an offering", func(t *testing.T) {
		f := newFixture(t)
		id := f.model(account(1), "a")
		require.NoError(t, set(f, id, 1_000_000))
		_, err := f.msg.SetPrice(f.ctx, &types.MsgSetPrice{Creator: text(account(1)), ModelId: id, Price: sdk.NewInt64Coin(usdc, 7)})
		require.NoError(t, err)
		v, err := f.keeper.ServableVersion(f.ctx, id, 1)
		require.NoError(t, err)
		require.Equal(t, "7uusdc", v.Price.String())
	})
	t.Run("ok: bounded by terms and by a sliding window once an offering runs", func(t *testing.T) {
		f := newFixture(t)
		id, _ := f.openSale()
		model := f.offering(id).ModelId
		require.ErrorIs(t, set(f, model, 201), types.ErrPriceMove)
		require.ErrorIs(t, set(f, model, 49), types.ErrPriceMove)
		require.NoError(t, set(f, model, 200))
		require.ErrorIs(t, set(f, model, 201), types.ErrPriceMove, "twice the 100 that held a moment ago")
		f.at(30*24*time.Hour - time.Second)
		require.ErrorIs(t, set(f, model, 201), types.ErrPriceMove)
		f.at(30 * 24 * time.Hour)
		require.NoError(t, set(f, model, 400))
		f.at(31 * 24 * time.Hour)
		require.ErrorIs(t, set(f, model, 800), types.ErrPriceMove, "200 held a day ago")
		require.ErrorIs(t, set(f, model, 199), types.ErrPriceMove)
	})
	t.Run("fails: outside the terms, another denom, too often", func(t *testing.T) {
		f := newFixture(t)
		id, _ := f.openSale()
		model := f.offering(id).ModelId
		require.ErrorContains(t, set(f, model, 9), "the terms allow 10aimo to 10000aimo")
		_, err := f.msg.SetPrice(f.ctx, &types.MsgSetPrice{Creator: text(account(1)), ModelId: model, Price: sdk.NewInt64Coin(usdc, 100)})
		require.ErrorIs(t, err, types.ErrPriceMove)
		for i := range int64(types.MaxPriceChanges) {
			require.NoError(t, set(f, model, 101+i))
		}
		require.ErrorContains(t, set(f, model, 100), "8 changes within")
	})
	t.Run("ok: free again when the offering failed", func(t *testing.T) {
		f := newFixture(t)
		id, _ := f.openSale()
		f.endBlock(saleTime)
		require.NoError(t, set(f, f.offering(id).ModelId, 1_000_000))
	})
	t.Run("fails: another signer, unknown model, non-commercial", func(t *testing.T) {
		f := newFixture(t)
		id := f.model(account(1), "a")
		_, err := f.msg.SetPrice(f.ctx, &types.MsgSetPrice{Creator: text(account(2)), ModelId: id, Price: sdk.NewInt64Coin(aimo, 1)})
		require.ErrorIs(t, err, types.ErrNotCreator)
		require.ErrorIs(t, set(f, 9, 1), types.ErrModelNotFound)
		msg := goodModel(account(1), "nc")
		m := draft(account(1), "nc")
		m.Licence = "CC-BY-NC-SA-4.0"
		msg.Manifest, msg.Price = m.Encode(), sdk.Coin{}
		nc := f.register(account(1), msg)
		require.ErrorIs(t, set(f, nc, 1), types.ErrNonCommercial)
		require.NoError(t, set(f, nc, 0))
	})
}

func TestRetireModel(t *testing.T) {
	retire := func(f *fixture, by sdk.AccAddress, id uint64) error {
		_, err := f.msg.RetireModel(f.ctx, &types.MsgRetireModel{Creator: text(by), ModelId: id})
		return err
	}
	f := newFixture(t)
	pending := f.register(account(1), goodModel(account(1), "pending"))
	require.ErrorIs(t, retire(f, account(1), pending), types.ErrModelInUse)
	id := f.model(account(1), "a")
	require.ErrorIs(t, retire(f, account(2), id), types.ErrNotCreator)
	require.NoError(t, retire(f, account(1), id))
	require.ErrorIs(t, retire(f, account(1), id), types.ErrModelRetired)
	_, err := f.keeper.ServableVersion(f.ctx, id, 0)
	require.ErrorIs(t, err, types.ErrModelRetired)
	_, err = f.msg.CreateOffering(f.ctx, f.goodOffering(account(1), id))
	require.ErrorIs(t, err, types.ErrModelRetired)

	offering, _ := f.openSale()
	require.ErrorIs(t, retire(f, account(1), f.offering(offering).ModelId), types.ErrModelInUse)
	f.endBlock(saleTime)
	require.NoError(t, retire(f, account(1), f.offering(offering).ModelId), "the offering failed")
	f.invariants()
}

func TestUpdateParams(t *testing.T) {
	f := newFixture(t)
	p := testParams()
	p.IncomeProtocolBps = 600
	_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: text(account(1)), Params: p})
	require.ErrorContains(t, err, "invalid authority")
	bad := p
	bad.PaymentDenoms = nil
	_, err = f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: bad})
	require.ErrorIs(t, err, types.ErrInvalidParams)
	_, err = f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: p})
	require.NoError(t, err)
	res, err := f.query.Params(f.ctx, &types.QueryParamsRequest{})
	require.NoError(t, err)
	require.Equal(t, p, res.Params)
}

// TestPayModelIncome: contributors before the token has supply, holders afterwards; the community pool gets its share
// of both.
func TestPayModelIncome(t *testing.T) {
	payer := account(9)
	pay := func(f *fixture, id uint64, coin sdk.Coin) error {
		if coin.IsPositive() {
			f.fund(payer, coin)
		}
		return f.keeper.PayModelIncome(f.ctx, payer, id, coin, 1)
	}
	t.Run("ok: to contributors by weight, then to the pool", func(t *testing.T) {
		f := newFixture(t)
		id, hash := f.openSale()
		model := f.offering(id).ModelId
		f.endBlock(time.Second) // deposits
		a, b := f.balance(account(1), aimo), f.balance(account(2), aimo)
		require.NoError(t, pay(f, model, sdk.NewInt64Coin(aimo, 1_001)))
		require.EqualValues(t, 50, f.balance(communityAccount, aimo), "5 % rounded down")
		f.invariants()
		f.endBlock(2 * time.Second)
		require.EqualValues(t, a+713, f.balance(account(1), aimo), "3/4 of 951 rounded down")
		require.EqualValues(t, b+237, f.balance(account(2), aimo))
		require.NoError(t, pay(f, model, sdk.NewInt64Coin(aimo, 1)))
		f.endBlock(3 * time.Second)
		require.EqualValues(t, a+714, f.balance(account(1), aimo), "the remainder was kept")
		require.EqualValues(t, b+238, f.balance(account(2), aimo))

		f.bid(id, hash, account(10), 100_000)
		f.endBlock(saleTime)
		require.NoError(t, pay(f, model, sdk.NewInt64Coin(aimo, 1_000)))
		require.EqualValues(t, 950, f.balance(poolAccount, aimo))
		f.invariants()
	})
	t.Run("ok: nothing for nothing", func(t *testing.T) {
		f := newFixture(t)
		require.NoError(t, pay(f, f.model(account(1), "a"), sdk.NewInt64Coin(aimo, 0)))
	})
	t.Run("fails: unknown model, model token, over the bound, payer without money", func(t *testing.T) {
		f := newFixture(t)
		id := f.model(account(1), "a")
		require.ErrorIs(t, pay(f, 9, sdk.NewInt64Coin(aimo, 1)), types.ErrModelNotFound)
		require.ErrorIs(t, pay(f, id, sdk.NewInt64Coin("model-1", 1)), types.ErrPaymentDenom)
		require.ErrorIs(t, f.keeper.PayModelIncome(f.ctx, payer, id, sdk.NewCoin(aimo, types.MaxAmount().AddRaw(1)), 1), types.ErrInvalidCoin)
		require.ErrorContains(t, f.keeper.PayModelIncome(f.ctx, account(50), id, sdk.NewInt64Coin(aimo, 100), 1), "insufficient funds")
	})
	t.Run("fails: a seventeenth denom", func(t *testing.T) {
		f := newFixture(t)
		id := f.model(account(1), "a")
		for i := range 16 {
			require.NoError(t, pay(f, id, sdk.NewInt64Coin("denom"+string(rune('a'+i)), 100)))
		}
		require.ErrorIs(t, pay(f, id, sdk.NewInt64Coin("denomz", 100)), types.ErrLimit)
		require.NoError(t, pay(f, id, sdk.NewInt64Coin("denoma", 100)))
		f.endBlock(time.Second)
		require.EqualValues(t, 190, f.balance(account(1), "denoma"))
		f.invariants()
	})
}
