package integration_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/testutil/models"
	aigctypes "github.com/imochain/imod/x/aigc/types"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
)

// register adds a model and waits until it is reproduced.
func (j *job) register(who chain.Account, b *bundle.Bundle, change func(*imotypes.MsgRegisterModel)) imotypes.Model {
	j.T.Helper()
	msg := &imotypes.MsgRegisterModel{
		Creator: who.String(), Name: "Another", Summary: "Paints two by two pixels.", Licence: "Apache-2.0",
		BundleUris: []string{"http://127.0.0.1:1/bundles"}, Manifest: b.Manifest.Encode(), Price: coin(imo(1)),
		Contributors:      []imotypes.Contributor{{Address: who.String(), Weight: 1}},
		VerificationClass: imotypes.VERIFICATION_CLASS_ATTESTED,
	}
	change(msg)
	ok(j.T, j.Next(j.Tx(who, msg)))
	for range 3 + len(j.Validators)/attestation.MaxOpenings {
		j.Next()
	}
	last := imotypes.Model{}
	for id := uint64(1); ; id++ {
		model, err := j.App().IMOKeeper.Model(j.Context(), id)
		if err != nil {
			break
		}
		last = model
	}
	require.Equal(j.T, imotypes.MODEL_STATUS_REPRODUCED, last.Status)
	return last
}

// TestLineageIncome: the royalty of a sale in the collection of a derived model goes up to its parent and grandparent, by the shares
// that were frozen when the models were registered, to the unit.
func TestLineageIncome(t *testing.T) {
	j := newJob(t)
	child, grandchild := models.Tiny(t, j.dee.Address(), 3), models.Tiny(t, j.chi.Address(), 6)
	j.worker.Add(child, grandchild)
	parentModel := j.register(j.ana, j.second, func(m *imotypes.MsgRegisterModel) { m.Derivatives, m.DerivativeBps = true, 1_000 })
	childModel := j.register(j.dee, child, func(m *imotypes.MsgRegisterModel) {
		m.Derivatives, m.DerivativeBps, m.ParentModelId = true, 3_000, parentModel.Id
	})
	model := j.register(j.chi, grandchild, func(m *imotypes.MsgRegisterModel) { m.ParentModelId = childModel.Id })
	require.Equal(t, []imotypes.LineageShare{{ModelId: parentModel.Id, Bps: 300}, {ModelId: childModel.Id, Bps: 2_700}}, model.Lineage)

	ok(t, j.Next(j.Tx(j.chi, &aigctypes.MsgCreateCollection{
		Creator: j.chi.String(), ModelId: model.Id, Name: "Derived works", Symbol: "DRV", RoyaltyPoolBps: 2_000, MintPrice: coin(imo(0)),
		MintPolicy: aigctypes.MINT_POLICY_ANYONE,
	})))
	ok(t, j.Next(j.Tx(j.eve, mintMessage(j.eve.String(), 1, nil))))
	j.Next()
	j.Next()
	ok(t, j.Next(j.Tx(j.eve, &aigctypes.MsgSettle{Sender: j.eve.String(), CollectionId: 1, TokenId: idText(1)})))
	price := imo(100).AddRaw(7)
	ok(t, j.Next(j.Tx(j.eve, &aigctypes.MsgList{Owner: j.eve.String(), CollectionId: 1, TokenId: idText(1), Price: coin(price)})))
	j.Next() // what the request earned is paid

	before := map[string]sdk.Coin{}
	for _, who := range []chain.Account{j.ana, j.dee, j.chi} {
		before[who.Name] = coin(j.Balance(who.Address(), app.BaseDenom))
	}
	ok(t, j.Next(j.Tx(j.bo, &aigctypes.MsgBuy{Buyer: j.bo.String(), CollectionId: 1, TokenId: idText(1), ExpectedPrice: coin(price)})))
	j.Next()

	royalty := price.MulRaw(2_000).QuoRaw(10_000)
	rest := royalty.Sub(royalty.MulRaw(int64(model.IncomeProtocolBps)).QuoRaw(10_000))
	toParent, toChild := rest.MulRaw(300).QuoRaw(10_000), rest.MulRaw(2_700).QuoRaw(10_000)
	for who, want := range map[*chain.Account]sdk.Coin{
		&j.ana: coin(toParent), &j.dee: coin(toChild), &j.chi: coin(rest.Sub(toParent).Sub(toChild)),
	} {
		got := j.Balance(who.Address(), app.BaseDenom).Sub(before[who.Name].Amount)
		require.Equal(t, want.Amount.String(), got.String(), who.Name)
	}
	require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
}
