package integration_test

import (
	"slices"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/testutil/models"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// proving is a network on which every validator has bound a proof and no proposer opens it.
type proving struct {
	*chain.Chain
	worker *models.Worker
	due    []oracletypes.DueOpening
}

func newProving(t *testing.T, followers ...*chain.Follower) *proving {
	t.Helper()
	ana := chain.NewAccount("ana")
	made := models.Tiny(t, ana.Address(), 0)
	worker := models.NewWorker(t, made)
	c := chain.New(t, chain.Options{Accounts: []string{"ana", "eve"}, Worker: worker, Genesis: fastGenesis, Followers: followers})
	ok(t, c.Execute(time.Second, [][]byte{c.Tx(c.Account("ana"), &imotypes.MsgRegisterModel{
		Creator: ana.String(), Name: "Tiny", Licence: "Apache-2.0", BundleUris: []string{"http://127.0.0.1:1/bundles"},
		Manifest: made.Manifest.Encode(), Price: coin(imo(1)), VerificationClass: imotypes.VERIFICATION_CLASS_ATTESTED,
	})}))
	c.Next()
	c.Next() // all have bound
	due, err := c.App().OracleKeeper.DueOpenings(c.Context(), attestation.Key{Kind: attestation.Proof, ID: 1})
	require.NoError(t, err)
	require.Len(t, due, len(c.Validators))
	return &proving{c, worker, due}
}

// opening is what opens the binding of a validator.
func (p *proving) opening(i int, sender chain.Account) *oracletypes.MsgOpenProof {
	p.T.Helper()
	address := attestation.Address(p.Validators[i].Address())
	held, found := p.worker.Held(p.due[0].Key, p.due[0].Draw, address)
	require.True(p.T, found)
	paused := p.worker.Paused
	p.worker.Paused = false
	ready := p.worker.Ready()
	p.worker.Paused = paused
	result := ready[slices.IndexFunc(ready, func(r oracletypes.WorkResult) bool { return r.Key() == p.due[0].Key })]
	return &oracletypes.MsgOpenProof{
		Sender: sender.String(), Kind: oracletypes.SubjectKind_SUBJECT_KIND_PROOF, ModelId: 1,
		Validator: sdk.ConsAddress(address[:]).String(), ResultsRoot: result.ResultsRoot, Witness: result.Witness, Samples: held.Samples,
	}
}

// TestFreeOpening: a proof is opened by the validators' own transactions, when no proposer does it: an
// operator pays nothing for the right bytes, once; everybody else pays like for any transaction.
func TestFreeOpening(t *testing.T) {
	c := newProving(t)
	opening := c.opening
	free := func(from chain.Account, ahead, gas uint64, msgs ...sdk.Msg) []byte {
		return c.TxWithFee(from, ahead, gas, nil, msgs...)
	}
	operator, eve := c.Validators[0].Operator, c.Account("eve")
	good := free(operator, 0, 400_000, opening(0, operator))
	wrong := opening(1, c.Validators[1].Operator)
	wrong.Samples = opening(0, operator).Samples

	// What the pool says. A second copy does not pass while the first waits.
	check := func(tx []byte) *abci.ResponseCheckTx {
		res, err := c.App().CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
		require.NoError(t, err)
		return res
	}
	require.Zero(t, check(good).Code, check(good).Log)
	require.NotZero(t, check(free(operator, 1, 400_000, opening(0, operator))).Code)
	for name, tx := range map[string][]byte{
		"a stranger":            free(eve, 0, 400_000, opening(0, eve)),
		"another's operator":    free(operator, 1, 400_000, opening(2, operator)),
		"wrong bytes":           free(c.Validators[1].Operator, 0, 400_000, wrong),
		"two messages":          free(c.Validators[2].Operator, 0, 400_000, opening(2, c.Validators[2].Operator), opening(2, c.Validators[2].Operator)),
		"gas of half a block":   free(c.Validators[2].Operator, 0, 30_000_000, opening(2, c.Validators[2].Operator)),
		"not what is free":      free(eve, 0, 400_000, &oracletypes.MsgClaimRefund{Sender: eve.String(), Owner: eve.String()}),
		"a fee that is too low": c.TxWithFee(eve, 0, 400_000, sdk.NewCoins(sdk.NewInt64Coin(app.BaseDenom, 1)), opening(0, eve)),
	} {
		require.NotZero(t, check(tx).Code, name)
	}

	// A block without the proposer's help: absence never makes it invalid.
	before := c.Balance(operator.Address(), app.BaseDenom)
	results := c.Execute(time.Second, [][]byte{
		good, free(operator, 1, 400_000, opening(0, operator)),
		free(c.Validators[1].Operator, 0, 400_000, opening(1, c.Validators[1].Operator)),
		c.TxWithGas(eve, 0, 1_000_000, opening(2, eve)), // anyone may, and pays
	})
	require.Zero(t, results[0].Code, results[0].Log)
	require.NotZero(t, results[1].Code, "the copy")
	require.Zero(t, results[2].Code, results[2].Log)
	require.Zero(t, results[3].Code, results[3].Log)
	require.Equal(t, before, c.Balance(operator.Address(), app.BaseDenom), "it cost nothing")
	c.Next() // the proposer opens the fourth
	model, err := c.App().IMOKeeper.Model(c.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, imotypes.MODEL_STATUS_REPRODUCED, model.Status)
}
