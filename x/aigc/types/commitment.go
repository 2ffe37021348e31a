package types

import (
	"encoding/hex"
	"strings"

	"github.com/imochain/imod/x/aigc/settlement"
)

// SaltLength is the length of the salt in a commitment, in bytes.
const SaltLength = 32

// CommitmentHash is the hash by which a prompt is named before it is shown;
// prompt.Commitment makes it.
type CommitmentHash [32]byte

// ParseCommitment reads 64 hex digits, with or without 0x in front.
func ParseCommitment(text string) (CommitmentHash, error) {
	raw, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil {
		return CommitmentHash{}, ErrInvalidCommitment.Wrap(err.Error())
	}
	return CommitmentFromBytes(raw)
}

// CommitmentFromBytes takes a hash from 32 bytes.
func CommitmentFromBytes(raw []byte) (CommitmentHash, error) {
	if len(raw) != len(CommitmentHash{}) {
		return CommitmentHash{}, ErrInvalidCommitment.Wrapf("%d bytes, want %d", len(raw), len(CommitmentHash{}))
	}
	return CommitmentHash(raw), nil
}

// String prints 64 hex digits.
func (h CommitmentHash) String() string { return hex.EncodeToString(h[:]) }

// ValidateBasic checks what can be checked of a stored commitment alone.
func (c Commitment) ValidateBasic() error {
	if c.Sender == "" {
		return ErrInvalidCommitment.Wrap("no sender")
	}
	if c.Height < 0 || c.LastHeight <= c.Height || c.DueHeight < c.LastHeight {
		return ErrInvalidCommitment.Wrapf("heights %d, %d, %d must not descend", c.Height, c.LastHeight, c.DueHeight)
	}
	if err := c.Price.Validate(); err != nil {
		return ErrInvalidCommitment.Wrapf("price: %s", err)
	}
	if err := c.Deposit.Validate(); err != nil {
		return ErrInvalidCommitment.Wrapf("deposit: %s", err)
	}
	if err := settlement.CheckPrice(c.Price.Amount); err != nil {
		return ErrInvalidCommitment.Wrapf("price: %s", err)
	}
	if err := settlement.CheckPrice(c.Deposit.Amount); err != nil {
		return ErrInvalidCommitment.Wrapf("deposit: %s", err)
	}
	return nil
}
