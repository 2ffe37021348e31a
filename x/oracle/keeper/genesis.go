package keeper

import (
	"context"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// InitGenesis writes a validated genesis state. The open list, the indexes and the open figures are
// made again from the records.
func (k *Keeper) InitGenesis(ctx context.Context, g *types.GenesisState) error {
	if err := g.Validate(); err != nil {
		return err
	}
	if err := k.params.Set(ctx, g.Params); err != nil {
		return err
	}
	totals := g.Totals
	totals.OpenRequests, totals.OpenWorkUnits, totals.OpenProofs = 0, 0, uint32(len(g.Proofs))
	for _, r := range g.Requests {
		if err := k.requests.Set(ctx, r.Id, r); err != nil {
			return err
		}
		if r.Closed() {
			if err := k.closed.Set(ctx, collections.Join(r.FinalHeight, r.Id)); err != nil {
				return err
			}
			continue
		}
		if !r.Optimistic {
			totals.OpenRequests++
			totals.OpenWorkUnits += r.WorkUnits
		}
		if r.Optimistic && r.AssignHeight == 0 && r.SeedHeight == 0 {
			continue // an executor works on it, or a claim stands
		}
		if err := k.openRequest(ctx, r); err != nil {
			return err
		}
	}
	if err := k.initTrials(ctx, g); err != nil {
		return err
	}
	if err := k.initOptimistic(ctx, g); err != nil {
		return err
	}
	if err := k.totals.Set(ctx, totals); err != nil {
		return err
	}
	for _, b := range g.Bindings {
		address, err := sdk.ConsAddressFromBech32(b.Validator)
		if err != nil {
			return err
		}
		value := b.Value
		if len(value) == 0 {
			value = voidBinding
		}
		if err := k.bindings.Set(ctx, collections.Join3(uint32(b.Kind), b.Id, address), value); err != nil {
			return err
		}
	}
	if err := k.initMoney(ctx, g); err != nil {
		return err
	}
	if err := k.provisions.Set(ctx, g.Provisions); err != nil {
		return err
	}
	if err := k.initCallbacks(ctx, g); err != nil {
		return err
	}
	return k.EscrowCovers(ctx)
}

// initMoney writes the records of what is owed besides open fees, and the receipt roots.
func (k *Keeper) initMoney(ctx context.Context, g *types.GenesisState) error {
	for _, v := range g.Validators {
		address, err := sdk.ConsAddressFromBech32(v.Address)
		if err != nil {
			return err
		}
		if err := k.setValidator(ctx, attestation.Address(address), v, 0); err != nil {
			return err
		}
	}
	for _, c := range g.Credits {
		owner, err := k.account("owner", c.Owner)
		if err != nil {
			return err
		}
		if err := k.credits.Set(ctx, collections.Join(owner, c.Amount.Denom), c.Amount.Amount); err != nil {
			return err
		}
	}
	for _, h := range g.HeldIncomes {
		if err := k.heldIncomes.Set(ctx, collections.Join(h.ModelId, h.Amount.Denom), h.Amount.Amount); err != nil {
			return err
		}
	}
	for _, r := range g.ReceiptRoots {
		if err := k.receiptRoots.Set(ctx, r.Height, r); err != nil {
			return err
		}
	}
	return nil
}

// ExportGenesis reads the whole state.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	g := &types.GenesisState{}
	var err error
	if g.Params, err = k.params.Get(ctx); err != nil {
		return nil, err
	}
	if g.Totals, err = k.totals.Get(ctx); err != nil {
		return nil, err
	}
	if g.Provisions, err = k.Provisions(ctx); err != nil {
		return nil, err
	}
	if err := k.requests.Walk(ctx, nil, func(_ uint64, r types.Request) (bool, error) {
		g.Requests = append(g.Requests, r)
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.exportTrials(ctx, g); err != nil {
		return nil, err
	}
	if err := k.exportOptimistic(ctx, g); err != nil {
		return nil, err
	}
	if err := k.bindings.Walk(ctx, nil, func(key bindingKey, value []byte) (bool, error) {
		g.Bindings = append(g.Bindings, bindingRecord(collections.KeyValue[bindingKey, []byte]{Key: key, Value: value}))
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.exportMoney(ctx, g); err != nil {
		return nil, err
	}
	return g, k.exportCallbacks(ctx, g)
}

func (k *Keeper) exportMoney(ctx context.Context, g *types.GenesisState) error {
	if err := k.validators.Walk(ctx, nil, func(_ sdk.ConsAddress, v types.Validator) (bool, error) {
		g.Validators = append(g.Validators, v)
		return false, nil
	}); err != nil {
		return err
	}
	if err := k.credits.Walk(ctx, nil, func(key collections.Pair[sdk.AccAddress, string], amount math.Int) (bool, error) {
		owner, err := k.addresses.BytesToString(key.K1())
		g.Credits = append(g.Credits, types.Credit{Owner: owner, Amount: sdk.NewCoin(key.K2(), amount)})
		return false, err
	}); err != nil {
		return err
	}
	if err := k.heldIncomes.Walk(ctx, nil, func(key collections.Pair[uint64, string], amount math.Int) (bool, error) {
		g.HeldIncomes = append(g.HeldIncomes, types.HeldIncome{ModelId: key.K1(), Amount: sdk.NewCoin(key.K2(), amount)})
		return false, nil
	}); err != nil {
		return err
	}
	return k.receiptRoots.Walk(ctx, nil, func(_ int64, r types.ReceiptRoot) (bool, error) {
		g.ReceiptRoots = append(g.ReceiptRoots, r)
		return false, nil
	})
}

// bindingRecord shows a stored binding; a void one has no value.
func bindingRecord(kv collections.KeyValue[bindingKey, []byte]) types.Binding {
	b := types.Binding{Kind: types.SubjectKind(kv.Key.K1()), Id: kv.Key.K2(), Validator: kv.Key.K3().String()}
	if slot := slotOf(kv.Value); slot.State == attestation.Bound {
		b.Value = slot.Value[:]
	}
	return b
}
