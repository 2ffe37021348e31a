package abci

import (
	"context"
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	"github.com/cometbft/cometbft/libs/protoio"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
)

// ValidatorStore finds the key that signs a validator's extensions.
type ValidatorStore interface {
	GetPubKeyByConsAddr(ctx context.Context, addr sdk.ConsAddress) (cmtcrypto.PublicKey, error)
}

// lastCommit is the commit of the block before: who may be in an injected transaction, with which
// power. Nothing of it comes from the injected bytes.
type lastCommit struct {
	height int64 // of the block it commits
	round  int32
	votes  []abci.VoteInfo
}

var errVote = errors.New("vote is not one of the last commit")

// check tells whether a vote stands in the commit at its place, for the block, and is signed by its
// validator.
func (h *Handlers) check(ctx sdk.Context, commit lastCommit, v attestation.Vote) error {
	if int(v.Index) >= len(commit.votes) {
		return fmt.Errorf("%w: place %d of %d", errVote, v.Index, len(commit.votes))
	}
	info := commit.votes[v.Index]
	if info.BlockIdFlag != cmtproto.BlockIDFlagCommit {
		return fmt.Errorf("%w: %s at place %d", errVote, info.BlockIdFlag, v.Index)
	}
	if string(info.Validator.Address) != string(v.Validator[:]) {
		return fmt.Errorf("%w: another validator at place %d", errVote, v.Index)
	}
	key, err := h.Validators.GetPubKeyByConsAddr(ctx, v.Validator[:])
	if err != nil {
		return fmt.Errorf("key of validator %X: %w", v.Validator, err)
	}
	public, err := cryptoenc.PubKeyFromProto(key)
	if err != nil {
		return fmt.Errorf("key of validator %X: %w", v.Validator, err)
	}
	signed, err := protoio.MarshalDelimited(&cmtproto.CanonicalVoteExtension{
		Extension: v.Extension,
		Height:    commit.height,
		Round:     int64(commit.round),
		ChainId:   ctx.ChainID(),
	})
	if err != nil {
		return err
	}
	if !public.VerifySignature(signed, v.Signature) {
		return fmt.Errorf("%w: signature of validator %X", errVote, v.Validator)
	}
	return nil
}

// read checks and decodes a vote; a panic on hostile bytes is this vote's own error.
func (h *Handlers) read(ctx sdk.Context, commit lastCommit, v attestation.Vote) (items []attestation.Item, err error) {
	defer func() {
		if r := recover(); r != nil {
			items, err = nil, fmt.Errorf("panic: %v", r)
		}
	}()
	if len(v.Signature) == 0 || len(v.Signature) > attestation.MaxSignature ||
		len(v.Extension) == 0 || len(v.Extension) > attestation.MaxExtension {
		return nil, fmt.Errorf("%w: %d bytes of signature, %d of extension", errVote, len(v.Signature), len(v.Extension))
	}
	items, err = h.codec.extension(v.Extension)
	if err != nil {
		return nil, err
	}
	return items, h.check(ctx, commit, v)
}

// set returns the validators of a commit in its order, with their powers there.
func (c lastCommit) set() ([]attestation.Validator, error) {
	out := make([]attestation.Validator, len(c.votes))
	seen := make(map[attestation.Address]bool, len(c.votes))
	for i, v := range c.votes {
		if len(v.Validator.Address) != attestation.AddressSize || v.Validator.Power < 0 {
			return nil, fmt.Errorf("place %d of the last commit: %d bytes, power %d", i, len(v.Validator.Address), v.Validator.Power)
		}
		address := attestation.Address(v.Validator.Address)
		if seen[address] {
			return nil, fmt.Errorf("validator %X twice in the last commit", address)
		}
		seen[address] = true
		out[i] = attestation.Validator{Address: address, Power: uint64(v.Validator.Power)}
	}
	return out, nil
}

// addressOf returns an address of the right length, or none.
func addressOf(b []byte) attestation.Address {
	if len(b) != attestation.AddressSize {
		return attestation.Address{}
	}
	return attestation.Address(b)
}
