package integration_test

import (
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"

	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/testutil/naive"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// travel is a packet on its way, and what it carries.
type travel struct {
	packet   channeltypes.Packet
	from, to chain.Account
	amount   *big.Int
	deadline time.Time
}

// bridge is what the ledger knows of tokens that left by ICS-20.
type bridge struct {
	escrowed *big.Int
	vouchers map[string]*big.Int
	out      []travel // to the far end
	back     []travel // from the far end
	doomed   []travel // to the far end, and nobody relays them in time
}

// leaves sends tokens into escrow. Some are relayed, some time out.
func (r *revenue) leaves(from chain.Account, x *big.Int) {
	if x.Sign() == 0 {
		return
	}
	life, doomed := time.Hour, r.rng.IntN(3) == 0
	if doomed {
		life = 3 * time.Second
	}
	msg := r.leave(nearEnd, r.shares(x)[0], from, from, life)
	way := travel{from: from, to: from, amount: x, deadline: r.Time().Add(life)}
	r.message("ics-20 out", from, msg, func() bool {
		if r.ledger.Bank[from.Name].Cmp(x) < 0 {
			return false
		}
		r.ledger.Add(from.Name, new(big.Int).Neg(x))
		r.bridge.escrowed.Add(r.bridge.escrowed, x)
		return true
	})
	r.observe(func(result *abci.ExecTxResult) {
		way.packet = r.packetOf(result)
		if doomed {
			r.bridge.doomed = append(r.bridge.doomed, way)
		} else {
			r.bridge.out = append(r.bridge.out, way)
		}
	})
}

// comesBack sends vouchers home.
func (r *revenue) comesBack(from, to chain.Account) {
	have := r.bridge.vouchers[from.Name]
	if have == nil || have.Sign() == 0 {
		return
	}
	x := new(big.Int).Quo(have, big.NewInt(1+r.rng.Int64N(3)))
	if x.Sign() == 0 {
		return
	}
	msg := r.leave(farEnd, sdk.NewCoin(voucher(r.denom), sdkmath.NewIntFromBigInt(x)), from, to, time.Hour)
	r.message("ics-20 back", from, msg, func() bool {
		if r.bridge.vouchers[from.Name].Cmp(x) < 0 {
			return false
		}
		r.bridge.vouchers[from.Name].Sub(r.bridge.vouchers[from.Name], x)
		return true
	})
	r.observe(func(result *abci.ExecTxResult) {
		r.bridge.back = append(r.bridge.back, travel{packet: r.packetOf(result), from: from, to: to, amount: x})
	})
}

// relay does for one packet what a relayer does.
func (r *revenue) relay(relayer chain.Account) {
	b := &r.bridge
	switch r.rng.IntN(3) {
	case 0:
		if len(b.out) > 0 {
			way := b.out[0]
			b.out = b.out[1:]
			r.message("ics-20 in", relayer, arrive(way.packet, relayer), func() bool {
				if b.vouchers[way.to.Name] == nil {
					b.vouchers[way.to.Name] = new(big.Int)
				}
				b.vouchers[way.to.Name].Add(b.vouchers[way.to.Name], way.amount)
				return true
			})
		}
	case 1:
		if len(b.back) > 0 {
			way := b.back[0]
			b.back = b.back[1:]
			r.message("ics-20 return", relayer, arrive(way.packet, relayer), r.unescrow(way.to, way.amount))
		}
	default:
		if len(b.doomed) > 0 && r.Time().After(b.doomed[0].deadline) {
			way := b.doomed[0]
			b.doomed = b.doomed[1:]
			r.message("ics-20 timeout", relayer, expire(way.packet, relayer), r.unescrow(way.from, way.amount))
		}
	}
}

func (r *revenue) unescrow(to chain.Account, x *big.Int) func() bool {
	return func() bool {
		r.bridge.escrowed.Sub(r.bridge.escrowed, x)
		r.ledger.Add(to.Name, x)
		return true
	}
}

// release hands ana what has vested. How much that is x/imo decides; who earns on it before and
// after is the ledger's affair.
func (r *revenue) release(sender chain.Account) {
	msg := &imotypes.MsgCollectAllocation{Sender: sender.String(), OfferingId: 1, Owner: r.ana.String()}
	r.message("vesting release", sender, msg, nil)
	r.observe(func(result *abci.ExecTxResult) {
		var data sdk.TxMsgData
		require.NoError(r.T, data.Unmarshal(result.Data))
		var response imotypes.MsgCollectAllocationResponse
		require.NoError(r.T, response.Unmarshal(data.MsgResponses[0].Value))
		x := response.Collected.AmountOf(r.denom).BigInt()
		lazy := r.ledger.Lazy[r.ana.Name]
		r.ledger.Lazy[r.ana.Name] = naive.Lazy{Amount: new(big.Int).Sub(lazy.Amount, x), Since: lazy.Since}
		r.ledger.Add(r.ana.Name, x)
	})
}

// exclude tries to hand tokens to an account that does not share revenue, where they would earn for
// everybody else: no door lets them through.
func (r *revenue) exclude(from chain.Account, x *big.Int) {
	excluded := authtypes.NewModuleAddress(imotypes.ModuleName)
	refused := func() bool { return false }
	if r.rng.IntN(2) == 0 {
		r.message("to an excluded account", from, banktypes.NewMsgSend(from.Address(), excluded, r.shares(new(big.Int).Add(x, big.NewInt(1)))), refused)
		return
	}
	r.contract("to an excluded account", from, refused, "transfer", common.BytesToAddress(excluded), new(big.Int).Add(x, big.NewInt(1)))
}
