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

func (t *token) claimableRevenue(c *contract.Call, args []any) ([]byte, error) {
	holder, err := contract.Account("account", args[0])
	if err != nil {
		return nil, err
	}
	return t.viewRevenue(c, holder, args[1], t.NativeDenom, t.Revenue.ClaimableRevenue)
}

func (t *token) claimableERC20(c *contract.Call, args []any) ([]byte, error) {
	holder, err := contract.Account("account", args[0])
	if err != nil {
		return nil, err
	}
	return t.viewRevenue(c, holder, args[1], t.denomOf(c, args[2]), t.Revenue.ClaimableRevenue)
}

// denomOf is the denom of an ERC-20 token, the zero address being the native coin; empty for a
// token that is none of bank's.
func (t *token) denomOf(c *contract.Call, value any) string {
	address, _ := value.(common.Address)
	if address == native {
		return t.NativeDenom
	}
	denom, err := t.Pairs.GetTokenDenom(c.Ctx, address)
	if err != nil {
		return ""
	}
	return denom
}

// addressOf is the reverse, false for a denom without an address.
func (t *token) addressOf(c *contract.Call, denom string) (common.Address, bool) {
	if denom == t.NativeDenom {
		return native, true
	}
	address, err := t.Pairs.GetCoinAddress(c.Ctx, denom)
	return address, err == nil
}

func (t *token) revenueOf(c *contract.Call, args []any) ([]byte, error) {
	holder, err := contract.Account("account", args[0])
	if err != nil {
		return nil, err
	}
	return t.viewRevenue(c, holder, args[1], t.NativeDenom, t.Revenue.RevenueOf)
}

type revenueView func(ctx context.Context, denom string, holder sdk.AccAddress, epoch uint64) (sdk.Coins, error)

func (t *token) viewRevenue(c *contract.Call, holder sdk.AccAddress, epoch any, denom string, view revenueView) ([]byte, error) {
	coins, err := view(c.Ctx, t.denom, holder, epochOf(epoch))
	if err != nil {
		return nil, err
	}
	return c.Pack(amountOf(coins, denom))
}

// amountOf is AmountOf for denoms that may not be any.
func amountOf(coins sdk.Coins, denom string) *big.Int {
	for _, coin := range coins {
		if coin.Denom == denom {
			return coin.Amount.BigInt()
		}
	}
	return new(big.Int)
}

// epochOf reads a snapshot id; an id beyond 64 bits lies after every epoch there will be.
func epochOf(value any) uint64 {
	id, ok := value.(*big.Int)
	if !ok || !id.IsUint64() {
		return math.MaxUint64
	}
	return id.Uint64()
}

func (t *token) claim(c *contract.Call, args []any) ([]byte, error) {
	if err := t.credit(c); err != nil {
		return nil, err
	}
	paid, err := t.Revenue.Claim(c.Ctx, c.Caller(), t.denom, epochOf(args[0]))
	if err != nil {
		return nil, err
	}
	return t.logClaim(c, c.Caller(), paid)
}

// claimBatch is one claim: what is due of the latest snapshot includes what is due of the others.
// Snapshots without anything to pay are skipped, all of them together too.
func (t *token) claimBatch(c *contract.Call, args []any) ([]byte, error) {
	ids, ok := args[0].([]*big.Int)
	if !ok || len(ids) == 0 {
		return c.Pack()
	}
	if err := t.credit(c); err != nil {
		return nil, err
	}
	latest := uint64(0)
	for _, id := range ids {
		latest = max(latest, epochOf(id))
	}
	due, err := t.Revenue.ClaimableRevenue(c.Ctx, t.denom, c.Caller(), latest)
	if err != nil || due.Empty() {
		return nil, err
	}
	paid, err := t.Revenue.Claim(c.Ctx, c.Caller(), t.denom, latest)
	if err != nil {
		return nil, err
	}
	return t.logClaim(c, c.Caller(), paid)
}

func (t *token) claimFor(c *contract.Call, args []any) ([]byte, error) {
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

func (t *token) logClaim(c *contract.Call, holder sdk.AccAddress, paid sdk.Coins) ([]byte, error) {
	for _, coin := range paid {
		address, known := t.addressOf(c, coin.Denom)
		if !known {
			continue
		}
		if err := c.Log("RevenueClaimed", common.BytesToAddress(holder), address, coin.Amount.BigInt()); err != nil {
			return nil, err
		}
	}
	return c.Pack()
}

func (t *token) snapshot(c *contract.Call, _ []any) ([]byte, error) {
	if err := t.credit(c); err != nil {
		return nil, err
	}
	epoch, err := t.Revenue.CurrentEpoch(c.Ctx)
	if err != nil {
		return nil, err
	}
	return c.Pack(new(big.Int).SetUint64(epoch))
}

func (t *token) sync(c *contract.Call, _ []any) ([]byte, error) {
	return nil, t.credit(c)
}

// credit sweeps the coins that lie at the token's address into its pool.
func (t *token) credit(c *contract.Call) error {
	swept, err := t.Revenue.Sweep(c.Ctx, t.denom)
	if err != nil || swept.Empty() {
		return err
	}
	epoch, err := t.Revenue.CurrentEpoch(c.Ctx)
	if err != nil {
		return err
	}
	for _, coin := range swept {
		address, known := t.addressOf(c, coin.Denom)
		if !known {
			continue
		}
		if err := c.Log("RevenueDeposited", new(big.Int).SetUint64(epoch), address, coin.Amount.BigInt(),
			uint8(revsharetypes.SourceKind_SOURCE_KIND_NATIVE)); err != nil { //nolint:gosec // an enum of single digits
			return err
		}
	}
	return nil
}
