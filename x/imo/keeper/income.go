package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/book"
	"github.com/imochain/imod/x/imo/types"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// maxIncomeDenoms bounds the denoms in which a model earns for its contributors.
const maxIncomeDenoms = 16

// PayModelIncome splits what a model earned; nothing else does. The community pool gets the share that the model was
// registered with, the model's ancestors theirs. The rest goes to the token's revenue pool once the token has supply, to the contributors before:
// booked here and paid at the end of the block, so that no contributor can make a payment fail. payers say whose money it is, where
// it is not the payer's own; revshare's list of the largest payers is made of them.
func (k *Keeper) PayModelIncome(
	ctx context.Context, payer sdk.AccAddress, modelID uint64, amount sdk.Coin, kind uint32, payers ...revsharetypes.PaidBy,
) error {
	if err := types.CheckCoin("income", amount); err != nil {
		return err
	}
	if types.IsTokenDenom(amount.Denom) {
		return types.ErrPaymentDenom.Wrapf("income in the model token %q", amount.Denom)
	}
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return err
	}
	if amount.IsZero() {
		return nil
	}
	protocol := sdk.NewCoin(amount.Denom, amount.Amount.MulRaw(int64(m.IncomeProtocolBps)).QuoRaw(types.BasisPoints))
	rest := amount.Sub(protocol)
	if protocol.IsPositive() {
		if err := k.community.FundCommunityPool(ctx, sdk.NewCoins(protocol), payer); err != nil {
			return err
		}
	}
	if rest, err = k.payLineage(ctx, payer, m, rest, kind, payers); err != nil {
		return err
	}
	if err := k.creditIncome(ctx, payer, m, rest, kind, payers); err != nil {
		return err
	}
	return emit(ctx, &types.EventModelIncome{
		ModelId: modelID, Kind: kind, Amount: amount, Protocol: protocol, ToHolders: m.SoldOfferingId != 0,
	})
}

// bookIncome takes income for the contributors into the module account.
func (k *Keeper) bookIncome(ctx context.Context, payer sdk.AccAddress, modelID uint64, amount sdk.Coin) error {
	key := collections.Join(modelID, amount.Denom)
	income, err := k.incomes.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		denoms, err := k.incomeDenoms(ctx, modelID)
		if err != nil {
			return err
		}
		if len(denoms) >= maxIncomeDenoms {
			return types.ErrLimit.Wrapf("model %d earns in %d denoms, allowed are %d", modelID, len(denoms), maxIncomeDenoms)
		}
		income = types.Income{ModelId: modelID, Total: sdk.NewInt64Coin(amount.Denom, 0), Paid: math.ZeroInt()}
	} else if err != nil {
		return err
	}
	income.Total = income.Total.Add(amount)
	if err := types.CheckCoin("total income", income.Total); err != nil {
		return err
	}
	if err := k.incomes.Set(ctx, key, income); err != nil {
		return err
	}
	if err := k.payoutsDue.Set(ctx, modelID); err != nil {
		return err
	}
	return k.bank.SendCoinsFromAccountToModule(ctx, payer, types.ModuleName, sdk.NewCoins(amount))
}

// incomeDenoms lists the denoms in which a model earned for its contributors, in order.
func (k *Keeper) incomeDenoms(ctx context.Context, modelID uint64) ([]string, error) {
	var denoms []string
	err := k.incomes.Walk(ctx, collections.NewPrefixedPairRange[uint64, string](modelID),
		func(key collections.Pair[uint64, string], _ types.Income) (bool, error) {
			denoms = append(denoms, key.K2())
			return len(denoms) >= maxIncomeDenoms, nil
		})
	return denoms, err
}

// payIncome pays a contributor what is due of a model's income in one denom, possibly nothing.
func (k *Keeper) payIncome(ctx context.Context, m types.Model, denom string, contributor sdk.AccAddress) (sdk.Coin, error) {
	none := sdk.NewInt64Coin(denom, 0)
	text, err := k.text(contributor)
	if err != nil {
		return none, err
	}
	index := types.ContributorIndex(m.Contributors, text)
	if index < 0 {
		return none, types.ErrNothingToCollect.Wrapf("%s is no contributor of model %d", text, m.Id)
	}
	income, err := k.incomes.Get(ctx, collections.Join(m.Id, denom))
	if err != nil {
		return none, err
	}
	key := collections.Join3(m.Id, denom, contributor)
	paid, err := k.incomePayments.Get(ctx, key)
	if errors.Is(err, collections.ErrNotFound) {
		paid = math.ZeroInt()
	} else if err != nil {
		return none, err
	}
	due := book.Due(income.Total.Amount, types.Weights(m.Contributors), index, paid)
	if !due.IsPositive() {
		return none, nil
	}
	if err := k.checkRecipient("contributor", contributor); err != nil {
		return none, err
	}
	income.Paid = income.Paid.Add(due)
	if err := k.incomes.Set(ctx, collections.Join(m.Id, denom), income); err != nil {
		return none, err
	}
	if err := k.incomePayments.Set(ctx, key, paid.Add(due)); err != nil {
		return none, err
	}
	coin := sdk.NewCoin(denom, due)
	if err := k.bank.SendCoins(ctx, k.moduleAddress(), contributor, sdk.NewCoins(coin)); err != nil {
		return none, err
	}
	return coin, emit(ctx, &types.EventIncomePaid{ModelId: m.Id, Address: text, Amount: coin})
}

// CollectIncome pays a contributor everything due of a model's income. Anyone may call it for anyone.
func (k *Keeper) CollectIncome(ctx context.Context, modelID uint64, contributor sdk.AccAddress) (sdk.Coins, error) {
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return nil, err
	}
	denoms, err := k.incomeDenoms(ctx, modelID)
	if err != nil {
		return nil, err
	}
	total := sdk.NewCoins()
	for _, denom := range denoms {
		coin, err := k.payIncome(ctx, m, denom, contributor)
		if err != nil {
			return nil, err
		}
		total = total.Add(coin)
	}
	if total.IsZero() {
		return nil, types.ErrNothingToCollect.Wrapf("income of model %d", modelID)
	}
	return total, nil
}

// ReturnDeposit pays a refundable registration deposit back to the creator. Anyone may call it.
func (k *Keeper) ReturnDeposit(ctx context.Context, modelID uint64) (sdk.Coin, error) {
	m, err := k.Model(ctx, modelID)
	if err != nil {
		return sdk.Coin{}, err
	}
	if !m.DepositRefundable {
		return sdk.Coin{}, types.ErrNothingToCollect.Wrapf("deposit of model %d", modelID)
	}
	creator, err := k.accountOf("creator", m.Creator)
	if err != nil {
		return sdk.Coin{}, err
	}
	if err := k.checkRecipient("creator", creator); err != nil {
		return sdk.Coin{}, err
	}
	deposit := m.Deposit
	m.Deposit, m.DepositRefundable = sdk.NewInt64Coin(deposit.Denom, 0), false
	if err := k.models.Set(ctx, modelID, m); err != nil {
		return sdk.Coin{}, err
	}
	if err := k.bank.SendCoins(ctx, k.moduleAddress(), creator, sdk.NewCoins(deposit)); err != nil {
		return sdk.Coin{}, err
	}
	return deposit, emit(ctx, &types.EventDepositReturned{ModelId: modelID, Creator: m.Creator, Deposit: deposit})
}
