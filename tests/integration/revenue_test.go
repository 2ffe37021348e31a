package integration_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	abci "github.com/cometbft/cometbft/abci/types"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/server/config"
	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/testutil/naive"
	imotypes "github.com/imochain/imod/x/imo/types"
	revsharekeeper "github.com/imochain/imod/x/revshare/keeper"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

const (
	revenueBlocks   = 130
	revenuePerBlock = 8
	// leastUses is how often each door must have let something through, and must have refused.
	leastUses = 5
	// others is the naive name of everything that nobody moves: vesting, liquidity, treasury.
	others = "others"
)

// revenue drives one model token through every door of the chain and keeps the naive ledger
// beside it.
type revenue struct {
	*job
	rng      *rand.Rand
	ledger   *naive.Ledger
	holders  []chain.Account
	token    common.Address
	unsynced *big.Int // native coins that lie at the token's address
	block    *chain.Block
	pending  []step
	done     map[string]int
	refused  map[string]int
	bridge   bridge
	// positions are the shares of the holders in the token's market.
	positions map[string]sdkmath.Int
}

// step is a transaction of the block and what it means to the naive ledger. apply returns false
// if the ledger refuses it; nil, if the ledger cannot know.
type step struct {
	door  string
	apply func() bool
	// starved: the gas may not suffice, so a refusal means nothing.
	starved bool
	// observe looks at the result of what went through.
	observe func(*abci.ExecTxResult)
}

// TestRevenueByEveryDoor: random blocks of bank sends, multi-sends, ERC-20 transfers with and
// without an allowance, with enough gas and with too little, ICS-20 transfers that come back or time
// out, trades in the token's market and changes of its liquidity, releases of vested tokens, attempts to reach excluded accounts, deposits by message, by plain
// transfer and sync, redemptions by message and by the token contract, claims for oneself and for
// others by message and by the token contract. After every block each holder's unpaid revenue is that of a ledger which closes every epoch and walks
// every holder, to the last scaled unit, on the sequential and on the parallel executor.
func TestRevenueByEveryDoor(t *testing.T) {
	j := newJobOn(t, []string{"ana", "bo", "chi", "dee", "eve"}, redeemingGenesis, &chain.Follower{Name: "main"}, &chain.Follower{Name: "block-stm", Executor: config.BlockExecutorBlockSTM, Workers: 4})
	j.liquidityBps = 1000
	j.sell()
	r := &revenue{
		job: j, rng: rand.New(rand.NewPCG(7641, 1)), holders: []chain.Account{j.ana, j.bo, j.chi, j.dee, j.eve},
		token: common.BytesToAddress(imotypes.TokenAddress(1)), unsynced: new(big.Int), done: map[string]int{}, refused: map[string]int{},
		bridge: bridge{escrowed: new(big.Int), vouchers: map[string]*big.Int{}}, positions: map[string]sdkmath.Int{},
	}
	r.open()
	for range revenueBlocks {
		r.next()
		r.compare()
	}
	for _, door := range []string{"send", "multi-send", "transfer", "transferFrom", "message claim", "contract claim", "message claim for", "contract claim for", "message redeem", "contract burn"} {
		require.GreaterOrEqual(t, r.done[door], leastUses, "done: %v", r.done)
		require.GreaterOrEqual(t, r.refused[door], leastUses, "refused: %v", r.refused)
	}
	for _, door := range []string{
		"deposit", "transfer with a sync", "plain transfer", "bank transfer", "message sync", "contract sync",
		"ics-20 out", "ics-20 in", "ics-20 back", "ics-20 return", "ics-20 timeout", "vesting release",
		"tokens for coins", "coins for tokens", "liquidity in", "liquidity out",
	} {
		require.GreaterOrEqual(t, r.done[door], leastUses, "done: %v", r.done)
	}
	require.Zero(t, r.done["to an excluded account"])
	require.GreaterOrEqual(t, r.refused["to an excluded account"], leastUses)
}

// open lets everyone spend everyone's tokens, opens a channel, and starts the ledger at the state of
// the chain.
func (r *revenue) open() {
	r.openLoop(r.eve)
	r.NextAfter(time.Minute) // the tranche is due, and with it vesting begins
	ok(r.T, r.Next(r.Tx(r.bo, &imotypes.MsgReleaseProceeds{Sender: r.bo.String(), OfferingId: 1})))
	for _, owner := range r.holders {
		for _, spender := range r.holders {
			r.call(owner, r.token, "token", nil, "approve", spender.EVM(), new(big.Int).Lsh(big.NewInt(1), 200))
		}
	}
	answer, err := revsharekeeper.NewQueryServer(r.App().RevShareKeeper).Params(r.Context(), &revsharetypes.QueryParamsRequest{})
	require.NoError(r.T, err)
	params := answer.Params
	epoch := r.epoch()
	r.ledger = naive.New(epoch, uint64(params.DripEpochs), params.MinEligible.BigInt(), params.RevenueDenoms[0].MinDrip.BigInt())
	r.ledger.ClaimableBps = int64(params.ClaimableBps)
	rest := r.App().BankKeeper.GetSupply(r.Context(), r.denom).Amount
	for _, holder := range r.holders {
		balance := r.Balance(holder.Address(), r.denom)
		rest = rest.Sub(balance)
		r.ledger.Add(holder.Name, balance.BigInt())
	}
	traded := r.Balance(imotypes.PoolAddress(1), r.denom)
	require.True(r.T, traded.IsPositive())
	rest = rest.Sub(traded)
	r.ledger.Add(market, traded.BigInt())
	lazy, since, err := r.App().IMOKeeper.LazyShares(r.Context(), r.denom, r.ana.Address())
	require.NoError(r.T, err)
	require.True(r.T, lazy.IsPositive(), "ana's tokens vest")
	r.ledger.Lazy[r.ana.Name] = naive.Lazy{Amount: lazy.BigInt(), Since: since}
	r.ledger.Add(others, rest.Sub(lazy).BigInt())
	for r.epoch() == epoch {
		r.Next()
	}
	r.ledger.Advance(1)
	totals, err := r.App().RevShareKeeper.HolderTotals(r.Context(), r.denom, r.bo.Address())
	require.NoError(r.T, err)
	require.Empty(r.T, totals, "revenue before the test began")
}

func (r *revenue) epoch() uint64 {
	epoch, err := r.App().RevShareKeeper.CurrentEpoch(r.Context())
	require.NoError(r.T, err)
	return epoch
}

func (r *revenue) someone() chain.Account { return r.holders[r.rng.IntN(len(r.holders))] }

// amount is a share of what there is, all of it, one unit, or more than there is.
func (r *revenue) amount(who chain.Account) *big.Int {
	balance := r.ledger.Bank[who.Name]
	switch r.rng.IntN(6) {
	case 0:
		return big.NewInt(1)
	case 1:
		return new(big.Int).Add(balance, big.NewInt(r.rng.Int64N(2)))
	default:
		x := new(big.Int).Mul(balance, big.NewInt(r.rng.Int64N(1100)))
		return x.Quo(x, big.NewInt(1000))
	}
}

// money is 1 to 10^21 base units, every order of magnitude equally likely.
func (r *revenue) money() *big.Int {
	return sdkmath.NewIntWithDecimal(1+r.rng.Int64N(9), r.rng.IntN(21)).BigInt()
}

// next makes a block of random steps and repeats on the ledger what the chain let through.
func (r *revenue) next() {
	r.block, r.pending = r.NewBlock(), nil
	for range revenuePerBlock {
		r.add()
	}
	epoch := r.epoch()
	results := r.Next(r.block.Txs...)
	r.ledger.Advance(r.epoch() - epoch)
	results = results[len(results)-len(r.pending):]
	for i, s := range r.pending {
		r.repeat(s, results[i])
	}
}

func (r *revenue) repeat(s step, result *abci.ExecTxResult) {
	went, reason := result.Code == 0, ""
	if went {
		var data sdk.TxMsgData
		require.NoError(r.T, data.Unmarshal(result.Data))
		if data.MsgResponses[0].TypeUrl == "/cosmos.evm.vm.v1.MsgEthereumTxResponse" {
			response := decodeResponse(r.T, result.Data)
			went, reason = response.VmError == "", fmt.Sprintf("%s: %s, gas %d", response.VmError, revertReason(response.Ret), result.GasUsed)
		}
	}
	if !went && s.starved {
		return
	}
	if s.apply != nil {
		require.Equal(r.T, s.apply(), went, "%s at height %d: the chain says %s%s", s.door, r.Height(), result.Log, reason)
	}
	if went {
		r.done[s.door]++
		if s.observe != nil {
			s.observe(result)
		}
	} else {
		r.refused[s.door]++
	}
}

// compare: every holder's unpaid revenue, the sum of all, and the books of the pool.
func (r *revenue) compare() {
	r.T.Helper()
	ctx := r.Context()
	keeper := r.App().RevShareKeeper
	require.NoError(r.T, keeper.CheckInvariants(ctx))
	for _, holder := range r.holders {
		require.Equal(r.T, r.ledger.Bank[holder.Name].String(), r.Balance(holder.Address(), r.denom).String())
		totals, err := keeper.HolderTotals(ctx, r.denom, holder.Address())
		require.NoError(r.T, err)
		for _, total := range totals {
			want := r.ledger.Scaled(total.Denom, holder.Name, r.ledger.Epoch)
			require.Equal(r.T, want.String(), total.Scaled.String(), "%s at height %d", holder.Name, r.Height())
		}
	}
	r.compareMarket()
	books, err := revsharekeeper.NewQueryServer(r.App().RevShareKeeper).Solvency(ctx, &revsharetypes.QuerySolvencyRequest{Denom: r.denom})
	require.NoError(r.T, err)
	if stream := r.ledger.Streams[app.BaseDenom]; stream != nil {
		require.Equal(r.T, stream.Pot.String(), books.Pools[0].Denoms[0].Redeemable.String(), "redemption pool at height %d", r.Height())
		require.Equal(r.T, "0", books.Pools[0].Denoms[0].Surplus.String())
	}
	escrowed := r.App().TransferKeeper.GetTotalEscrowForDenom(ctx, r.denom)
	require.Equal(r.T, r.bridge.escrowed.String(), escrowed.Amount.String(), "tokens in escrow")
	held := r.Balance(imotypes.TokenAddress(1), app.BaseDenom)
	require.Equal(r.T, r.unsynced.String(), held.String(), "native coins at the token's address")
}

// move takes tokens from one holder to another if there are enough.
func (r *revenue) move(from, to chain.Account, x *big.Int) func() bool {
	return func() bool {
		if r.ledger.Bank[from.Name].Cmp(x) < 0 {
			return false
		}
		r.ledger.Add(from.Name, new(big.Int).Neg(x))
		r.ledger.Add(to.Name, x)
		return true
	}
}

// sweep is what a sync does, and every other message and call that names the pool.
func (r *revenue) sweep() bool {
	if r.unsynced.Sign() > 0 {
		r.ledger.Deposit(app.BaseDenom, r.unsynced)
		r.unsynced = new(big.Int)
	}
	return true
}

// burnt is a small part of what there is, so that some is left to burn, or more than there is.
func (r *revenue) burnt(who chain.Account) *big.Int {
	balance := r.ledger.Bank[who.Name]
	if r.rng.IntN(4) == 0 {
		return new(big.Int).Add(balance, big.NewInt(1))
	}
	x := new(big.Int).Mul(balance, big.NewInt(r.rng.Int64N(50)))
	return x.Quo(x, big.NewInt(1000))
}

// redeem burns; what it pays is what leaves the pot.
func (r *revenue) redeem(who chain.Account, x *big.Int) func() bool {
	return func() bool {
		if x.Sign() == 0 || r.ledger.Bank[who.Name].Cmp(x) < 0 {
			return false
		}
		r.sweep()
		r.ledger.Redeem(who.Name, x, r.bridge.escrowed)
		return true
	}
}

// pay is a claim up to an epoch; one that finds nothing changes nothing.
func (r *revenue) pay(who chain.Account, upTo uint64) func() bool {
	return func() bool { return r.ledger.Claim(who.Name, upTo) != nil && r.sweep() }
}

func (r *revenue) message(door string, from chain.Account, msg sdk.Msg, apply func() bool) {
	r.block.Messages(from, msg)
	r.pending = append(r.pending, step{door: door, apply: apply})
}

// observe looks at the result of the step added last.
func (r *revenue) observe(look func(*abci.ExecTxResult)) {
	r.pending[len(r.pending)-1].observe = look
}

// contract calls the token, now and then with less gas than it takes.
func (r *revenue) contract(door string, from chain.Account, apply func() bool, method string, args ...any) {
	data, err := abiOf(r.T, "token").Pack(method, args...)
	require.NoError(r.T, err)
	call := chain.Call{To: &r.token, Data: data, Gas: 400_000}
	starved := r.rng.IntN(6) == 0
	if starved {
		call.Gas = 25_000 + r.rng.Uint64N(150_000)
	}
	r.block.Eth(from, call)
	r.pending = append(r.pending, step{door: door, apply: apply, starved: starved})
}

func (r *revenue) add() {
	from, to := r.someone(), r.someone()
	upTo := r.epoch() + r.rng.Uint64N(3)
	switch r.rng.IntN(28) {
	case 0, 26:
		x := r.amount(from)
		if x.Sign() > 0 {
			r.message("send", from, banktypes.NewMsgSend(from.Address(), to.Address(), r.shares(x)), r.move(from, to, x))
		}
	case 1:
		r.multiSend(from, to, r.someone())
	case 2, 3:
		x := r.amount(from)
		r.contract("transfer", from, r.move(from, to, x), "transfer", to.EVM(), x)
	case 4, 5:
		x := r.amount(from)
		r.contract("transferFrom", to, r.move(from, to, x), "transferFrom", from.EVM(), to.EVM(), x)
	case 6:
		x := r.money()
		r.message("deposit", from, &revsharetypes.MsgDeposit{
			Depositor: from.String(), ShareDenom: r.denom, Amount: coin(sdkmath.NewIntFromBigInt(x)),
		}, func() bool {
			r.sweep()
			r.ledger.Deposit(app.BaseDenom, x)
			return true
		})
	case 7:
		r.gift(from)
	case 8:
		if r.rng.IntN(2) == 0 {
			r.message("message sync", from, &revsharetypes.MsgSync{Caller: from.String(), ShareDenom: r.denom}, r.sweep)
		} else {
			r.contract("contract sync", from, r.sweep, "sync")
		}
	case 9:
		r.message("message claim", from, &revsharetypes.MsgClaim{Holder: from.String(), ShareDenom: r.denom, UpTo: upTo}, r.pay(from, upTo))
	case 10:
		r.contract("contract claim", from, r.pay(from, upTo), "claim", new(big.Int).SetUint64(upTo))
	case 11:
		r.message("message claim for", from, &revsharetypes.MsgClaimFor{
			Caller: from.String(), ShareDenom: r.denom, Holder: to.String(), UpTo: upTo,
		}, r.pay(to, upTo))
	case 12:
		x := r.burnt(from)
		r.message("message redeem", from, &revsharetypes.MsgRedeem{Holder: from.String(), Amount: sdk.NewCoin(r.denom, sdkmath.NewIntFromBigInt(x))}, r.redeem(from, x))
	case 13:
		x := r.burnt(from)
		r.contract("contract burn", from, r.redeem(from, x), "burn", x)
	case 14, 15:
		r.leaves(from, r.amount(from))
	case 16, 17, 18, 19:
		r.relay(from)
	case 20:
		r.comesBack(from, to)
	case 21:
		r.release(from)
	case 22:
		r.exclude(from, r.amount(from))
	case 23, 24:
		r.trade(from)
	case 25:
		r.provide(from)
	default:
		r.contract("contract claim for", from, r.pay(to, upTo+1), "claimFor", to.EVM())
	}
}

func (r *revenue) shares(x *big.Int) sdk.Coins {
	return sdk.NewCoins(sdk.NewCoin(r.denom, sdkmath.NewIntFromBigInt(x)))
}

// multiSend pays two at once.
func (r *revenue) multiSend(from, first, second chain.Account) {
	x := new(big.Int).Add(new(big.Int).Quo(r.amount(from), big.NewInt(2)), big.NewInt(1))
	total := new(big.Int).Lsh(x, 1)
	msg := banktypes.NewMsgMultiSend(banktypes.NewInput(from.Address(), r.shares(total)), []banktypes.Output{
		banktypes.NewOutput(first.Address(), r.shares(x)), banktypes.NewOutput(second.Address(), r.shares(x)),
	})
	r.message("multi-send", from, msg, func() bool {
		if r.ledger.Bank[from.Name].Cmp(total) < 0 {
			return false
		}
		return r.move(from, first, x)() && r.move(from, second, x)()
	})
}

// gift sends native coins to the token's address: by the EVM with gas for a sync or with the gas
// of a plain transfer, or by the bank.
func (r *revenue) gift(from chain.Account) {
	x := r.money()
	lies := func() bool { r.unsynced.Add(r.unsynced, x); return true }
	switch r.rng.IntN(3) {
	case 0:
		r.block.Eth(from, chain.Call{To: &r.token, Value: x, Gas: 400_000})
		r.pending = append(r.pending, step{door: "transfer with a sync", apply: func() bool { return lies() && r.sweep() }})
	case 1:
		r.block.Eth(from, chain.Call{To: &r.token, Value: x, Gas: 21_000})
		r.pending = append(r.pending, step{door: "plain transfer", apply: lies})
	default:
		r.message("bank transfer", from, banktypes.NewMsgSend(from.Address(), imotypes.TokenAddress(1), coins(sdkmath.NewIntFromBigInt(x))), lies)
	}
}
