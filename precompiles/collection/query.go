package collection

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
	"github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
)

// interfaces are the ERC-165 ids that a collection answers.
var interfaces = map[[4]byte]bool{
	{0x01, 0xff, 0xc9, 0xa7}: true, // ERC-165
	{0x80, 0xac, 0x58, 0xcd}: true, // ERC-721
	{0x5b, 0x5e, 0x13, 0x9f}: true, // ERC-721 metadata
	{0x78, 0x0e, 0x9d, 0x63}: true, // ERC-721 enumerable
	{0x2a, 0x55, 0x20, 0x5a}: true, // ERC-2981
	{0x49, 0x06, 0x49, 0x06}: true, // ERC-4906
	{0x70, 0x2c, 0x55, 0xa6}: true, // ERC-7007
	{0xfa, 0x1a, 0x55, 0x7a}: true, // ERC-7007 enumerable
	{0x3f, 0x37, 0xdc, 0xe2}: true, // ERC-7007 updatable
}

func (n collection) supportsInterface(c *contract.Call, args []any) ([]byte, error) {
	id, ok := args[0].([4]byte)
	return c.Pack(ok && interfaces[id])
}

// idOf reads a token id.
func idOf(value any) (aigctypes.TokenID, error) {
	id, ok := value.(*big.Int)
	if !ok || id.Sign() < 0 || id.BitLen() > 256 {
		return aigctypes.TokenID{}, fmt.Errorf("tokenId %v is not 256 bits", value)
	}
	return aigctypes.TokenID(common.BigToHash(id)), nil
}

func idInt(id aigctypes.TokenID) *big.Int { return new(big.Int).SetBytes(id[:]) }

func evmAddress(account sdk.AccAddress) common.Address { return common.BytesToAddress(account) }

func (n collection) balanceOf(c *contract.Call, args []any) ([]byte, error) {
	owner, err := contract.Account("owner", args[0])
	if err != nil {
		return nil, err
	}
	if evmAddress(owner) == (common.Address{}) { // ERC-721 asks for it: nobody is no owner
		return nil, fmt.Errorf("the zero address owns no tokens")
	}
	count, err := n.Keeper.BalanceOf(c.Ctx, n.id, owner)
	if err != nil {
		return nil, err
	}
	return c.Pack(new(big.Int).SetUint64(count))
}

func (n collection) ownerOf(c *contract.Call, args []any) ([]byte, error) {
	id, err := idOf(args[0])
	if err != nil {
		return nil, err
	}
	owner, err := n.Keeper.OwnerOf(c.Ctx, n.id, id)
	if err != nil {
		return nil, err
	}
	return c.Pack(evmAddress(owner))
}

func (n collection) getApproved(c *contract.Call, args []any) ([]byte, error) {
	id, err := idOf(args[0])
	if err != nil {
		return nil, err
	}
	approved, err := n.Keeper.GetApproved(c.Ctx, n.id, id)
	if err != nil {
		return nil, err
	}
	return c.Pack(evmAddress(approved))
}

func (n collection) isApprovedForAll(c *contract.Call, args []any) ([]byte, error) {
	owner, err := contract.Account("owner", args[0])
	if err != nil {
		return nil, err
	}
	operator, err := contract.Account("operator", args[1])
	if err != nil {
		return nil, err
	}
	approved, err := n.Keeper.IsApprovedForAll(c.Ctx, n.id, owner, operator)
	if err != nil {
		return nil, err
	}
	return c.Pack(approved)
}

func (n collection) name(c *contract.Call, _ []any) ([]byte, error) {
	record, err := n.Keeper.Collection(c.Ctx, n.id)
	if err != nil {
		return nil, err
	}
	return c.Pack(record.Name)
}

func (n collection) symbol(c *contract.Call, _ []any) ([]byte, error) {
	record, err := n.Keeper.Collection(c.Ctx, n.id)
	if err != nil {
		return nil, err
	}
	return c.Pack(record.Symbol)
}

func (n collection) tokenURI(c *contract.Call, args []any) ([]byte, error) {
	id, err := idOf(args[0])
	if err != nil {
		return nil, err
	}
	uri, err := n.Keeper.TokenURI(c.Ctx, n.id, id)
	if err != nil {
		return nil, err
	}
	return c.Pack(uri)
}

func (n collection) totalSupply(c *contract.Call, _ []any) ([]byte, error) {
	count, err := n.Keeper.TotalSupply(c.Ctx, n.id)
	if err != nil {
		return nil, err
	}
	return c.Pack(new(big.Int).SetUint64(count))
}

func (n collection) tokenByIndex(c *contract.Call, args []any) ([]byte, error) {
	index, err := contract.Uint64("index", args[0])
	if err != nil {
		return nil, err
	}
	id, err := n.Keeper.TokenByIndex(c.Ctx, n.id, index)
	if err != nil {
		return nil, err
	}
	return c.Pack(idInt(id))
}

func (n collection) tokenOfOwnerByIndex(c *contract.Call, args []any) ([]byte, error) {
	owner, err := contract.Account("owner", args[0])
	if err != nil {
		return nil, err
	}
	index, err := contract.Uint64("index", args[1])
	if err != nil {
		return nil, err
	}
	id, err := n.Keeper.TokenOfOwnerByIndex(c.Ctx, n.id, owner, index)
	if err != nil {
		return nil, err
	}
	return c.Pack(idInt(id))
}

func (n collection) royaltyInfo(c *contract.Call, args []any) ([]byte, error) {
	price, err := contract.Int("salePrice", args[1])
	if err != nil {
		return nil, err
	}
	royalty, err := n.Keeper.RoyaltyInfo(c.Ctx, n.id, price)
	if err != nil {
		return nil, err
	}
	return c.Pack(evmAddress(royalty.Receiver), royalty.Amount.BigInt())
}

func (n collection) verify(c *contract.Call, args []any) ([]byte, error) {
	encoded, err := contract.Bytes("prompt", args[0])
	if err != nil {
		return nil, err
	}
	data, err := contract.Bytes("aigcData", args[1])
	if err != nil {
		return nil, err
	}
	verified, err := n.Keeper.Verify(c.Ctx, n.id, encoded, data)
	if err != nil {
		return nil, err
	}
	return c.Pack(verified)
}

func (n collection) tokenID(c *contract.Call, args []any) ([]byte, error) {
	encoded, err := contract.Bytes("prompt", args[0])
	if err != nil {
		return nil, err
	}
	if _, err := prompt.Decode(encoded); err != nil {
		return nil, err
	}
	return c.Pack(idInt(prompt.TokenID(n.address, encoded)))
}

func (n collection) prompt(c *contract.Call, args []any) ([]byte, error) {
	id, err := idOf(args[0])
	if err != nil {
		return nil, err
	}
	record, err := n.Keeper.Token(c.Ctx, n.id, id)
	if err != nil {
		return nil, err
	}
	encoded, err := record.Provenance.Prompt().Encode()
	if err != nil {
		return nil, err
	}
	return c.Pack(encoded)
}
