package integration_test

import (
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/stretchr/testify/require"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"

	"github.com/cosmos/evm/precompiles/ics20"
	callbackstypes "github.com/cosmos/evm/x/ibc/callbacks/types"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
)

// TestIBCContractReceives: a contract that a packet calls takes the coins that came; one that fails, that leaves a unit lying,
// that burns all gas or that is none has the coins sent back to the unit; no memo of ours goes along with any of it.
func TestIBCContractReceives(t *testing.T) {
	overBoth(t, func(t *testing.T, r *road) {
		a := r.invest(r.bo, imo(100))
		coinContract := common.HexToAddress(app.WrappedNative)
		takes := r.deploy(r.chi, forwards(coinContract, vm.CALL, 0, false))
		reverts := r.deploy(r.chi, forwards(coinContract, vm.CALL, 0, true))
		loops := r.deploy(r.chi, codeLoops)
		isolated := callbackstypes.GenerateIsolatedAddress(r.near, a.who.String())
		pull := func(by common.Address, units *big.Int) string {
			data, err := abiOf(t, "token").Pack("transferFrom", common.BytesToAddress(isolated), by, units)
			require.NoError(t, err)
			return hex.EncodeToString(data)
		}
		call := func(to common.Address, units *big.Int, fields string) string {
			return fmt.Sprintf(`{"dest_callback":{"address":"%s","gas_limit":"900000","calldata":"%s"}%s}`, to, pull(to, units), fields)
		}
		ten, ours := imo(10), `,"imo":{"deposit":{"model_id":"1"}}`
		for _, c := range []struct {
			name, receiver, memo string
			code                 int
		}{
			{"reverts", isolated.String(), call(reverts, ten.BigInt(), ""), 0},
			{"leaves a unit", isolated.String(), call(takes, ten.SubRaw(1).BigInt(), ""), 0},
			{"burns all gas", isolated.String(), call(loops, ten.BigInt(), ""), 0},
			{"no contract", isolated.String(), call(r.dee.EVM(), ten.BigInt(), ""), 0},
			{"another's account", r.dee.String(), call(takes, ten.BigInt(), ""), 0},
			{"with our memo", isolated.String(), call(takes, ten.BigInt(), ours), 3},
		} {
			before := a.everything()
			require.Equal(t, answer{code: c.code}, a.relay(a.send(ten, c.receiver, c.memo)), c.name)
			require.Equal(t, before, a.everything(), c.name)
			require.Equal(t, "0", r.Balance(isolated, app.BaseDenom).String(), c.name)
		}
		packet := a.send(ten, isolated.String(), call(takes, ten.BigInt(), ""))
		require.True(t, a.relay(packet).Success())
		require.Equal(t, ten, r.Balance(takes.Bytes(), app.BaseDenom))
		require.Equal(t, imo(90).String(), a.held())
		r.broadcast(r.eve, r.arrives(packet)) // again
		require.Equal(t, ten, r.Balance(takes.Bytes(), app.BaseDenom))
		a.conserved()
	})
}

// TestIBCContractSends: a contract that sent coins is told how it ended; if it fails then, the coins come back to it all the same.
func TestIBCContractSends(t *testing.T) {
	overBoth(t, func(t *testing.T, r *road) {
		precompile := common.HexToAddress(evmtypes.ICS20PrecompileAddress)
		sender := r.deploy(r.chi, forwards(precompile, vm.CALL, 0, false)) // and told of an end, which the precompile does not know
		send := func(receiver string) *big.Int {
			timeout := uint64(math.MaxInt64)
			if r.v2 {
				timeout = uint64(r.Time().Add(time.Hour).Unix())
			}
			data, err := ics20.ABI.Pack("transfer", transfertypes.PortID, r.near, app.BaseDenom, big.NewInt(1000), sender, receiver,
				clienttypes.Height{}, timeout, fmt.Sprintf(`{"src_callback":{"address":"%s"}}`, sender))
			require.NoError(t, err)
			result := ok(t, r.Next(r.EthTx(r.dee, chain.Call{To: &sender, Data: data})))
			require.Equal(t, big.NewInt(2), r.slot(sender, 0), "it sent")
			r.relay(r.parcel(result))
			return r.slot(sender, 0)
		}
		ok(t, r.Next(r.EthTx(r.dee, chain.Call{To: &sender, Value: big.NewInt(1000)})))
		require.Equal(t, big.NewInt(1), send("no address"), "it was told, and what it called then failed")
		require.Equal(t, "1000", r.Balance(sender.Bytes(), app.BaseDenom).String(), "refunded")
		require.Equal(t, big.NewInt(1), send(r.bo.String()))
		require.Equal(t, "0", r.Balance(sender.Bytes(), app.BaseDenom).String())
		require.Equal(t, "1000", r.Balance(r.bo.Address(), r.voucher(app.BaseDenom)).String())
	})
}
