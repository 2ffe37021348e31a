package collection

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
	"github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
)

func (n collection) approve(c *contract.Call, args []any) ([]byte, error) {
	approved, err := contract.Account("to", args[0])
	if err != nil {
		return nil, err
	}
	id, err := idOf(args[1])
	if err != nil {
		return nil, err
	}
	owner, err := n.Keeper.OwnerOf(c.Ctx, n.id, id)
	if err != nil {
		return nil, err
	}
	// ERC-721 clears an approval with the zero address, the keeper with no address.
	target := approved
	if evmAddress(approved) == (common.Address{}) {
		target = nil
	}
	if err := n.Keeper.Approve(c.Ctx, c.Caller(), target, n.id, id); err != nil {
		return nil, err
	}
	if err := c.Log("Approval", evmAddress(owner), evmAddress(approved), idInt(id)); err != nil {
		return nil, err
	}
	return c.Pack()
}

func (n collection) setApprovalForAll(c *contract.Call, args []any) ([]byte, error) {
	operator, err := contract.Account("operator", args[0])
	if err != nil {
		return nil, err
	}
	approved, ok := args[1].(bool)
	if !ok {
		return nil, fmt.Errorf("approved is not a boolean")
	}
	if err := n.Keeper.SetApprovalForAll(c.Ctx, c.Caller(), operator, n.id, approved); err != nil {
		return nil, err
	}
	if err := c.Log("ApprovalForAll", c.Frame.Caller(), evmAddress(operator), approved); err != nil {
		return nil, err
	}
	return c.Pack()
}

func (n collection) transferFrom(c *contract.Call, args []any) ([]byte, error) {
	from, err := contract.Account("from", args[0])
	if err != nil {
		return nil, err
	}
	to, err := contract.Account("to", args[1])
	if err != nil {
		return nil, err
	}
	id, err := idOf(args[2])
	if err != nil {
		return nil, err
	}
	return n.change(c, id, func() error {
		if err := n.Keeper.TransferFrom(c.Ctx, c.Caller(), from, to, n.id, id); err != nil {
			return err
		}
		return n.logTransfer(c, id, from, to)
	})
}

// mint pays with the value of the call: the mint price first, the rest bounds the oracle's fees,
// and what those do not take never left the caller.
func (n collection) mint(c *contract.Call, args []any) ([]byte, error) {
	left, err := n.withoutPrice(c)
	if err != nil {
		return nil, err
	}
	return n.mintFor(c, args[0], left, nil)
}

// mintCommitted is mint with a commitment, which paid the mint price: the whole value bounds the fees.
func (n collection) mintCommitted(c *contract.Call, args []any) ([]byte, error) {
	salt, ok := args[1].([32]byte)
	if !ok {
		return nil, fmt.Errorf("salt is not 32 bytes")
	}
	return n.mintFor(c, args[0], sdkmath.NewIntFromBigInt(c.Value), salt[:])
}

// withoutPrice is what the mint price leaves of the value.
func (n collection) withoutPrice(c *contract.Call) (sdkmath.Int, error) {
	left := sdkmath.NewIntFromBigInt(c.Value)
	record, err := n.Keeper.Collection(c.Ctx, n.id)
	if err != nil || !record.MintPrice.IsPositive() {
		return left, err
	}
	price := record.MintPrice
	if price.Denom != n.NativeDenom {
		return left, fmt.Errorf("mint price is %s: mint by message, value carries only %s", price, n.NativeDenom)
	}
	if left.LT(price.Amount) {
		return left, fmt.Errorf("value is %s, the mint price alone is %s", left, price.Amount)
	}
	return left.Sub(price.Amount), nil
}

func (n collection) mintFor(c *contract.Call, promptArg any, maxFee sdkmath.Int, salt []byte) ([]byte, error) {
	encoded, err := contract.Bytes("prompt", promptArg)
	if err != nil {
		return nil, err
	}
	decoded, err := prompt.Decode(encoded)
	if err != nil {
		return nil, err
	}
	if err := c.ReturnValue(n.Bank, n.NativeDenom); err != nil {
		return nil, err
	}
	id := aigctypes.TokenID(prompt.TokenID(n.address, encoded))
	return n.change(c, id, func() error {
		minted, err := n.Keeper.Mint(c.Ctx, aigctypes.NewMint{
			Minter: c.Caller(), Payer: c.Caller(), CollectionID: n.id, Version: decoded.Version, Seed: decoded.Seed,
			Input: decoded.Input, MaxFee: sdk.NewCoins(sdk.NewCoin(n.NativeDenom, maxFee)), Salt: salt,
		})
		if err != nil {
			return err
		}
		if minted.Displaced != nil {
			if err := n.logTransfer(c, id, minted.Displaced, nil); err != nil {
				return err
			}
		}
		return n.logTransfer(c, id, nil, c.Caller())
	}, idInt(id))
}

// commit charges the caller like any signer; the value only says how much he brings.
func (n collection) commit(c *contract.Call, args []any) ([]byte, error) {
	hash, ok := args[0].([32]byte)
	if !ok {
		return nil, fmt.Errorf("commitment is not 32 bytes")
	}
	if err := c.ReturnValue(n.Bank, n.NativeDenom); err != nil {
		return nil, err
	}
	commitment, err := n.Keeper.Commit(c.Ctx, c.Caller(), n.id, aigctypes.CommitmentHash(hash))
	if err != nil {
		return nil, err
	}
	if err := c.Log("Committed", c.Frame.Caller(), hash, big.NewInt(commitment.LastHeight)); err != nil {
		return nil, err
	}
	return c.Pack()
}

func (n collection) burn(c *contract.Call, args []any) ([]byte, error) {
	id, err := idOf(args[0])
	if err != nil {
		return nil, err
	}
	owner, err := n.Keeper.OwnerOf(c.Ctx, n.id, id)
	if err != nil {
		return nil, err
	}
	return n.change(c, id, func() error {
		if err := n.Keeper.Burn(c.Ctx, c.Caller(), n.id, id); err != nil {
			return err
		}
		return n.logTransfer(c, id, owner, nil)
	})
}

// update is ERC-7007's updatable extension: the record decides, and only a changed one is news.
func (n collection) update(c *contract.Call, args []any) ([]byte, error) {
	encoded, err := contract.Bytes("prompt", args[0])
	if err != nil {
		return nil, err
	}
	data, err := contract.Bytes("aigcData", args[1])
	if err != nil {
		return nil, err
	}
	id := aigctypes.TokenID(prompt.TokenID(n.address, encoded))
	return n.change(c, id, func() error {
		settled, err := n.Keeper.Update(c.Ctx, n.id, encoded, data)
		if err != nil {
			return err
		}
		return n.logUpdate(c, id, settled.Prompt, settled.OutputRoot)
	})
}

// settle emits what finality itself could not, because no EVM runs where results become final.
func (n collection) settle(c *contract.Call, args []any) ([]byte, error) {
	id, err := idOf(args[0])
	if err != nil {
		return nil, err
	}
	return n.change(c, id, func() error {
		settled, err := n.Keeper.Settle(c.Ctx, c.Caller(), n.id, id, nil)
		if err != nil {
			return err
		}
		return n.logSettled(c, id, settled)
	})
}

// addAigcData is ERC-7007's way to give a token its content: here the chain's record has it, so the
// call settles the token and fails unless the record says the same.
func (n collection) addAigcData(c *contract.Call, args []any) ([]byte, error) {
	id, err := idOf(args[0])
	if err != nil {
		return nil, err
	}
	encoded, err := contract.Bytes("prompt", args[1])
	if err != nil {
		return nil, err
	}
	data, err := contract.Bytes("aigcData", args[2])
	if err != nil {
		return nil, err
	}
	if aigctypes.TokenID(prompt.TokenID(n.address, encoded)) != id {
		return nil, fmt.Errorf("the prompt is not that of token %s", id)
	}
	return n.change(c, id, func() error {
		settled, err := n.Keeper.Settle(c.Ctx, c.Caller(), n.id, id, nil)
		if err != nil {
			return err
		}
		verified, err := n.Keeper.Verify(c.Ctx, n.id, encoded, data)
		if err != nil {
			return err
		}
		if !verified {
			return fmt.Errorf("the record of token %s says otherwise", id)
		}
		return n.logSettled(c, id, settled)
	})
}
