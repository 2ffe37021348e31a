package token

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
)

func (t *token) redeemableOnBurn(c *contract.Call, args []any) ([]byte, error) {
	return t.viewRedeemable(c, args[0], t.NativeDenom)
}

func (t *token) redeemableERC20OnBurn(c *contract.Call, args []any) ([]byte, error) {
	return t.viewRedeemable(c, args[0], t.denomOf(c, args[1]))
}

// viewRedeemable counts what lies at the token's address, as burn does, which credits it first.
func (t *token) viewRedeemable(c *contract.Call, value any, denom string) ([]byte, error) {
	amount, err := contract.Int("amount", value)
	if err != nil {
		return nil, err
	}
	if amount.IsZero() || denom == "" {
		return c.Pack(common.Big0)
	}
	lying, err := t.Revenue.Unswept(c.Ctx, t.denom)
	if err != nil {
		return nil, err
	}
	// The EVM may have moved native coins in this transaction that bank does not know of yet.
	balance := c.State.GetBalance(common.BytesToAddress(c.Self()))
	lying = replace(lying, t.NativeDenom, balance)
	coins, err := t.Revenue.Redeemable(c.Ctx, sdk.Coin{Denom: t.denom, Amount: amount}, lying)
	if err != nil {
		return nil, err
	}
	return c.Pack(coins.AmountOf(denom).BigInt())
}

// replace sets the amount of one denom of an ascending list in which it stands, or adds it.
func replace(coins sdk.Coins, denom string, amount *uint256.Int) sdk.Coins {
	out := sdk.Coins{}
	for _, coin := range coins {
		if coin.Denom != denom {
			out = append(out, coin)
		}
	}
	if amount.IsZero() {
		return out
	}
	return out.Add(sdk.NewCoin(denom, sdkmath.NewIntFromBigInt(amount.ToBig())))
}

func (t *token) burn(c *contract.Call, args []any) ([]byte, error) {
	amount, err := contract.Int("amount", args[0])
	if err != nil {
		return nil, err
	}
	if err := t.credit(c); err != nil {
		return nil, err
	}
	if _, err := t.Revenue.Redeem(c.Ctx, c.Caller(), sdk.Coin{Denom: t.denom, Amount: amount}); err != nil {
		return nil, err
	}
	caller := common.BytesToAddress(c.Caller())
	if err := c.Log("Transfer", caller, common.Address{}, amount.BigInt()); err != nil {
		return nil, err
	}
	if err := c.Log("Redeemed", caller, amount.BigInt()); err != nil {
		return nil, err
	}
	return c.Pack()
}
