package rpc

import (
	"context"
	"fmt"

	"github.com/cosmos/cosmos-sdk/client"
	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
)

// Draft is a transaction before it is signed.
type Draft struct {
	ChainID  string
	Number   uint64 // account number
	Sequence uint64
	Msgs     []sdk.Msg
	Gas      uint64
	Fee      sdk.Coins
	Memo     string
}

// Sign builds and signs a draft in direct mode with one key.
func Sign(ctx context.Context, cfg client.TxConfig, key Key, draft Draft) (client.TxBuilder, error) {
	builder := cfg.NewTxBuilder()
	if err := builder.SetMsgs(draft.Msgs...); err != nil {
		return nil, err
	}
	builder.SetGasLimit(draft.Gas)
	builder.SetFeeAmount(draft.Fee)
	builder.SetMemo(draft.Memo)

	// The sign bytes cover the signer's info, so it is set, with an empty signature, before signing.
	if err := builder.SetSignatures(unsigned(key, draft.Sequence)); err != nil {
		return nil, err
	}
	signature, err := clienttx.SignWithPrivKey(ctx, signing.SignMode_SIGN_MODE_DIRECT, authsigning.SignerData{
		Address:       key.Address.String(),
		ChainID:       draft.ChainID,
		AccountNumber: draft.Number,
		Sequence:      draft.Sequence,
		PubKey:        key.Priv.PubKey(),
	}, builder, key.Priv, cfg, draft.Sequence)
	if err != nil {
		return nil, fmt.Errorf("sign as %s: %w", key.Name, err)
	}
	if err := builder.SetSignatures(signature); err != nil {
		return nil, err
	}
	return builder, nil
}

// unsigned is the signer's info without a signature: enough for simulation.
func unsigned(key Key, sequence uint64) signing.SignatureV2 {
	return signing.SignatureV2{
		PubKey:   key.Priv.PubKey(),
		Data:     &signing.SingleSignatureData{SignMode: signing.SignMode_SIGN_MODE_DIRECT},
		Sequence: sequence,
	}
}
