package keeper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/core/store"

	sdk "github.com/cosmos/cosmos-sdk/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"

	"github.com/imochain/imod/x/aigc/types"
)

var errFault = errors.New("fault")

// faults lets the n-th call to the store or the bank fail; n = 0 lets none. It counts all.
type faults struct{ n, calls int }

func (f *faults) next() error {
	f.calls++
	if f.n == 0 {
		return nil
	}
	f.n--
	if f.n == 0 {
		return errFault
	}
	return nil
}

type faultyBank struct {
	bankkeeper.BaseKeeper
	f *faults
}

func (b faultyBank) SendCoins(ctx context.Context, from, to sdk.AccAddress, amount sdk.Coins) error {
	if err := b.f.next(); err != nil {
		return err
	}
	return b.BaseKeeper.SendCoins(ctx, from, to, amount)
}

type faultyService struct {
	store.KVStoreService
	f *faults
}

func (s faultyService) OpenKVStore(ctx context.Context) store.KVStore {
	return faultyStore{s.KVStoreService.OpenKVStore(ctx), s.f}
}

type faultyStore struct {
	store.KVStore
	f *faults
}

func (s faultyStore) Get(key []byte) ([]byte, error) {
	if err := s.f.next(); err != nil {
		return nil, err
	}
	return s.KVStore.Get(key)
}

func (s faultyStore) Has(key []byte) (bool, error) {
	if err := s.f.next(); err != nil {
		return false, err
	}
	return s.KVStore.Has(key)
}

func (s faultyStore) Set(key, value []byte) error {
	if err := s.f.next(); err != nil {
		return err
	}
	return s.KVStore.Set(key, value)
}

func (s faultyStore) Delete(key []byte) error {
	if err := s.f.next(); err != nil {
		return err
	}
	return s.KVStore.Delete(key)
}

func (s faultyStore) Iterator(start, end []byte) (store.Iterator, error) {
	if err := s.f.next(); err != nil {
		return nil, err
	}
	return s.KVStore.Iterator(start, end)
}

// TestNoFaultIsSwallowed lets every single call to store and bank fail in turn, in
// every operation: the operation must fail with that error.
func TestNoFaultIsSwallowed(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, func(m *types.MsgCreateCollection) { m.SupplyLimit = 100 })
	id, second := f.finalToken(t, c, 1), f.finalToken(t, c, 2)
	f.finalToken(t, c, 3)
	_, err := f.k.Settle(f.ctx, f.alice, c, id, output(1))
	require.NoError(t, err)
	f.list(t, c, id, coin(1_000))
	f.list(t, c, second, coin(1_000))
	f.offer(t, f.bob, c, second, coin(800))
	f.block(f.carol)
	credited := f.createCollection(t, nil)
	sold := f.finalToken(t, credited, 1)
	require.NoError(t, f.k.List(f.ctx, f.alice, credited, sold, coin(500)))
	f.unblock(f.carol)
	f.block(f.alice)
	require.NoError(t, f.k.Buy(f.ctx, f.bob, credited, sold, coin(500)))
	f.unblock(f.alice)
	f.endBlock(t)
	pending, expired := f.mint(t, c, 4), f.mint(t, c, 5)
	f.oracle.finish(f.ctx, pending.RequestId, output(4))
	f.oracle.expire(f.ctx, expired.RequestId)
	request := f.ask(t, f.alice, modelID, 2, 6)
	f.oracle.finish(f.ctx, request.Id, output(6))

	f.report(t, f.bob, c, second)
	f.commit(t, f.bob, c, 7)
	f.ctx = f.ctx.WithBlockHeight(f.ctx.BlockHeight() + 1)
	f.mint(t, c, 7)
	revealed := f.revealing(f.bob, c, 7)

	operations := map[string]func(ctx sdk.Context) error{
		"create collection": func(ctx sdk.Context) error { _, err := f.msgs.CreateCollection(ctx, f.collectionMsg(nil)); return err },
		"mint":              func(ctx sdk.Context) error { _, err := f.msgs.Mint(ctx, f.mintMsg(f.alice, c, 9)); return err },
		"mint from result": func(ctx sdk.Context) error {
			_, err := f.k.MintFromResult(ctx, f.alice, c, request.Id, output(6))
			return err
		},
		"settle": func(ctx sdk.Context) error {
			_, err := f.k.Settle(ctx, f.carol, c, tokenID(t, pending.TokenId), output(4))
			return err
		},
		"expire": func(ctx sdk.Context) error {
			_, err := f.k.Settle(ctx, f.carol, c, tokenID(t, expired.TokenId), nil)
			return err
		},
		"add content": func(ctx sdk.Context) error { _, err := f.k.Settle(ctx, f.carol, c, second, output(2)); return err },
		"transfer":    func(ctx sdk.Context) error { return f.k.TransferFrom(ctx, f.alice, f.alice, f.bob, c, id) },
		"approve":     func(ctx sdk.Context) error { return f.k.Approve(ctx, f.alice, f.bob, c, id) },
		"operator":    func(ctx sdk.Context) error { return f.k.SetApprovalForAll(ctx, f.alice, f.bob, c, true) },
		"dismiss":     func(ctx sdk.Context) error { return f.k.SetApprovalForAll(ctx, f.alice, f.bob, c, false) },
		"burn":        func(ctx sdk.Context) error { return f.k.Burn(ctx, f.alice, c, id) },
		"list":        func(ctx sdk.Context) error { return f.k.List(ctx, f.alice, c, id, coin(7)) },
		"unlist":      func(ctx sdk.Context) error { return f.k.Unlist(ctx, f.alice, c, id) },
		"buy":         func(ctx sdk.Context) error { return f.k.Buy(ctx, f.bob, c, id, coin(1_000)) },
		"commit": func(ctx sdk.Context) error {
			_, err := f.k.Commit(ctx, f.carol, c, types.CommitmentHash{9})
			return err
		},
		"reveal and displace": func(ctx sdk.Context) error {
			_, err := f.k.Mint(ctx, revealed)
			return err
		},
		"report": func(ctx sdk.Context) error {
			_, err := f.k.Report(ctx, f.carol, c, second, types.REPORT_REASON_OTHER, "")
			return err
		},
		"set flags": func(ctx sdk.Context) error {
			_, err := f.k.SetFlags(ctx, f.authority, c, second, types.Flags{Withdrawn: true}, true)
			return err
		},
		"dismiss reports": func(ctx sdk.Context) error {
			_, err := f.k.SetFlags(ctx, f.authority, c, second, types.Flags{}, false)
			return err
		},
		"make offer": func(ctx sdk.Context) error {
			return f.k.MakeOffer(ctx, f.bob, c, second, coin(9), f.ctx.BlockTime().Add(hour))
		},
		"accept offer": func(ctx sdk.Context) error { return f.k.AcceptOffer(ctx, f.alice, f.bob, c, second, coin(800)) },
		"cancel offer": func(ctx sdk.Context) error { return f.k.CancelOffer(ctx, f.bob, f.bob, c, second) },
		"market":       func(ctx sdk.Context) error { _, err := f.k.Market(ctx, c); return err },
		"withdraw":     func(ctx sdk.Context) error { _, err := f.k.Withdraw(ctx, f.alice, f.alice, credited); return err },
		"params": func(ctx sdk.Context) error {
			_, err := f.msgs.UpdateParams(ctx, &types.MsgUpdateParams{Authority: f.authority, Params: types.DefaultParams()})
			return err
		},
		"verify": func(ctx sdk.Context) error {
			encoded, err := f.k.Prompt(ctx, c, id)
			if err != nil {
				return err
			}
			_, err = f.k.Verify(ctx, c, encoded, output(1))
			return err
		},
		"token uri": func(ctx sdk.Context) error { _, err := f.k.TokenURI(ctx, c, id); return err },
		"royalty":   func(ctx sdk.Context) error { _, err := f.k.RoyaltyInfo(ctx, c, coin(1).Amount); return err },
		"views": func(ctx sdk.Context) error {
			if _, err := f.k.BalanceOf(ctx, c, f.alice); err != nil {
				return err
			}
			if _, err := f.k.TokenOfOwnerByIndex(ctx, c, f.alice, 0); err != nil {
				return err
			}
			if _, err := f.k.IsApprovedForAll(ctx, c, f.alice, f.bob); err != nil {
				return err
			}
			if _, err := f.k.GetApproved(ctx, c, id); err != nil {
				return err
			}
			if _, err := f.k.TokenByIndex(ctx, c, 0); err != nil {
				return err
			}
			_, err := f.k.TotalSupply(ctx, c)
			return err
		},
		"export and check": func(ctx sdk.Context) error { return f.k.Invariants(ctx) },
		"import": func(ctx sdk.Context) error {
			gs, err := f.k.ExportGenesis(ctx)
			if err != nil {
				return err
			}
			return f.k.InitGenesis(ctx, gs)
		},
	}
	for name, operation := range operations {
		t.Run(name, func(t *testing.T) {
			for n := 1; ; n++ {
				requests, last := len(f.oracle.requests), f.oracle.last
				f.faults.n = n
				branch, _ := f.ctx.CacheContext()
				err := operation(branch)
				reached := f.faults.n == 0
				f.faults.n = 0
				if len(f.oracle.requests) > requests { // the fake oracle has no branches
					delete(f.oracle.requests, f.oracle.last)
					f.oracle.last = last
				}
				if !reached {
					require.NoError(t, err)
					require.Greater(t, n, 1, "the operation called nothing")
					return
				}
				require.ErrorIs(t, err, errFault, "call %d", n)
			}
		})
	}
}

// TestBlockCodeSurvivesFaults: a fault in one payment is not an error of the block;
// one in opening a queue is, because nothing can be known without it.
func TestBlockCodeSurvivesFaults(t *testing.T) {
	f := newFixture(t)
	c := f.createCollection(t, nil)
	commitment := f.commit(t, f.bob, c, 7)
	f.ctx = f.ctx.WithBlockHeight(commitment.LastHeight)
	f.finalToken(t, c, 1)
	unopened := 0
	for n := 1; ; n++ {
		f.faults.n = n
		branch, _ := f.ctx.CacheContext()
		err := f.k.EndBlock(branch)
		reached := f.faults.n == 0
		f.faults.n = 0
		if err != nil {
			require.ErrorIs(t, err, errFault)
			unopened++
			continue
		}
		f.ctx, branch = branch, f.ctx
		require.NoError(t, f.k.Invariants(f.ctx), "call %d", n)
		f.ctx = branch
		if !reached {
			require.Greater(t, n, 10)
			require.Equal(t, 2, unopened, "the two queues")
			return
		}
	}
}
