package integration_test

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
	localhost "github.com/cosmos/ibc-go/v11/modules/light-clients/09-localhost"

	"github.com/cosmos/evm/precompiles/ics20"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
)

// TestUpstreamICS20 is the probe F11: coins that leave through the ICS-20 contract with a memo that asks
// for a callback are neither forged nor lost, on the way out, on arrival and at the acknowledgement; a
// call that reverts after it leaves nothing.
func TestUpstreamICS20(t *testing.T) {
	c := chain.New(t, chain.Options{Accounts: []string{"ana", "bo", "chi"}})
	ana, bo, chi := c.Account("ana"), c.Account("bo"), c.Account("chi")
	j := &job{Chain: c}
	j.openLoop(chi)
	receiver := j.deploy(chi, codeReceiver)
	contract := common.HexToAddress(evmtypes.ICS20PrecompileAddress)
	escrow := transfertypes.GetEscrowAddress(transfertypes.PortID, nearEnd)
	send := func(from common.Address, memo string) []byte {
		data, err := ics20.ABI.Pack("transfer", transfertypes.PortID, nearEnd, app.BaseDenom, big.NewInt(1000), from, bo.String(),
			clienttypes.Height{}, uint64(math.MaxInt64), memo)
		require.NoError(t, err)
		return data
	}
	memo := fmt.Sprintf(`{"src_callback":{"address":"%s"}}`, receiver.Hex())
	for n, memo := range []string{"", memo} {
		result := ok(t, c.Next(c.EthTx(ana, chain.Call{To: &contract, Data: send(ana.EVM(), memo)}))) // every block adds up all coins
		require.Empty(t, decodeResponse(t, result.Data).VmError)
		require.Equal(t, sdkmath.NewInt(int64(1000*(n+1))), c.Balance(escrow, app.BaseDenom))
		packet := j.packetOf(result)
		ok(t, c.Next(c.Tx(chi, arrive(packet, chi))))
		ack := channeltypes.NewResultAcknowledgement([]byte{1}).Acknowledgement()
		ok(t, c.Next(c.Tx(chi, channeltypes.NewMsgAcknowledgement(packet, ack, localhost.SentinelProof, clienttypes.ZeroHeight(), chi.String()))))
	}
	require.Equal(t, sdkmath.NewInt(2000), c.Balance(bo.Address(), voucher(app.BaseDenom)))

	reverting := j.deploy(chi, forwards(contract, 0xf1, 0, true)) // CALL, then REVERT
	result := c.Next(c.EthTx(ana, chain.Call{To: &reverting, Data: send(reverting, memo)}))[0]
	require.NotEmpty(t, decodeResponse(t, result.Data).VmError)
	require.Equal(t, sdkmath.NewInt(2000), c.Balance(escrow, app.BaseDenom))
}
