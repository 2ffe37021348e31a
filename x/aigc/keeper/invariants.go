package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// Invariants checks what must hold between any two messages. Tests and simulation
// call it; it walks everything.
func (k *Keeper) Invariants(ctx context.Context) error {
	gs, err := k.ExportGenesis(ctx)
	if err != nil {
		return err
	}
	return k.InvariantsOf(ctx, gs)
}

// InvariantsOf is Invariants for a state that was read already.
func (k *Keeper) InvariantsOf(ctx context.Context, gs *types.GenesisState) error {
	// owners unique, positions dense, listings by owners, ids equal to the hash of
	// their prompts: an exported state is checked like an imported one
	if err := gs.Validate(); err != nil {
		return err
	}
	if err := k.checkSeats(ctx, gs); err != nil {
		return err
	}
	if err := k.checkQueue(ctx, gs); err != nil {
		return err
	}
	return k.checkEscrow(ctx, gs)
}

// checkQueue holds if every income is in the queue exactly once.
func (k *Keeper) checkQueue(ctx context.Context, gs *types.GenesisState) error {
	for _, income := range gs.Incomes {
		queued, err := k.incomesDue.Has(ctx, due(income))
		if err != nil {
			return err
		}
		if !queued {
			return types.ErrInconsistent.Wrapf("royalty of %s in collection %d is in no queue", income.Amount, income.CollectionId)
		}
	}
	entries := 0
	if err := k.incomesDue.Walk(ctx, nil, func(dueKey) (bool, error) { entries++; return false, nil }); err != nil {
		return err
	}
	if entries != len(gs.Incomes) {
		return types.ErrInconsistent.Wrapf("%d entries in the queue for %d incomes", entries, len(gs.Incomes))
	}
	return k.checkCommitments(ctx, gs)
}

// checkCommitments holds if every commitment is in its queue exactly once.
func (k *Keeper) checkCommitments(ctx context.Context, gs *types.GenesisState) error {
	for _, g := range gs.Commitments {
		queued, err := k.commitmentsDue.Has(ctx, collections.Join3(g.Commitment.DueHeight, g.CollectionId, g.Hash))
		if err != nil {
			return err
		}
		if !queued {
			return types.ErrInconsistent.Wrapf("commitment %x in collection %d is in no queue", g.Hash, g.CollectionId)
		}
	}
	entries := 0
	err := k.commitmentsDue.Walk(ctx, nil, func(commitmentDueKey) (bool, error) { entries++; return false, nil })
	if err != nil {
		return err
	}
	if entries != len(gs.Commitments) {
		return types.ErrInconsistent.Wrapf("%d entries in the queue for %d commitments", entries, len(gs.Commitments))
	}
	return nil
}

// checkSeats compares the indexes with the tokens, in both directions.
func (k *Keeper) checkSeats(ctx context.Context, gs *types.GenesisState) error {
	var supply, minted uint64
	for _, g := range gs.Tokens {
		minted++
		if g.Ownership == nil {
			continue
		}
		supply++
		id, err := types.TokenIDFromBytes(g.Token.TokenId)
		if err != nil {
			return err
		}
		owner, err := k.account(g.Ownership.Owner)
		if err != nil {
			return err
		}
		byIndex, err := k.TokenByIndex(ctx, g.Token.CollectionId, g.Ownership.Position)
		if err != nil {
			return err
		}
		byOwner, err := k.TokenOfOwnerByIndex(ctx, g.Token.CollectionId, owner, g.Ownership.OwnerPosition)
		if err != nil {
			return err
		}
		if byIndex != id || byOwner != id {
			return types.ErrInconsistent.Wrapf("token %s is not at its positions", id)
		}
	}
	return k.checkCounts(ctx, supply, minted)
}

// checkCounts compares the sums of all indexes with the number of tokens.
func (k *Keeper) checkCounts(ctx context.Context, supply, minted uint64) error {
	var counted types.Counts
	var balances, seats, owned uint64
	err := errors.Join(
		k.counts.Walk(ctx, nil, func(_ uint64, c types.Counts) (bool, error) {
			counted.Supply += c.Supply
			counted.Minted += c.Minted
			return false, nil
		}),
		k.balances.Walk(ctx, nil, func(_ collections.Pair[sdk.AccAddress, uint64], n uint64) (bool, error) {
			balances += n
			return false, nil
		}),
		k.enumeration.Walk(ctx, nil, func(collections.Pair[uint64, uint64], []byte) (bool, error) {
			seats++
			return false, nil
		}),
		k.owned.Walk(ctx, nil, func(collections.Triple[sdk.AccAddress, uint64, uint64], []byte) (bool, error) {
			owned++
			return false, nil
		}),
	)
	if err != nil {
		return err
	}
	if counted.Supply != supply || counted.Minted != minted || balances != supply || seats != supply || owned != supply {
		return types.ErrInconsistent.Wrapf("%d tokens with owner and %d minted, but supply %d, minted %d, balances %d, seats %d, owned %d",
			supply, minted, counted.Supply, counted.Minted, balances, seats, owned)
	}
	return nil
}

// owed is what a collection's escrow account owes: mint prices of pending tokens,
// storage deposits, credits, royalty due, offers, commitments, reports.
func owed(gs *types.GenesisState, collectionID uint64) sdk.Coins {
	sum := sdk.NewCoins()
	for _, g := range gs.Tokens {
		if g.Token.CollectionId != collectionID {
			continue
		}
		if g.Token.Escrowed != nil {
			sum = sum.Add(*g.Token.Escrowed)
		}
		if g.Token.Deposit != nil {
			sum = sum.Add(g.Token.Deposit.Amount)
		}
	}
	for _, credit := range gs.Credits {
		if credit.CollectionId == collectionID {
			sum = sum.Add(credit.Amount)
		}
	}
	for _, income := range gs.Incomes {
		if income.CollectionId == collectionID {
			sum = sum.Add(income.Amount)
		}
	}
	for _, g := range gs.Offers {
		if g.CollectionId == collectionID {
			sum = sum.Add(g.Offer.Price)
		}
	}
	for _, g := range gs.Reports {
		if g.CollectionId == collectionID {
			sum = sum.Add(g.Report.Bond)
		}
	}
	for _, g := range gs.Commitments {
		if g.CollectionId == collectionID {
			sum = sum.Add(g.Commitment.Price).Add(g.Commitment.Deposit)
		}
	}
	return sum
}

// checkEscrow holds if every escrow account covers what it owes; gifts may make it more.
func (k *Keeper) checkEscrow(ctx context.Context, gs *types.GenesisState) error {
	for _, c := range gs.Collections {
		for _, coin := range owed(gs, c.Id) {
			if has := k.bank.GetBalance(ctx, types.EscrowAddress(c.Id), coin.Denom); has.IsLT(coin) {
				return types.ErrInconsistent.Wrapf("escrow of collection %d has %s and owes %s", c.Id, has, coin)
			}
		}
	}
	return nil
}
