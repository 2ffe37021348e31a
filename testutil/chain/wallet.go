package chain

import (
	"github.com/cosmos/cosmos-sdk/types/tx/signing"

	"github.com/cosmos/evm/ethereum/eip712"
)

// Wallet is a way in which an account signs a transaction.
type Wallet struct {
	Name string
	// Mode is the sign mode, which decides what the document is.
	Mode signing.SignMode
	// Sign signs a document as the chain wants it: Keccak-256 of it, ECDSA, 64 or 65 bytes.
	Sign func(from Account, document []byte) ([]byte, error)
}

// Direct signs the bytes of the transaction, as Keplr does. Amino signs the JSON that a Ledger shows. TypedData signs that JSON as
// EIP-712 does, as MetaMask can.
var (
	Direct = &Wallet{Name: "direct", Mode: signing.SignMode_SIGN_MODE_DIRECT, Sign: sign}
	Amino  = &Wallet{Name: "amino", Mode: signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON, Sign: sign}

	TypedData = &Wallet{Name: "typed data", Mode: signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON, Sign: func(from Account, document []byte) ([]byte, error) {
		typed, err := eip712.GetEIP712BytesForMsg(document)
		if err != nil {
			return nil, err
		}
		return from.Key.Sign(typed)
	}}
)

func sign(from Account, document []byte) ([]byte, error) { return from.Key.Sign(document) }
