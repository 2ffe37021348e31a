package claims

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/types"
)

// Purse moves aimo of the module's escrow.
type Purse interface {
	// Take moves from an account into the escrow.
	Take(ctx context.Context, from sdk.AccAddress, amount math.Int) error
	// Pay moves from the escrow to an account, or credits the account when that fails. Block code only.
	Pay(ctx sdk.Context, to sdk.AccAddress, amount math.Int) error
	// Burn takes out of the escrow and out of the supply.
	Burn(ctx context.Context, amount math.Int) error
}

type (
	// timed is (height, id).
	timed = collections.Pair[int64, uint64]
	// keptKey is (claim, key).
	keptKey = collections.Pair[uint64, []byte]
	// closedKey is (height, kind, id).
	closedKey = collections.Triple[int64, uint32, uint64]
)

const (
	closedClaim uint32 = iota
	closedDispute
)

// Book is the state of all claims and games.
type Book struct {
	purse    Purse
	accounts func(text string) (sdk.AccAddress, error)

	claims      collections.Map[uint64, types.Claim]
	windows     collections.KeySet[timed]
	disputes    collections.Map[uint64, types.Dispute]
	ofClaim     collections.KeySet[collections.Pair[uint64, uint64]] // (claim, game) of games that are not over
	deadlines   collections.KeySet[timed]
	settlements collections.KeySet[timed]
	kept        collections.Map[keptKey, []byte]
	cleanups    collections.KeySet[uint64]
	lostBonds   collections.KeySet[uint64]
	closed      collections.KeySet[closedKey]
	totals      collections.Item[types.DisputeTotals]
}

// NewBook adds the book to a module's schema. accounts reads addresses of records.
func NewBook(sb *collections.SchemaBuilder, cdc codec.BinaryCodec, purse Purse, accounts func(string) (sdk.AccAddress, error)) *Book {
	times := collections.PairKeyCodec(collections.Int64Key, collections.Uint64Key)
	return &Book{
		purse: purse, accounts: accounts,
		claims:   collections.NewMap(sb, types.ClaimsPrefix, "claims", collections.Uint64Key, codec.CollValue[types.Claim](cdc)),
		windows:  collections.NewKeySet(sb, types.ClaimWindowsPrefix, "claim_windows", times),
		disputes: collections.NewMap(sb, types.DisputesPrefix, "disputes", collections.Uint64Key, codec.CollValue[types.Dispute](cdc)),
		ofClaim: collections.NewKeySet(sb, types.DisputesByClaimPrefix, "disputes_by_claim",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)),
		deadlines:   collections.NewKeySet(sb, types.DisputeDeadlinesPrefix, "dispute_deadlines", times),
		settlements: collections.NewKeySet(sb, types.SettlementsPrefix, "settlements", times),
		kept: collections.NewMap(sb, types.KeptPrefix, "kept",
			collections.PairKeyCodec(collections.Uint64Key, collections.BytesKey), collections.BytesValue),
		cleanups:  collections.NewKeySet(sb, types.CleanupsPrefix, "cleanups", collections.Uint64Key),
		lostBonds: collections.NewKeySet(sb, types.LostBondsPrefix, "lost_bonds", collections.Uint64Key),
		closed: collections.NewKeySet(sb, types.ClosedDisputesPrefix, "closed_disputes",
			collections.TripleKeyCodec(collections.Int64Key, collections.Uint32Key, collections.Uint64Key)),
		totals: collections.NewItem(sb, types.DisputeTotalsPrefix, "dispute_totals", codec.CollValue[types.DisputeTotals](cdc)),
	}
}

// Claim returns a claim.
func (b *Book) Claim(ctx context.Context, id uint64) (types.Claim, error) {
	c, err := b.claims.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return c, types.ErrClaimNotFound.Wrapf("%d", id)
	}
	return c, err
}

// Dispute returns a game.
func (b *Book) Dispute(ctx context.Context, id uint64) (types.Dispute, error) {
	d, err := b.disputes.Get(ctx, id)
	if errors.Is(err, collections.ErrNotFound) {
		return d, types.ErrDisputeNotFound.Wrapf("%d", id)
	}
	return d, err
}

// Totals returns the running figures.
func (b *Book) Totals(ctx context.Context) (types.DisputeTotals, error) { return b.totals.Get(ctx) }

// CountOpen changes the number of requests that are not final; it never falls below 0.
func (b *Book) CountOpen(ctx context.Context, change int) error {
	totals, err := b.totals.Get(ctx)
	if err != nil {
		return err
	}
	totals.OpenRequests = uint32(max(0, int(totals.OpenRequests)+change))
	return b.totals.Set(ctx, totals)
}

// Assert writes a new claim; the bond behind it is held already. It fills id, heights, terms and status.
func (b *Book) Assert(ctx context.Context, c types.Claim, p types.OptimisticParams) (types.Claim, error) {
	totals, err := b.totals.Get(ctx)
	if err != nil {
		return c, err
	}
	executor, err := b.accounts(c.Executor)
	if err != nil {
		return c, err
	}
	totals.LastClaim++
	c.Id, c.Status = totals.LastClaim, types.ClaimStatus_CLAIM_STATUS_OPEN
	c.AssertedHeight = sdk.UnwrapSDKContext(ctx).BlockHeight()
	c.WindowHeight, c.ChallengeBond = c.AssertedHeight+int64(p.WindowBlocks), p.ChallengeBond
	state, err := dispute.NewClaim(c.Id, addressOf(executor), dispute.Terms{
		Clock: uint64(p.ClockBlocks), Increment: uint64(min(p.ClockIncrement, p.ClockBlocks)),
		Open: uint64(min(p.OpenBlocks, p.ClockBlocks)), Games: dispute.MaxGames,
	})
	if err != nil {
		return c, types.ErrInvalidState.Wrap(err.Error())
	}
	c.State = state.Encode()
	if err := b.totals.Set(ctx, totals); err != nil {
		return c, err
	}
	if err := b.claims.Set(ctx, c.Id, c); err != nil {
		return c, err
	}
	return c, b.windows.Set(ctx, collections.Join(c.WindowHeight, c.Id))
}

// addressOf is the account as the machine knows it; accounts here have 20 bytes.
func addressOf(account sdk.AccAddress) (a dispute.Address) {
	copy(a[:], account)
	return a
}

// first reads at most limit keys of a range and closes the iterator.
func first[K any](ctx context.Context, set collections.KeySet[K], ranger collections.Ranger[K], limit int) ([]K, error) {
	iter, err := set.Iterate(ctx, ranger)
	if err != nil {
		return nil, err
	}
	defer iter.Close() //nolint:errcheck // a read iterator has nothing to lose
	var keys []K
	for ; iter.Valid() && len(keys) < limit; iter.Next() {
		key, err := iter.Key()
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// due reads the ids of a queue whose height has come.
func due(ctx context.Context, set collections.KeySet[timed], limit int) ([]timed, error) {
	height := sdk.UnwrapSDKContext(ctx).BlockHeight()
	return first(ctx, set, new(collections.Range[timed]).EndExclusive(collections.Join(height+1, uint64(0))), limit)
}
