package token

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/imochain/imod/precompiles/contract"
)

// Type hashes of EIP-712 and ERC-2612, and the version that every token's domain has.
var (
	domainType  = crypto.Keccak256([]byte("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"))
	permitType  = crypto.Keccak256([]byte("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"))
	versionHash = crypto.Keccak256([]byte("1"))
)

// gasPermit pays for the recovery of the signer besides a write.
const gasPermit = gasWrite + 3_000

var (
	errPermitExpired   = errors.New("the signature expired")
	errPermitSignature = errors.New("the signature is not the owner's")
)

// domainSeparator binds a signature to this chain and this token.
func (t *token) domainSeparator(c *contract.Call, _ []any) ([]byte, error) {
	return c.Pack([32]byte(t.domain(c)))
}

func (t *token) domain(c *contract.Call) []byte {
	metadata, _ := t.Bank.GetDenomMetaData(c.Ctx, t.denom)
	return crypto.Keccak256(
		domainType, crypto.Keccak256([]byte(metadata.Name)), versionHash,
		word(new(big.Int).SetUint64(t.ChainID)), common.LeftPadBytes(c.Self(), 32),
	)
}

func (t *token) nonces(c *contract.Call, args []any) ([]byte, error) {
	owner, err := contract.Account("owner", args[0])
	if err != nil {
		return nil, err
	}
	nonce, err := t.Revenue.PermitNonce(c.Ctx, t.denom, owner)
	if err != nil {
		return nil, err
	}
	return c.Pack(new(big.Int).SetUint64(nonce))
}

// permit sets an allowance that its owner signed. Each signature counts once: it carries the
// owner's nonce of this token.
func (t *token) permit(c *contract.Call, args []any) ([]byte, error) {
	owner, ok1 := args[0].(common.Address)
	spender, ok2 := args[1].(common.Address)
	value, ok3 := args[2].(*big.Int)
	deadline, ok4 := args[3].(*big.Int)
	v, ok5 := args[4].(uint8)
	r, ok6 := args[5].([32]byte)
	s, ok7 := args[6].([32]byte)
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7) {
		return nil, errPermitSignature
	}
	if deadline.Cmp(big.NewInt(c.Ctx.BlockTime().Unix())) < 0 {
		return nil, errPermitExpired
	}
	nonce, err := t.Revenue.PermitNonce(c.Ctx, t.denom, owner.Bytes())
	if err != nil {
		return nil, err
	}
	message := crypto.Keccak256(
		permitType, common.LeftPadBytes(owner[:], 32), common.LeftPadBytes(spender[:], 32),
		word(value), word(new(big.Int).SetUint64(nonce)), word(deadline),
	)
	digest := crypto.Keccak256([]byte{0x19, 0x01}, t.domain(c), message)
	if signer, ok := recoverSigner(digest, v, r, s); !ok || signer != owner {
		return nil, errPermitSignature
	}
	if _, err := t.Revenue.UsePermit(c.Ctx, t.denom, owner.Bytes()); err != nil {
		return nil, err
	}
	if err := t.ERC20.SetAllowance(c.Ctx, common.BytesToAddress(c.Self()), owner, spender, value); err != nil {
		return nil, err
	}
	if err := c.Log("Approval", owner, spender, value); err != nil {
		return nil, err
	}
	return c.Pack()
}

// recoverSigner refuses signatures that are not canonical (s in the upper half, v other than 27
// and 28): each has one form only.
func recoverSigner(digest []byte, v uint8, r, s [32]byte) (common.Address, bool) {
	if v != 27 && v != 28 {
		return common.Address{}, false
	}
	if !crypto.ValidateSignatureValues(v-27, new(big.Int).SetBytes(r[:]), new(big.Int).SetBytes(s[:]), true) {
		return common.Address{}, false
	}
	key, err := crypto.Ecrecover(digest, bytes.Join([][]byte{r[:], s[:], {v - 27}}, nil))
	if err != nil {
		return common.Address{}, false
	}
	return common.BytesToAddress(crypto.Keccak256(key[1:])[12:]), true
}

// word is a uint256 as the ABI encodes it.
func word(x *big.Int) []byte {
	return math.U256Bytes(new(big.Int).Set(x))
}
