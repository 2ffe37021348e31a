package types

import (
	"encoding/hex"
	"strings"

	"github.com/imochain/imod/x/aigc/prompt"
)

// TokenID is the id of a token in its collection: the hash of collection and prompt.
type TokenID [32]byte

// ParseTokenID reads 64 hex digits, with or without 0x in front.
func ParseTokenID(text string) (TokenID, error) {
	digits := strings.TrimPrefix(text, "0x")
	if len(digits) != 2*len(TokenID{}) {
		return TokenID{}, ErrInvalidTokenID.Wrapf("want 64 hex digits, got %d characters", len(digits))
	}
	var id TokenID
	if _, err := hex.Decode(id[:], []byte(digits)); err != nil {
		return TokenID{}, ErrInvalidTokenID.Wrap(err.Error())
	}
	return id, nil
}

// TokenIDFromBytes takes an id from 32 stored bytes.
func TokenIDFromBytes(b []byte) (TokenID, error) {
	if len(b) != len(TokenID{}) {
		return TokenID{}, ErrInvalidTokenID.Wrapf("want 32 bytes, got %d", len(b))
	}
	return TokenID(b), nil
}

// String prints 64 hex digits.
func (id TokenID) String() string {
	return hex.EncodeToString(id[:])
}

// Bytes is a copy of the id.
func (id TokenID) Bytes() []byte {
	return append([]byte{}, id[:]...)
}

// TokenIDOf is the id that an encoded prompt has in a collection; false if the
// bytes are not the canonical encoding of a prompt.
func TokenIDOf(collectionID uint64, encoded []byte) (TokenID, bool) {
	if _, err := prompt.Decode(encoded); err != nil {
		return TokenID{}, false
	}
	return prompt.TokenID(CollectionAddress(collectionID), encoded), true
}
