package keeper_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/x/imo/types"
)

// publish submits another version of a model for a funded creator.
func (f *fixture) publish(creator sdk.AccAddress, model uint64, m *bundle.Manifest) (*types.MsgPublishVersionResponse, error) {
	f.t.Helper()
	f.fund(creator, sdk.NewInt64Coin(aimo, sampleFee+sampleDeposit))
	return f.msg.PublishVersion(f.ctx, &types.MsgPublishVersion{
		Creator: text(creator), ModelId: model, BundleUris: []string{"https://models.example/2"}, Manifest: m.Encode(),
	})
}

func (f *fixture) prove(model uint64, version uint32) {
	f.t.Helper()
	require.NoError(f.t, f.keeper.RecordProof(f.ctx, model, version, types.ProofOutcome_PROOF_OUTCOME_REPRODUCED))
}

func (f *fixture) readModel(id uint64) types.Model {
	f.t.Helper()
	m, err := f.keeper.Model(f.ctx, id)
	require.NoError(f.t, err)
	return m
}

// TestVersions: before anybody bought into a model its latest version moves with its proof.
func TestVersions(t *testing.T) {
	f := newFixture(t)
	creator := account(1)
	id := f.model(creator, "one")
	res, err := f.publish(creator, id, draft(creator, "two"))
	require.NoError(t, err)
	require.EqualValues(t, 2, res.Version)
	_, err = f.publish(creator, id, draft(creator, "three"))
	require.ErrorIs(t, err, types.ErrModelInUse, "one version is under proof at a time")
	require.EqualValues(t, 1, f.readModel(id).LatestVersion)
	f.prove(id, 2)
	require.EqualValues(t, 2, f.readModel(id).LatestVersion)

	same := draft(creator, "two")
	same.Vectors[0].Seed++
	_, err = f.publish(creator, id, same)
	require.NoError(t, err, "the model's own weights with another pipeline or vectors")
	require.NoError(t, f.keeper.RecordProof(f.ctx, id, 3, types.ProofOutcome_PROOF_OUTCOME_REJECTED))
	require.Equal(t, types.MODEL_STATUS_REPRODUCED, f.readModel(id).Status)
	f.fund(account(5), sdk.NewInt64Coin(aimo, 10_000))
	b := f.branch(t)
	_, err = b.msg.RegisterModel(b.ctx, goodModel(account(5), "two"))
	require.ErrorIs(t, err, types.ErrDuplicateWeights, "a rejected version with weights of a proved one frees nothing")

	for name, tc := range map[string]struct {
		change func(m *bundle.Manifest)
		want   error
	}{
		"fails: another licence": {func(m *bundle.Manifest) { m.Licence = "MIT" }, types.ErrInvalidLicence},
		"fails: another creator": {func(m *bundle.Manifest) { m.Creator = [20]byte(account(9)) }, types.ErrNotCreator},
	} {
		t.Run(name, func(t *testing.T) {
			m := draft(creator, "four")
			tc.change(m)
			b := f.branch(t)
			_, err := b.publish(creator, id, m)
			require.ErrorIs(t, err, tc.want)
		})
	}
	_, err = f.publish(account(9), id, draft(account(9), "four"))
	require.ErrorIs(t, err, types.ErrNotCreator)
	f.invariants()
}

// TestVersionSwap: after the sale a new version waits; it becomes the latest only if holders of more than 20 % do not
// object, each with what it held when the wait began.
func TestVersionSwap(t *testing.T) {
	base := newFixture(t)
	id, _ := base.sold() // 300 and 100 tokens bought, 400 locked for 1, 2 and 30
	model := base.offering(id).ModelId
	_, err := base.publish(account(1), model, draft(account(1), "random weights"))
	require.NoError(t, err)
	base.prove(model, 2)
	m := base.readModel(model)
	require.EqualValues(t, 1, m.LatestVersion, "every default request still goes to what was sold")
	require.EqualValues(t, 2, m.PendingVersion)
	base.invariants()
	object := func(f *fixture, holder sdk.AccAddress, version uint32) (bool, error) {
		res, err := f.msg.ObjectVersion(f.ctx, &types.MsgObjectVersion{Holder: text(holder), ModelId: model, Version: version})
		if err != nil {
			return false, err
		}
		return res.Refused, nil
	}
	delay := types.DefaultParams().VersionDelay

	t.Run("ok: nobody objects", func(t *testing.T) {
		f := base.branch(t)
		f.endBlock(saleTime + delay - time.Second)
		require.EqualValues(t, 1, f.readModel(model).LatestVersion)
		f.endBlock(saleTime + delay)
		require.EqualValues(t, 2, f.readModel(model).LatestVersion)
		require.Zero(t, f.readModel(model).PendingVersion)
		_, err := object(f, account(10), 2)
		require.ErrorIs(t, err, types.ErrVersionState)
		f.invariants()
	})
	t.Run("ok: a small holder objects once", func(t *testing.T) {
		f := base.branch(t)
		refused, err := object(f, account(11), 2)
		require.NoError(t, err)
		require.False(t, refused, "100 of 800")
		_, err = object(f, account(11), 2)
		require.ErrorIs(t, err, types.ErrObjected)
		_, err = object(f, account(50), 2)
		require.ErrorIs(t, err, types.ErrNothingToCollect, "a stranger")
		_, err = object(f, account(10), 3)
		require.ErrorIs(t, err, types.ErrVersionState)
		f.invariants()
		g, err := f.keeper.ExportGenesis(f.ctx)
		require.NoError(t, err)
		require.Len(t, g.VersionObjections, 1)
		require.NoError(t, f.keeper.InitGenesis(f.ctx, *g))
		f.endBlock(saleTime + delay)
		require.EqualValues(t, 2, f.readModel(model).LatestVersion)
	})
	t.Run("ok: enough holders refuse it", func(t *testing.T) {
		f := base.branch(t)
		refused, err := object(f, account(10), 2)
		require.NoError(t, err)
		require.True(t, refused, "300 of 800 are more than 20 %")
		f.endBlock(saleTime + 2*delay)
		require.EqualValues(t, 1, f.readModel(model).LatestVersion)
		f.invariants()
		_, err = f.publish(account(1), model, draft(account(1), "honest weights"))
		require.NoError(t, err, "another try")
	})
}

// TestLineage: a descendant pays its ancestors of all generations, and only those that allow it can be named.
func TestLineage(t *testing.T) {
	f := newFixture(t)
	register := func(creator byte, name string, change func(m *types.MsgRegisterModel)) (uint64, error) {
		f.fund(account(creator), sdk.NewInt64Coin(aimo, sampleFee+sampleDeposit))
		msg := goodModel(account(creator), name)
		change(msg)
		res, err := f.msg.RegisterModel(f.ctx, msg)
		if err != nil {
			return 0, err
		}
		f.prove(res.ModelId, 1)
		return res.ModelId, nil
	}
	base, err := register(1, "base", func(m *types.MsgRegisterModel) { m.Derivatives, m.DerivativeBps = true, 1_000 })
	require.NoError(t, err)
	closed, err := register(2, "closed", func(*types.MsgRegisterModel) {})
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		change func(m *types.MsgRegisterModel)
		want   error
	}{
		"fails: a parent that allows none": {func(m *types.MsgRegisterModel) { m.ParentModelId = closed }, types.ErrLineage},
		"fails: less than it asks for":     {func(m *types.MsgRegisterModel) { m.Parents = []types.LineageShare{{ModelId: base, Bps: 999}} }, types.ErrLineage},
		"fails: no such model":             {func(m *types.MsgRegisterModel) { m.ParentModelId = 99 }, types.ErrModelNotFound},
		"fails: twice": {func(m *types.MsgRegisterModel) {
			m.Parents = []types.LineageShare{{ModelId: base, Bps: 1_000}, {ModelId: base, Bps: 1_000}}
		}, types.ErrLineage},
		"fails: more than half": {func(m *types.MsgRegisterModel) { m.Parents = []types.LineageShare{{ModelId: base, Bps: 5_001}} }, types.ErrLineage},
		"fails: five":           {func(m *types.MsgRegisterModel) { m.Parents = make([]types.LineageShare, 5) }, types.ErrLineage},
		"fails: both ways": {func(m *types.MsgRegisterModel) {
			m.ParentModelId, m.Parents = base, []types.LineageShare{{ModelId: base, Bps: 1_000}}
		}, types.ErrLineage},
		"fails: a demand without permission":  {func(m *types.MsgRegisterModel) { m.DerivativeBps = 1 }, types.ErrLineage},
		"fails: the parent's weights unnamed": {func(m *types.MsgRegisterModel) { m.Manifest = draft(account(3), "base").Encode() }, types.ErrDuplicateWeights},
	} {
		t.Run(name, func(t *testing.T) {
			before := f.export()
			f.fund(account(3), sdk.NewInt64Coin(aimo, sampleFee+sampleDeposit))
			msg := goodModel(account(3), "child")
			tc.change(msg)
			_, err := f.msg.RegisterModel(f.ctx, msg)
			require.ErrorIs(t, err, tc.want)
			require.Equal(t, before, f.export())
		})
	}
	child, err := register(3, "base", func(m *types.MsgRegisterModel) { // the parent's own weights
		m.ParentModelId, m.Derivatives, m.DerivativeBps = base, true, 2_000
	})
	require.NoError(t, err)
	grandchild, err := register(4, "grandchild", func(m *types.MsgRegisterModel) {
		m.Parents = []types.LineageShare{{ModelId: child, Bps: 3_000}}
	})
	require.NoError(t, err)
	require.Equal(t, []types.LineageShare{{ModelId: base, Bps: 300}, {ModelId: child, Bps: 2_700}}, f.readModel(grandchild).Lineage)

	f.endBlock(time.Second) // deposits back
	start := map[byte]int64{}
	for _, who := range []byte{1, 3, 4} {
		start[who] = f.balance(account(who), aimo)
	}
	f.fund(account(9), sdk.NewInt64Coin(aimo, 100_000))
	require.NoError(t, f.keeper.PayModelIncome(f.ctx, account(9), grandchild, sdk.NewInt64Coin(aimo, 100_000), 1))
	f.endBlock(2 * time.Second)
	for who, want := range map[byte]int64{1: 2_850, 3: 25_650, 4: 66_500} { // of 95,000 after the community pool's 5 %
		require.Equal(t, want, f.balance(account(who), aimo)-start[who], "account %d", who)
	}
	f.invariants()
	again := newFixtureWith(t, func() types.GenesisState {
		g, err := f.keeper.ExportGenesis(f.ctx)
		require.NoError(t, err)
		return *g
	}())
	require.Equal(t, f.export(), again.export())
}

// TestFlatten: shares of all generations sum to those of the parents.
func TestFlatten(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		shares := func(label string, ids []uint64, sum uint32) (out []types.LineageShare) {
			for _, id := range ids {
				bps := rapid.Uint32Range(0, sum).Draw(r, label)
				sum -= bps
				out = append(out, types.LineageShare{ModelId: id, Bps: bps})
			}
			return out
		}
		ancestors := map[uint64][]types.LineageShare{
			11: shares("11", []uint64{1, 2, 3}, 5_000), 12: shares("12", []uint64{3, 4}, 5_000), 13: shares("13", []uint64{1, 11}, 5_000),
		}
		parents := shares("parents", []uint64{11, 12, 13}, 5_000)
		out, err := types.Flatten(parents, func(id uint64) []types.LineageShare { return ancestors[id] })
		require.NoError(r, err)
		want, got := uint32(0), uint32(0)
		for _, p := range parents {
			want += p.Bps
		}
		for i, s := range out {
			got += s.Bps
			require.Positive(r, s.Bps)
			require.True(r, i == 0 || out[i-1].ModelId < s.ModelId)
		}
		require.Equal(r, want, got)
	})
}
