package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// InitGenesis writes a validated state. Positions in the enumerations are part of
// it: a contract may rely on tokenByIndex, so an export must not reorder.
func (k *Keeper) InitGenesis(ctx context.Context, gs *types.GenesisState) error {
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.params.Set(ctx, gs.Params); err != nil {
		return err
	}
	if err := k.lastCollectionID.Set(ctx, gs.LastCollectionId); err != nil {
		return err
	}
	for _, c := range gs.Collections {
		if _, err := k.account(c.Creator); err != nil {
			return err
		}
		if err := k.collections.Set(ctx, c.Id, c); err != nil {
			return err
		}
	}
	for _, token := range gs.Tokens {
		if err := k.importToken(ctx, token); err != nil {
			return err
		}
	}
	for _, o := range gs.Operators {
		if err := k.importOperator(ctx, o); err != nil {
			return err
		}
	}
	for _, credit := range gs.Credits {
		owner, err := k.account(credit.Owner)
		if err != nil {
			return err
		}
		key := collections.Join3(owner, credit.CollectionId, credit.Amount.Denom)
		if err := k.credits.Set(ctx, key, credit.Amount.Amount); err != nil {
			return err
		}
	}
	for _, income := range gs.Incomes {
		if err := k.incomes.Set(ctx, collections.Join(income.CollectionId, income.Amount.Denom), income); err != nil {
			return err
		}
		if err := k.incomesDue.Set(ctx, due(income)); err != nil {
			return err
		}
	}
	return k.importMarket(ctx, gs)
}

func (k *Keeper) importToken(ctx context.Context, g types.GenesisToken) error {
	id, err := types.TokenIDFromBytes(g.Token.TokenId)
	if err != nil {
		return err
	}
	if _, err := k.account(g.Token.Minter); err != nil {
		return err
	}
	key := keyOf(g.Token.CollectionId, id)
	if err := k.tokens.Set(ctx, key, g.Token); err != nil {
		return err
	}
	if err := k.importSeats(ctx, g.Token.CollectionId, id, g.Ownership); err != nil {
		return err
	}
	if len(g.Content) > 0 {
		if err := k.contents.Set(ctx, key, g.Content); err != nil {
			return err
		}
	}
	if g.Flags != nil {
		if err := k.flags.Set(ctx, key, *g.Flags); err != nil {
			return err
		}
	}
	if g.Listing == nil {
		return nil
	}
	return k.listings.Set(ctx, key, *g.Listing)
}

// importSeats counts a token and, unless it was burnt, gives it its owner and seats.
func (k *Keeper) importSeats(ctx context.Context, collectionID uint64, id types.TokenID, own *types.Ownership) error {
	counts, err := k.collectionCounts(ctx, collectionID)
	if err != nil {
		return err
	}
	counts.Minted++
	if own == nil {
		return k.counts.Set(ctx, collectionID, counts)
	}
	counts.Supply++
	if err := k.counts.Set(ctx, collectionID, counts); err != nil {
		return err
	}
	owner, err := k.account(own.Owner)
	if err != nil {
		return err
	}
	balance, err := k.balance(ctx, collectionID, owner)
	if err != nil {
		return err
	}
	if err := k.setBalance(ctx, collectionID, owner, balance+1); err != nil {
		return err
	}
	if err := k.owned.Set(ctx, collections.Join3(owner, collectionID, own.OwnerPosition), id.Bytes()); err != nil {
		return err
	}
	if err := k.enumeration.Set(ctx, collections.Join(collectionID, own.Position), id.Bytes()); err != nil {
		return err
	}
	return k.ownerships.Set(ctx, keyOf(collectionID, id), *own)
}

func (k *Keeper) importOperator(ctx context.Context, o types.OperatorApproval) error {
	owner, err := k.account(o.Owner)
	if err != nil {
		return err
	}
	operator, err := k.account(o.Operator)
	if err != nil {
		return err
	}
	return k.operators.Set(ctx, collections.Join3(o.CollectionId, owner, operator))
}

// ExportGenesis reads the whole state, in the order of the store.
func (k *Keeper) ExportGenesis(ctx context.Context) (*types.GenesisState, error) {
	gs := &types.GenesisState{}
	var err error
	if gs.Params, err = k.params.Get(ctx); err != nil {
		return nil, err
	}
	if gs.LastCollectionId, err = k.lastCollectionID.Peek(ctx); err != nil {
		return nil, err
	}
	if err := k.collections.Walk(ctx, nil, func(_ uint64, c types.Collection) (bool, error) {
		gs.Collections = append(gs.Collections, c)
		return false, nil
	}); err != nil {
		return nil, err
	}
	if err := k.tokens.Walk(ctx, nil, func(key tokenKey, token types.Token) (bool, error) {
		g, err := k.exportToken(ctx, key, token)
		gs.Tokens = append(gs.Tokens, g)
		return false, err
	}); err != nil {
		return nil, err
	}
	if err := k.exportOperators(ctx, gs); err != nil {
		return nil, err
	}
	if err := k.exportCredits(ctx, gs); err != nil {
		return nil, err
	}
	if err := k.incomes.Walk(ctx, nil, func(_ collections.Pair[uint64, string], income types.Income) (bool, error) {
		gs.Incomes = append(gs.Incomes, income)
		return false, nil
	}); err != nil {
		return nil, err
	}
	return gs, k.exportMarket(ctx, gs)
}

func (k *Keeper) exportToken(ctx context.Context, key tokenKey, token types.Token) (types.GenesisToken, error) {
	g := types.GenesisToken{Token: token}
	own, err := k.ownerships.Get(ctx, key)
	switch {
	case err == nil:
		g.Ownership = &own
	case !errors.Is(err, collections.ErrNotFound):
		return g, err
	}
	if g.Content, err = k.contents.Get(ctx, key); err != nil && !errors.Is(err, collections.ErrNotFound) {
		return g, err
	}
	flags, err := k.flags.Get(ctx, key)
	switch {
	case err == nil:
		g.Flags = &flags
	case !errors.Is(err, collections.ErrNotFound):
		return g, err
	}
	listing, err := k.listings.Get(ctx, key)
	switch {
	case err == nil:
		g.Listing = &listing
	case !errors.Is(err, collections.ErrNotFound):
		return g, err
	}
	return g, nil
}

func (k *Keeper) exportOperators(ctx context.Context, gs *types.GenesisState) error {
	return k.operators.Walk(ctx, nil, func(key collections.Triple[uint64, sdk.AccAddress, sdk.AccAddress]) (bool, error) {
		owner, err := k.text(key.K2())
		if err != nil {
			return true, err
		}
		operator, err := k.text(key.K3())
		gs.Operators = append(gs.Operators, types.OperatorApproval{CollectionId: key.K1(), Owner: owner, Operator: operator})
		return false, err
	})
}

func (k *Keeper) exportCredits(ctx context.Context, gs *types.GenesisState) error {
	return k.credits.Walk(ctx, nil, func(key collections.Triple[sdk.AccAddress, uint64, string], amount math.Int) (bool, error) {
		owner, err := k.text(key.K1())
		gs.Credits = append(gs.Credits, types.Credit{
			Owner: owner, CollectionId: key.K2(), Amount: sdk.NewCoin(key.K3(), amount),
		})
		return false, err
	})
}
