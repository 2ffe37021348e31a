package integration_test

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"
	localhost "github.com/cosmos/ibc-go/v11/modules/light-clients/09-localhost"

	"github.com/cosmos/evm/precompiles/ics20"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
)

// loopback opens a transfer channel from the chain to itself: "channel-0" to "channel-1".
func loopback(t *testing.T, c *chain.Chain, relayer chain.Account) {
	t.Helper()
	signer := relayer.String()
	height := clienttypes.NewHeight(1, 1)
	hops := []string{ibcexported.LocalhostConnectionID}
	ok(t, c.Next(c.Tx(relayer, channeltypes.NewMsgChannelOpenInit(
		transfertypes.PortID, transfertypes.V1, channeltypes.UNORDERED, hops, transfertypes.PortID, signer))))
	ok(t, c.Next(c.Tx(relayer, channeltypes.NewMsgChannelOpenTry(
		transfertypes.PortID, transfertypes.V1, channeltypes.UNORDERED, hops, transfertypes.PortID, "channel-0", transfertypes.V1,
		localhost.SentinelProof, height, signer))))
	ok(t, c.Next(c.Tx(relayer, channeltypes.NewMsgChannelOpenAck(
		transfertypes.PortID, "channel-0", "channel-1", transfertypes.V1, localhost.SentinelProof, height, signer))))
	ok(t, c.Next(c.Tx(relayer, channeltypes.NewMsgChannelOpenConfirm(
		transfertypes.PortID, "channel-1", localhost.SentinelProof, height, signer))))
}

// attribute finds the last value of an event's attribute, in hex.
func attribute(t *testing.T, result *abci.ExecTxResult, event, key string) []byte {
	t.Helper()
	value := ""
	for _, e := range result.Events {
		for _, a := range e.Attributes {
			if e.Type == event && a.Key == key {
				value = a.Value
			}
		}
	}
	require.NotEmpty(t, value, "%s.%s", event, key)
	raw, err := hex.DecodeString(value)
	require.NoError(t, err)
	return raw
}

// TestUpstreamICS20 is the probe F11: coins that leave through the ICS-20 contract with a memo that asks
// for a callback are neither forged nor lost, on the way out, on arrival and at the acknowledgement; a
// call that reverts after it leaves nothing.
func TestUpstreamICS20(t *testing.T) {
	c := chain.New(t, chain.Options{Accounts: []string{"ana", "bo", "chi"}})
	ana, bo, chi := c.Account("ana"), c.Account("bo"), c.Account("chi")
	loopback(t, c, chi)
	j := &job{Chain: c}
	receiver := j.deploy(chi, codeReceiver)
	contract := common.HexToAddress(evmtypes.ICS20PrecompileAddress)
	escrow := transfertypes.GetEscrowAddress(transfertypes.PortID, "channel-0")
	send := func(from common.Address, memo string) []byte {
		data, err := ics20.ABI.Pack("transfer", transfertypes.PortID, "channel-0", app.BaseDenom, big.NewInt(1000), from, bo.String(),
			clienttypes.Height{}, uint64(math.MaxInt64), memo)
		require.NoError(t, err)
		return data
	}
	memo := fmt.Sprintf(`{"src_callback":{"address":"%s"}}`, receiver.Hex())
	for n, memo := range []string{"", memo} {
		result := ok(t, c.Next(c.EthTx(ana, chain.Call{To: &contract, Data: send(ana.EVM(), memo)}))) // every block adds up all coins
		require.Empty(t, decodeResponse(t, result.Data).VmError)
		require.Equal(t, sdkmath.NewInt(int64(1000*(n+1))), c.Balance(escrow, app.BaseDenom))
		packet := channeltypes.NewPacket(attribute(t, result, "send_packet", "packet_data_hex"), uint64(n+1),
			transfertypes.PortID, "channel-0", transfertypes.PortID, "channel-1", clienttypes.Height{}, math.MaxInt64)
		result = ok(t, c.Next(c.Tx(chi, channeltypes.NewMsgRecvPacket(packet, localhost.SentinelProof, clienttypes.NewHeight(1, 1), chi.String()))))
		ack := attribute(t, result, "write_acknowledgement", "packet_ack_hex")
		require.Contains(t, string(ack), "result", "the packet arrived")
		ok(t, c.Next(c.Tx(chi, channeltypes.NewMsgAcknowledgement(packet, ack, localhost.SentinelProof, clienttypes.NewHeight(1, 1), chi.String()))))
	}
	voucher := transfertypes.NewDenom(app.BaseDenom, transfertypes.NewHop(transfertypes.PortID, "channel-1")).IBCDenom()
	require.Equal(t, sdkmath.NewInt(2000), c.Balance(bo.Address(), voucher))

	reverting := j.deploy(chi, forwards(contract, 0xf1, 0, true)) // CALL, then REVERT
	result := c.Next(c.EthTx(ana, chain.Call{To: &reverting, Data: send(reverting, memo)}))[0]
	require.NotEmpty(t, decodeResponse(t, result.Data).VmError)
	require.Equal(t, sdkmath.NewInt(2000), c.Balance(escrow, app.BaseDenom))
}
