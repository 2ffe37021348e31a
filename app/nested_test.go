package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	evmtypes "github.com/cosmos/evm/x/vm/types"
)

// TestNestedMessages: locked accounts nowhere, Ethereum transactions only at the top level.
func TestNestedMessages(t *testing.T) {
	inside := func(msg sdk.Msg) sdk.Msg {
		packed, err := codectypes.NewAnyWithValue(msg)
		require.NoError(t, err)
		return &govv1.MsgSubmitProposal{Messages: []*codectypes.Any{packed}}
	}
	refused := map[string]sdk.Msg{
		"fails: vesting account":                      &vestingtypes.MsgCreateVestingAccount{},
		"fails: permanently locked account":           &vestingtypes.MsgCreatePermanentLockedAccount{},
		"fails: periodic vesting account":             &vestingtypes.MsgCreatePeriodicVestingAccount{},
		"fails: vesting account in a proposal":        inside(&vestingtypes.MsgCreateVestingAccount{}),
		"fails: Ethereum transaction in a proposal":   inside(&evmtypes.MsgEthereumTx{}),
		"fails: proposal in a proposal":               inside(&govv1.MsgSubmitProposal{}),
		"fails: vesting account two proposals deeper": inside(inside(&vestingtypes.MsgCreateVestingAccount{})),
	}
	for name, msg := range refused {
		t.Run(name, func(t *testing.T) { require.Error(t, checkMessage(msg)) })
	}
	require.NoError(t, checkMessage(&banktypes.MsgSend{}))
	require.NoError(t, checkMessage(inside(&banktypes.MsgSend{})))
	require.NoError(t, checkMessage(&evmtypes.MsgEthereumTx{}))
}
