package chain

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"

	protoio "github.com/cosmos/gogoproto/io"

	"github.com/imochain/imod/app"
)

// Validator is one voter of a test network.
type Validator struct {
	Key   ed25519.PrivKey
	Power int64
	// Operator is the account that bonded.
	Operator Account
	// Extend turns the extension that the application made into the one that is signed; nil leaves it.
	// What it returns is not judged by the others: it comes as late votes do, whose signature alone counts.
	Extend func(honest []byte) []byte
	// App extends this validator's votes; nil means the first follower.
	App *app.App
	// Absent makes the validator miss its votes.
	Absent bool
}

func newValidator(i int, power int64) Validator {
	seed := sha256.Sum256(fmt.Appendf(nil, "validator %d", i))
	return Validator{
		Key:      ed25519.GenPrivKeyFromSecret(seed[:]),
		Power:    power,
		Operator: NewAccount(fmt.Sprintf("operator %d", i)),
	}
}

// Address returns the consensus address.
func (v Validator) Address() []byte { return v.Key.PubKey().Address() }

// lastCommit returns the commit of the last block without extensions.
func (c *Chain) lastCommit() abci.CommitInfo {
	info := abci.CommitInfo{Round: c.votes.Round}
	for _, vote := range c.votes.Votes {
		info.Votes = append(info.Votes, abci.VoteInfo{Validator: vote.Validator, BlockIdFlag: vote.BlockIdFlag})
	}
	return info
}

// extendedCommit collects the votes for the block that is about to be executed: extensions see
// the state of the height before.
func (c *Chain) extendedCommit(hash []byte, txs [][]byte) abci.ExtendedCommitInfo {
	c.T.Helper()
	var info abci.ExtendedCommitInfo
	for _, v := range c.Validators {
		vote := abci.ExtendedVoteInfo{
			Validator:   abci.Validator{Address: v.Address(), Power: v.Power},
			BlockIdFlag: cmtproto.BlockIDFlagCommit,
		}
		if v.Absent {
			vote.BlockIdFlag = cmtproto.BlockIDFlagAbsent
		} else {
			vote.VoteExtension = c.extension(v, hash, txs)
			vote.ExtensionSignature = c.Sign(v, c.height, vote.VoteExtension)
		}
		info.Votes = append(info.Votes, vote)
	}
	return info
}

func (c *Chain) extension(v Validator, hash []byte, txs [][]byte) []byte {
	c.T.Helper()
	honest := c.honestExtension(v, hash, txs)
	if v.Extend != nil {
		return v.Extend(honest)
	}
	return honest
}

func (c *Chain) honestExtension(v Validator, hash []byte, txs [][]byte) []byte {
	c.T.Helper()
	voter := v.App
	if voter == nil {
		voter = c.App()
	}
	if c.Worker != nil {
		voter.Attach(app.Node{Results: c.Worker, Outputs: c.Worker, Update: c.Worker.Update, Beacon: c.Beacon, Validator: v.Address()})
	}
	res, err := voter.ExtendVote(c.T.Context(), &abci.RequestExtendVote{
		Hash: hash, Height: c.height, Time: c.time, Txs: slices.Clone(txs),
		ProposedLastCommit: c.lastCommit(), ProposerAddress: c.proposer(c.height).Address(),
	})
	if err != nil {
		return nil // CometBFT sends an empty extension
	}
	require.True(c.T, c.Heard(v, res.VoteExtension))
	return res.VoteExtension
}

// Heard tells whether the others accept an extension that reaches them in time.
func (c *Chain) Heard(v Validator, extension []byte) bool {
	c.T.Helper()
	verified, err := c.App().VerifyVoteExtension(&abci.RequestVerifyVoteExtension{
		ValidatorAddress: v.Address(), Height: c.height, VoteExtension: extension,
	})
	require.NoError(c.T, err)
	return verified.Status == abci.ResponseVerifyVoteExtension_ACCEPT
}

// updateSet changes the powers of validators as CometBFT does; one without power votes no more.
func (c *Chain) updateSet(updates []abci.ValidatorUpdate) {
	c.T.Helper()
	for _, update := range updates {
		key := update.PubKey.GetEd25519()
		i := slices.IndexFunc(c.Validators, func(v Validator) bool { return bytes.Equal(v.Key.PubKey().Bytes(), key) })
		require.GreaterOrEqual(c.T, i, 0, "an update of a validator that the test does not know")
		if update.Power == 0 {
			c.Validators = slices.Delete(c.Validators, i, i+1)
			continue
		}
		c.Validators[i].Power = update.Power
	}
	c.sortValidators()
}

// Sign signs an extension as CometBFT does.
func (c *Chain) Sign(v Validator, height int64, extension []byte) []byte {
	c.T.Helper()
	var buf bytes.Buffer
	var message proto.Message = &cmtproto.CanonicalVoteExtension{
		Extension: extension, Height: height, Round: int64(c.votes.Round), ChainId: ID,
	}
	require.NoError(c.T, protoio.NewDelimitedWriter(&buf).WriteMsg(message))
	signature, err := v.Key.Sign(buf.Bytes())
	require.NoError(c.T, err)
	return signature
}

// Votes returns the votes for the last block; tests may change them before the next one.
func (c *Chain) Votes() *abci.ExtendedCommitInfo { return &c.votes }
