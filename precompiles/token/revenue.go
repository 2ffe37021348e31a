package token

import (
	"context"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

// native stands for the native coin in events, as the zero address does in ERC-7641.
var native common.Address

func (t token) claimableRevenue(c *contract.Call, args []any) ([]byte, error) {
	holder, err := contract.Account("account", args[0])
	if err != nil {
		return nil, err
	}
	return t.viewRevenue(c, holder, args[1], t.Revenue.ClaimableRevenue)
}

func (t token) revenueOf(c *contract.Call, args []any) ([]byte, error) {
	holder, err := contract.Account("account", args[0])
	if err != nil {
		return nil, err
	}
	return t.viewRevenue(c, holder, args[1], t.Revenue.RevenueOf)
}

type revenueView func(ctx context.Context, denom string, holder sdk.AccAddress, epoch uint64) (sdk.Coins, error)

func (t token) viewRevenue(c *contract.Call, holder sdk.AccAddress, epoch any, view revenueView) ([]byte, error) {
	coins, err := view(c.Ctx, t.denom, holder, epochOf(epoch))
	if err != nil {
		return nil, err
	}
	return c.Pack(coins.AmountOf(t.NativeDenom).BigInt())
}

// epochOf reads a snapshot id; an id beyond 64 bits lies after every epoch there will be.
func epochOf(value any) uint64 {
	id, ok := value.(*big.Int)
	if !ok || !id.IsUint64() {
		return math.MaxUint64
	}
	return id.Uint64()
}

func (t token) claim(c *contract.Call, args []any) ([]byte, error) {
	if err := t.credit(c); err != nil {
		return nil, err
	}
	paid, err := t.Revenue.Claim(c.Ctx, c.Caller(), t.denom, epochOf(args[0]))
	if err != nil {
		return nil, err
	}
	return t.logClaim(c, c.Caller(), paid)
}

func (t token) claimFor(c *contract.Call, args []any) ([]byte, error) {
	holder, err := contract.Account("account", args[0])
	if err != nil {
		return nil, err
	}
	if err := t.credit(c); err != nil {
		return nil, err
	}
	epoch, err := t.Revenue.CurrentEpoch(c.Ctx)
	if err != nil {
		return nil, err
	}
	paid, err := t.Revenue.ClaimFor(c.Ctx, c.Caller(), holder, t.denom, epoch)
	if err != nil {
		return nil, err
	}
	return t.logClaim(c, holder, paid)
}

func (t token) logClaim(c *contract.Call, holder sdk.AccAddress, paid sdk.Coins) ([]byte, error) {
	amount := paid.AmountOf(t.NativeDenom).BigInt()
	if err := c.Log("RevenueClaimed", common.BytesToAddress(holder), native, amount); err != nil {
		return nil, err
	}
	return c.Pack()
}

func (t token) snapshot(c *contract.Call, _ []any) ([]byte, error) {
	if err := t.credit(c); err != nil {
		return nil, err
	}
	epoch, err := t.Revenue.CurrentEpoch(c.Ctx)
	if err != nil {
		return nil, err
	}
	return c.Pack(new(big.Int).SetUint64(epoch))
}

func (t token) sync(c *contract.Call, _ []any) ([]byte, error) {
	return nil, t.credit(c)
}

// credit sweeps the native coins that lie at the token's address into its pool.
func (t token) credit(c *contract.Call) error {
	swept, err := t.Revenue.Sweep(c.Ctx, t.denom)
	amount := swept.AmountOf(t.NativeDenom)
	if err != nil || !amount.IsPositive() {
		return err
	}
	epoch, err := t.Revenue.CurrentEpoch(c.Ctx)
	if err != nil {
		return err
	}
	return c.Log("RevenueDeposited", new(big.Int).SetUint64(epoch), native, amount.BigInt(),
		uint8(revsharetypes.SourceKind_SOURCE_KIND_NATIVE)) //nolint:gosec // an enum of single digits
}
