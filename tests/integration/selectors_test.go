package integration_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"
)

// TestSelectors pins the functions that contracts written for ORA call, and those that the oracle
// calls on them. The signatures are those of github.com/ora-io/OAO at 8f763310 (10 April 2025):
// contracts/AIOracle.sol, contracts/interfaces/IAIOracle.sol, contracts/AIOracleCallbackReceiver.sol,
// with DA a uint8; the two selectors of the callbacks are written there as constants.
func TestSelectors(t *testing.T) {
	api := abiOf(t, "oracle")
	for name, want := range map[string]struct{ signature, selector string }{
		"requestCallback":       {"requestCallback(uint256,bytes,address,uint64,bytes)", "5b953806"},
		"requestCallback0":      {"requestCallback(uint256,bytes,address,uint64,bytes,uint8,uint8)", "8c2c1ed8"},
		"requestBatchInference": {"requestBatchInference(uint256,uint256,bytes,address,uint64,bytes,uint8,uint8)", "409694fa"},
		"estimateFee":           {"estimateFee(uint256,uint256)", "00e1d8d0"},
		"estimateFeeBatch":      {"estimateFeeBatch(uint256,uint256,uint256)", "5170b6af"},
		"isFinalized":           {"isFinalized(uint256)", "33727c4d"},
		"result":                {"result(uint256)", "3c594059"},
		"deliver":               {"deliver(uint256,bytes)", "157305fe"},
	} {
		require.Equal(t, want.signature, api.Methods[name].Sig, name)
		require.Equal(t, want.selector, common.Bytes2Hex(api.Methods[name].ID), name)
	}
	for signature, want := range map[string]string{
		"aiOracleCallback(uint256,bytes,bytes)":            "b0347814",
		"aiOracleCallbackError(uint256,uint8,bytes,bytes)": "8e6fd006",
	} {
		require.Equal(t, want, common.Bytes2Hex(crypto.Keccak256([]byte(signature))[:4]))
	}
	require.Equal(t, "AICallbackRequest(address,uint256,uint256,bytes,address,uint64,bytes)", api.Events["AICallbackRequest"].Sig)
	require.Equal(t, "AICallbackResult(address,uint256,address,bytes)", api.Events["AICallbackResult"].Sig)
}
