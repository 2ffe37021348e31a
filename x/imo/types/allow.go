package types

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// MaxAllowProof is the longest way from a leaf to the root of an allow list.
	MaxAllowProof = 32

	leafDomain, nodeDomain = 0x00, 0x01
)

// Leaf is the leaf of an allow list that this allowance claims for an account: SHA-256(0x00 || chain id || offering,
// 8 bytes || account, 20 bytes || cap, 32 bytes, big-endian). The parts after the chain id have fixed lengths, so no
// two claims share their bytes.
func (a Allowance) Leaf(chainID string, offeringID uint64, account sdk.AccAddress) []byte {
	bz := append([]byte{leafDomain}, chainID...)
	bz = binary.BigEndian.AppendUint64(bz, offeringID)
	bz = append(bz, account...)
	limit := make([]byte, 32)
	a.Cap.BigInt().FillBytes(limit)
	sum := sha256.Sum256(append(bz, limit...))
	return sum[:]
}

// AllowNode is an inner node: SHA-256(0x01 || lower child || higher child). Children are sorted, so that a proof is the
// list of siblings alone.
func AllowNode(a, b []byte) []byte {
	if bytes.Compare(a, b) > 0 {
		a, b = b, a
	}
	sum := sha256.Sum256(append(append([]byte{nodeDomain}, a...), b...))
	return sum[:]
}

// Check verifies an allowance against the root of an allow list, in hex.
func (a *Allowance) Check(root, chainID string, offeringID uint64, account sdk.AccAddress) error {
	if a == nil {
		return ErrNotAllowed.Wrapf("allowance is missing: offering %d has an allow list", offeringID)
	}
	if err := CheckAmount("allowance.cap", a.Cap); err != nil {
		return err
	}
	if len(a.Proof) > MaxAllowProof {
		return ErrNotAllowed.Wrapf("allowance.proof has %d hashes, allowed are %d", len(a.Proof), MaxAllowProof)
	}
	node := a.Leaf(chainID, offeringID, account)
	for i, sibling := range a.Proof {
		if len(sibling) != sha256.Size {
			return ErrNotAllowed.Wrapf("allowance.proof %d has %d bytes, must have %d", i, len(sibling), sha256.Size)
		}
		node = AllowNode(node, sibling)
	}
	if hex.EncodeToString(node) != root {
		return ErrNotAllowed.Wrapf("allowance with cap %s is not on the list of offering %d", a.Cap, offeringID)
	}
	return nil
}
