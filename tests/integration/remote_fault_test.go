package integration_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
	"github.com/imochain/imod/x/remote"
	revsharetypes "github.com/imochain/imod/x/revshare/types"
)

var errInjected = errors.New("injected")

// faults makes one of the calls behind a packet fail: of a server or keeper, before it did anything or after all it does, or
// of the bank.
type faults struct {
	at, calls int // the call that fails, from 1; 0 none
	after     bool
	hit       bool           // it did
	spare     sdk.AccAddress // pays fees, which are no part of a packet
}

// arm makes the at-th call from now on fail.
func (f *faults) arm(at int, after bool) { f.at, f.calls, f.after, f.hit = at, 0, after, false }

func meddle[Q, A any](ctx context.Context, f *faults, do func(context.Context, Q) (A, error), q Q) (A, error) {
	var none A
	f.calls++
	now := f.calls == f.at
	if now && !f.after {
		f.hit = true
		return none, errInjected
	}
	a, err := do(ctx, q)
	if now {
		f.hit = true
		return none, errInjected
	}
	return a, err
}

// plain makes a call without an answer one with an empty answer.
func plain(do func() error) func(context.Context, struct{}) (struct{}, error) {
	return func(context.Context, struct{}) (struct{}, error) { return struct{}{}, do() }
}

type faultyOfferings struct {
	imotypes.MsgServer
	f *faults
}

func (o faultyOfferings) PlaceBid(ctx context.Context, m *imotypes.MsgPlaceBid) (*imotypes.MsgPlaceBidResponse, error) {
	return meddle(ctx, o.f, o.MsgServer.PlaceBid, m)
}

func (o faultyOfferings) CancelBid(ctx context.Context, m *imotypes.MsgCancelBid) (*imotypes.MsgCancelBidResponse, error) {
	return meddle(ctx, o.f, o.MsgServer.CancelBid, m)
}

func (o faultyOfferings) CollectAllocation(ctx context.Context, m *imotypes.MsgCollectAllocation) (*imotypes.MsgCollectAllocationResponse, error) {
	return meddle(ctx, o.f, o.MsgServer.CollectAllocation, m)
}

func (o faultyOfferings) CollectRefund(ctx context.Context, m *imotypes.MsgCollectRefund) (*imotypes.MsgCollectRefundResponse, error) {
	return meddle(ctx, o.f, o.MsgServer.CollectRefund, m)
}

func (o faultyOfferings) Exit(ctx context.Context, m *imotypes.MsgExit) (*imotypes.MsgExitResponse, error) {
	return meddle(ctx, o.f, o.MsgServer.Exit, m)
}

type faultyRevenue struct {
	revsharetypes.MsgServer
	f *faults
}

func (r faultyRevenue) Claim(ctx context.Context, m *revsharetypes.MsgClaim) (*revsharetypes.MsgClaimResponse, error) {
	return meddle(ctx, r.f, r.MsgServer.Claim, m)
}

type faultyRequests struct {
	oracletypes.MsgServer
	f *faults
}

func (r faultyRequests) RequestInference(ctx context.Context, m *oracletypes.MsgRequestInference) (*oracletypes.MsgRequestInferenceResponse, error) {
	return meddle(ctx, r.f, r.MsgServer.RequestInference, m)
}

type faultyKeepers struct {
	remote.DepositKeeper
	remote.ReturnKeeper
	remote.TransferKeeper
	f *faults
}

func (k faultyKeepers) Sync(ctx context.Context, denom string) error {
	_, err := meddle(ctx, k.f, plain(func() error { return k.DepositKeeper.Sync(ctx, denom) }), struct{}{})
	return err
}

func (k faultyKeepers) Deposit(
	ctx context.Context, from sdk.AccAddress, denom string, amount sdk.Coin, kind revsharetypes.SourceKind, by ...revsharetypes.PaidBy,
) error {
	_, err := meddle(ctx, k.f, plain(func() error { return k.DepositKeeper.Deposit(ctx, from, denom, amount, kind, by...) }), struct{}{})
	return err
}

func (k faultyKeepers) SettleReturn(ctx context.Context, channel string, sequence uint64, arrived bool) error {
	_, err := meddle(ctx, k.f, plain(func() error { return k.ReturnKeeper.SettleReturn(ctx, channel, sequence, arrived) }), struct{}{})
	return err
}

func (k faultyKeepers) Transfer(ctx context.Context, m *transfertypes.MsgTransfer) (*transfertypes.MsgTransferResponse, error) {
	return meddle(ctx, k.f, k.TransferKeeper.Transfer, m)
}

// faulty are the options of a network whose packets meet the faults.
func faulty(f *faults) chain.Options {
	options := twoWays()
	whole := options.Followers[0].Setup
	options.Followers[0].Setup = func(a *app.App) {
		whole(a)
		doors := a.RemoteDoors()
		keepers := faultyKeepers{doors.Deposits, doors.Returns, doors.Transfers, f}
		doors.Offerings, doors.Revenue, doors.Requests = faultyOfferings{doors.Offerings, f}, faultyRevenue{doors.Revenue, f}, faultyRequests{doors.Requests, f}
		doors.Deposits, doors.Returns, doors.Transfers = keepers, keepers, keepers
		a.IBCKeeper.PortKeeper.Router = nil // or core refuses another one
		a.RouteTransfers(doors)
		a.BankKeeper.AppendSendRestriction(func(ctx context.Context, from, to sdk.AccAddress, _ sdk.Coins) (sdk.AccAddress, error) {
			if from.Equals(f.spare) || len(sdk.UnwrapSDKContext(ctx).TxBytes()) == 0 { // nor is what blocks do
				return to, nil
			}
			_, err := meddle(ctx, f, plain(func() error { return nil }), struct{}{})
			return to, err
		})
	}
	return options
}

// everyFault sends a packet until it does what it asks for: each time another call behind it fails, before or after it did its
// work, and every time the coins come back to the unit and nothing is left here.
func (a *abroad) everyFault(f *faults, name string, amount sdkmath.Int, memo string) {
	a.T.Helper()
	before := a.everything()
	for n := 0; ; n++ {
		at, after := n/2+1, n%2 == 1
		packet := a.send(amount, a.who.String(), memo)
		f.arm(at, after)
		arrived := ok(a.T, a.NextAfter(soon, a.TxWithGas(a.relayer, 0, 10_000_000, a.arrives(packet))))
		failed := f.hit
		f.arm(0, false)
		raw, left := a.written(arrived), a.parcels(arrived)
		ok(a.T, a.NextAfter(soon, a.TxWithGas(a.relayer, 0, 10_000_000, a.acknowledges(packet, raw))))
		require.Equal(a.T, !failed, a.read(arrived, raw).Success(), "%s: call %d", name, at)
		if !failed {
			require.Greater(a.T, at, 2, "%s: a packet makes more calls than that", name)
			for _, next := range left {
				a.relay(next)
			}
			return
		}
		require.Empty(a.T, left, "%s: call %d: nothing may leave", name, at)
		require.Equal(a.T, before, a.everything(), "%s: call %d", name, at)
	}
}

// everything is the state of all modules that a packet reaches, with the coins of the investor and of the escrows.
func (a *abroad) everything() string {
	a.T.Helper()
	revenue, err := a.App().RevShareKeeper.ExportGenesis(a.Context())
	require.NoError(a.T, err)
	oracle, err := a.App().OracleKeeper.ExportGenesis(a.Context())
	require.NoError(a.T, err)
	requests := &oracletypes.GenesisState{Requests: oracle.Requests, Credits: oracle.Credits, HeldIncomes: oracle.HeldIncomes, Callbacks: oracle.Callbacks}
	cdc := a.App().AppCodec()
	return fmt.Sprint(a.view(), string(cdc.MustMarshalJSON(revenue)), string(cdc.MustMarshalJSON(requests)), // the rest of it changes with every block
		a.App().TransferKeeper.GetAllTotalEscrowed(a.Context()), a.App().TransferKeeper.GetAllDenoms(a.Context()))
}

// TestIBCFaultInjection: whatever call behind a packet fails, the answer is an error, the coins come back to the unit, and
// nothing else has changed.
func TestIBCFaultInjection(t *testing.T) {
	f := &faults{spare: chain.NewAccount("eve").Address()}
	overBothOn(t, func() chain.Options { return faulty(f) }, func(t *testing.T, r *road) {
		j, a := r.job, r.invest(r.bo, imo(5000))
		offering := j.openBatch()
		one, goes := sdkmath.NewInt(1), home(a, "")
		half := func() string { return j.Balance(a.account(), j.denom).QuoRaw(2).String() }
		for _, c := range []struct {
			name   string
			amount sdkmath.Int
			memo   func() string
			wait   time.Duration
			blocks int
		}{
			{name: "bid", amount: imo(400), memo: says(bidMemo(offering.TermsHash, "self", ""))},
			{name: "another", amount: imo(100), memo: says(bidMemo(offering.TermsHash, "self", ""))},
			{name: "cancel", amount: one, memo: says(`{"imo":{"cancel":{"offering_id":"1","bid_id":"2"` + goes + `}}}`)},
			{name: "collect", amount: one, memo: says(`{"imo":{"collect":{"offering_id":"1"` + home(a, refundHome) + `}}}`), wait: 130 * time.Second},
			{name: "exit", amount: one, memo: func() string { return `{"imo":{"exit":{"model_id":"1","amount":"` + half() + `"` + goes + `}}}` }},
			{name: "deposit", amount: imo(50), memo: says(`{"imo":{"deposit":{"model_id":"1"}}}`)},
			{name: "claim", amount: one, memo: says(`{"imo":{"claim":{"model_id":"1"` + goes + `}}}`), blocks: 20},
			{name: "withdraw", amount: one, memo: says(`{"imo":{"withdraw":{"denom":"` + j.denom + `"` + goes + `}}}`)},
			{name: "request", amount: imo(2), memo: says(`{"imo":{"request":{"model_id":"1","input":"red on blue"}}}`)},
		} {
			if c.wait > 0 {
				j.NextAfter(c.wait)
				j.Next()
			}
			for range c.blocks {
				j.Next()
			}
			a.everyFault(f, c.name, c.amount, c.memo())
		}
		a.conserved(j.denom)
	})
}

func says(memo string) func() string { return func() string { return memo } }

// TestIBCReturnFaults: the crank of a refund and the report of what became of it are whole or nothing, whatever call behind them
// fails; the report can then be made again.
func TestIBCReturnFaults(t *testing.T) {
	f := &faults{spare: chain.NewAccount("eve").Address()}
	overBothOn(t, func() chain.Options { return faulty(f) }, func(t *testing.T, r *road) {
		j, a := r.job, r.invest(r.bo, imo(5000))
		offering := j.openBatch()
		require.True(t, a.ask(imo(100), bidMemo(offering.TermsHash, "self", home(a, refundHome))).Success())
		j.NextAfter(200 * time.Second)
		j.Next()
		require.Equal(t, imotypes.OFFERING_STATUS_FAILED, j.offeringStatus())

		// whole carries out a message as soon as no call behind it fails, and not before.
		whole := func(msg sdk.Msg) []parcel {
			before := a.everything()
			for n := 0; ; n++ {
				f.arm(n/2+1, n%2 == 1)
				result := j.broadcast(j.eve, msg)
				failed := f.hit
				f.arm(0, false)
				require.Equal(t, failed, result.Code != 0, result.Log)
				if !failed {
					require.Positive(t, n)
					return a.parcels(result)
				}
				require.Equal(t, before, a.everything())
			}
		}
		lost := whole(refundOf(j.eve, 1))[0]
		j.NextAfter(7 * time.Hour)
		whole(a.expires(lost))
		require.Equal(t, imo(100).String(), j.Balance(imotypes.OfferingAddress(1), app.BaseDenom).String())
		sent := whole(refundOf(j.eve, 1))[0]
		raw := a.written(ok(t, j.Next(j.TxWithGas(j.eve, 0, 5_000_000, a.arrives(sent)))))
		whole(a.acknowledges(sent, raw))
		require.Equal(t, imo(5000).String(), a.held())
		require.NoError(t, j.App().IMOKeeper.CheckInvariants(j.Context()))
	})
}
