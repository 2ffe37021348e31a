package keeper_test

import (
	"errors"
	"flag"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/imo/types"
)

const propertySteps = 60

// TestMain sets the address prefix, which bank's genesis reads globally, and asks for 1,000 random sequences unless
// -rapid.checks says otherwise.
func TestMain(m *testing.M) {
	sdk.GetConfig().SetBech32PrefixForAccount("imo", "imopub")
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "rapid.checks" })
	checks := "1000"
	if testing.Short() {
		checks = "50"
	}
	if !asked {
		if err := flag.Set("rapid.checks", checks); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// investors only ever bid, hold and leave, so that what they get is money they paid.
var investors = []sdk.AccAddress{account(10), account(11), account(12), account(13), account(14)}

// machine does random operations and keeps what no rule under test keeps: what investors paid and were given, and what
// was given away.
type machine struct {
	*fixture
	r     *rapid.T
	base  *fixture
	now   time.Duration
	gifts map[string]math.Int // account and denom -> amount
	paid  math.Int
}

// do runs an operation as a transaction: its writes stay only if it succeeds.
func (m *machine) do(op func(f *fixture) error) error {
	branch := *m.fixture
	ctx, write := m.ctx.CacheContext()
	branch.ctx = ctx
	err := op(&branch)
	if err == nil {
		write()
	}
	return err
}

func (m *machine) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(m.r, label) }

func (m *machine) investor() sdk.AccAddress { return investors[m.pick("investor", len(investors))] }

func (m *machine) offeringID() uint64 { return uint64(1 + m.pick("offering", 2)) }

func (m *machine) amount() int64 {
	return rapid.OneOf(rapid.Int64Range(1, 50), rapid.Int64Range(10, 500_000), rapid.Int64Range(10_000, 200_000)).Draw(m.r, "amount")
}

// TestProperties: after every step of random sequences the escrows cover what is owed, the sums agree, investors never
// get more than they paid; and from every state everybody can be made whole.
func TestProperties(t *testing.T) {
	base := newFixture(t)
	for i := range byte(2) {
		id := base.model(account(1+i), "m"+string('a'+rune(i)),
			types.Contributor{Address: text(account(1)), Weight: 3}, types.Contributor{Address: text(account(2)), Weight: 7})
		require.EqualValues(t, i+1, id)
	}
	counts := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		m := &machine{fixture: base.branch(r), r: r, base: base, gifts: map[string]math.Int{}, paid: math.ZeroInt()}
		clear(base.blocked)
		clear(base.revshare.pools)
		base.revshare.touches = nil
		for id := range uint64(2) {
			m.open(id + 1)
		}
		for range propertySteps {
			m.step(counts)
		}
		m.makeWhole()
	})
	checks, err := strconv.Atoi(flag.Lookup("rapid.checks").Value.String())
	require.NoError(t, err)
	for name := range operations {
		require.GreaterOrEqual(t, counts[name], min(20, checks/50), "operation %s hardly ever succeeds: %v", name, counts)
	}
}

// open creates an offering of a model with random terms.
func (m *machine) open(model uint64) {
	creator := account(byte(model))
	msg := m.goodOffering(creator, model)
	price := rapid.OneOf(rapid.Int64Range(1, 2_000), rapid.Int64Range(1_000_000, 1_000_000_000)).Draw(m.r, "price")
	msg.Price = math.NewInt(price)
	msg.TotalSupply.Amount = types.OneToken().MulRaw(rapid.Int64Range(1, 2_000).Draw(m.r, "supply"))
	msg.OwnerCap = sdk.NewInt64Coin(aimo, rapid.Int64Range(100_000, 2_000_000).Draw(m.r, "cap"))
	brings := types.ValueRoundedDown(msg.TotalSupply.Amount.MulRaw(6).QuoRaw(10), msg.Price)
	soft := math.NewInt(rapid.Int64Range(1, 100_000).Draw(m.r, "soft cap"))
	msg.SoftCap.Amount = math.MaxInt(math.OneInt(), math.MinInt(soft, brings))
	msg.Kind = rapid.SampledFrom([]types.OfferingKind{
		types.OFFERING_KIND_FIXED, types.OFFERING_KIND_PRO_RATA, types.OFFERING_KIND_BATCH,
	}).Draw(m.r, "kind")
	if msg.Kind == types.OFFERING_KIND_BATCH {
		floor := types.CostRoundedUp(msg.TotalSupply.Amount.MulRaw(6).QuoRaw(10), msg.Price)
		hardCap := sdk.NewCoin(aimo, floor.MulRaw(rapid.Int64Range(1, 20).Draw(m.r, "hard cap")))
		msg.HardCap, msg.TickBps = &hardCap, 500
	}
	require.NoError(m.r, m.do(func(f *fixture) error {
		_, err := f.msg.CreateOffering(f.ctx, msg)
		return err
	}))
}

var operations = map[string]func(m *machine) error{
	"bid": func(m *machine) error {
		bidder, owner, id, amount := m.investor(), m.investor(), m.offeringID(), m.amount()
		factor := rapid.Int64Range(1, 10).Draw(m.r, "max price")
		return m.do(func(f *fixture) error {
			f.fund(bidder, sdk.NewInt64Coin(aimo, amount))
			o := f.offering(id)
			res, err := f.query.Offering(f.ctx, &types.QueryOfferingRequest{Id: id})
			require.NoError(f.t, err)
			msg := bidOf(id, o.TermsHash, bidder, amount)
			msg.MaxPrice, msg.Owner = res.Terms.Price.MulRaw(factor), text(owner)
			if _, err = f.msg.PlaceBid(f.ctx, msg); err == nil {
				m.paid = m.paid.AddRaw(amount)
			}
			return err
		})
	},
	"cancel bid": func(m *machine) error {
		id := m.offeringID()
		bid := uint64(1 + m.pick("bid", int(1+m.offering(id).BidCount)))
		owner := m.investor()
		if b, err := m.query.Bids(m.ctx, &types.QueryBidsRequest{Id: id}); err == nil && len(b.Bids) > 0 && m.pick("stranger", 4) > 0 {
			own := b.Bids[int(bid)%len(b.Bids)]
			bid, owner = own.Id, byText(own.Owner)
		}
		return m.do(func(f *fixture) error {
			_, err := f.msg.CancelBid(f.ctx, &types.MsgCancelBid{Owner: text(owner), OfferingId: id, BidId: bid})
			return err
		})
	},
	"refund": func(m *machine) error {
		id, owner := m.offeringID(), m.investor()
		return m.do(func(f *fixture) error {
			_, err := f.msg.CollectRefund(f.ctx, &types.MsgCollectRefund{Sender: text(account(40)), OfferingId: id, Owner: text(owner)})
			return err
		})
	},
	"collect": func(m *machine) error {
		id := m.offeringID()
		owner := append(investors, account(1), account(2), account(30))[m.pick("owner", len(investors)+3)]
		return m.do(func(f *fixture) error {
			_, err := f.msg.CollectAllocation(f.ctx, &types.MsgCollectAllocation{Sender: text(account(40)), OfferingId: id, Owner: text(owner)})
			return err
		})
	},
	"exit": func(m *machine) error {
		holder, id, part := m.investor(), m.offeringID(), int64(1+m.pick("part", 4))
		denom := types.TokenDenom(m.offering(id).ModelId)
		return m.do(func(f *fixture) error {
			if err := collected(f, id, holder, denom); err != nil {
				return err
			}
			_, err := exit(f, holder, denom, f.bank.GetBalance(f.ctx, holder, denom).Amount.MulRaw(part).QuoRaw(4))
			return err
		})
	},
	"transfer": func(m *machine) error {
		from, to, id := m.investor(), m.investor(), m.offeringID()
		denom := types.TokenDenom(m.offering(id).ModelId)
		return m.do(func(f *fixture) error {
			if err := collected(f, id, from, denom); err != nil {
				return err
			}
			half := sdk.NewCoin(denom, f.bank.GetBalance(f.ctx, from, denom).Amount.AddRaw(1).QuoRaw(2))
			return f.bank.SendCoins(f.ctx, from, to, sdk.NewCoins(half))
		})
	},
	"release": func(m *machine) error {
		id := m.offeringID()
		msg := &types.MsgReleaseProceeds{Sender: text(account(40)), OfferingId: id}
		if m.pick("to one", 2) == 1 {
			msg.Recipient = text(account(2))
		}
		return m.do(func(f *fixture) error {
			_, err := f.msg.ReleaseProceeds(f.ctx, msg)
			return err
		})
	},
	"finalize": func(m *machine) error {
		id := m.offeringID()
		return m.do(func(f *fixture) error {
			_, err := finalize(f, id)
			return err
		})
	},
	"income": func(m *machine) error {
		model, coin := uint64(1+m.pick("model", 2)), sdk.NewInt64Coin([]string{aimo, usdc}[m.pick("denom", 2)], m.amount())
		return m.do(func(f *fixture) error {
			f.fund(account(9), coin)
			return f.keeper.PayModelIncome(f.ctx, account(9), model, coin, 1)
		})
	},
	"gift": func(m *machine) error {
		to := types.OfferingAddress(m.offeringID())
		if m.pick("to the module", 2) == 1 {
			to = m.auth.GetModuleAddress(types.ModuleName)
		}
		amount := m.amount()
		return m.do(func(f *fixture) error {
			f.fund(to, sdk.NewInt64Coin(aimo, amount))
			m.gifts[string(to)+aimo] = m.gift(to, aimo).AddRaw(amount)
			return nil
		})
	},
	"time": func(m *machine) error {
		m.now += steps[m.pick("time", len(steps))]
		m.endBlock(m.now)
		return nil
	},
	"clock": func(m *machine) error { // transactions of a block come before its end
		m.now += steps[m.pick("time", len(steps))]
		m.at(m.now)
		return nil
	},
	"block": func(m *machine) error {
		addr := append(investors, account(1), account(2))[m.pick("blocked", len(investors)+2)]
		m.base.blocked[addr.String()] = !m.base.blocked[addr.String()]
		return nil
	},
	"pause": func(m *machine) error {
		p := testParams()
		p.Paused = m.pick("paused", 4) == 0
		return m.do(func(f *fixture) error {
			_, err := f.msg.UpdateParams(f.ctx, &types.MsgUpdateParams{Authority: f.authority, Params: p})
			return err
		})
	},
}

// collected makes sure that an account has tokens, collecting them if need be.
func collected(f *fixture, id uint64, holder sdk.AccAddress, denom string) error {
	if f.bank.GetBalance(f.ctx, holder, denom).IsPositive() {
		return nil
	}
	_, err := f.keeper.CollectAllocation(f.ctx, id, holder)
	return err
}

func byText(s string) sdk.AccAddress {
	for _, a := range investors {
		if text(a) == s {
			return a
		}
	}
	return nil
}

func (m *machine) gift(to sdk.AccAddress, denom string) math.Int {
	if g, ok := m.gifts[string(to)+denom]; ok {
		return g
	}
	return math.ZeroInt()
}

var (
	// weighted lists operations by how often they are drawn; bids often enough that sales succeed.
	weighted = []string{
		"exit", "bid", "collect", "bid", "time", "bid", "exit", "bid", "bid", "bid", "bid", "cancel bid", "cancel bid", "refund", "refund", "refund", "collect", "collect", "collect",
		"collect", "exit", "transfer", "transfer", "release", "release", "finalize", "finalize", "clock", "finalize", "income", "gift", "time", "time", "time", "clock",
		"block", "pause",
	}
	steps = []time.Duration{time.Second, 100 * time.Second, 400 * time.Second, 600 * time.Second}
)

func (m *machine) step(counts map[string]int) {
	name := weighted[m.pick("operation", len(weighted))]
	if err := operations[name](m); err == nil {
		counts[name]++
	}
	require.NoError(m.r, m.keeper.CheckInvariants(m.ctx), "after %s", name)
	require.False(m.r, m.received().GT(m.paid), "investors paid %s, have %s", m.paid, m.received())
}

// received is the money that investors have: every coin they are funded with goes into a bid in the same transaction.
func (m *machine) received() math.Int {
	sum := math.ZeroInt()
	for _, a := range investors {
		sum = sum.Add(m.bank.GetBalance(m.ctx, a, aimo).Amount)
	}
	return sum
}

// makeWhole lets time pass and everybody collect everything: every call succeeds, and less than one unit per sharer
// stays beside the gifts.
func (m *machine) makeWhole() {
	clear(m.base.blocked)
	must := func(err error, allowed ...error) {
		m.r.Helper()
		for _, a := range allowed {
			if errors.Is(err, a) {
				return
			}
		}
		require.NoError(m.r, err)
	}
	m.now += 2 * saleTime
	m.endBlock(m.now)
	m.now += 2 * exitTime
	m.endBlock(m.now)
	everybody := append(investors, account(1), account(2), account(30))
	for id := uint64(1); id <= 2; id++ {
		require.False(m.r, m.offering(id).Running())
		_, err := release(m.fixture, id)
		must(err, types.ErrOfferingNotSold, types.ErrTrancheNotDue)
	}
	m.now += time.Hour
	m.endBlock(m.now)
	for id := uint64(1); id <= 2; id++ {
		for _, a := range everybody {
			_, err := m.msg.CollectRefund(m.ctx, &types.MsgCollectRefund{Sender: text(a), OfferingId: id})
			must(err, types.ErrNothingToCollect)
			_, err = m.msg.CollectAllocation(m.ctx, &types.MsgCollectAllocation{Sender: text(a), OfferingId: id})
			must(err, types.ErrNothingToCollect, types.ErrOfferingNotSold)
			_, err = m.msg.CollectAllocation(m.ctx, &types.MsgCollectAllocation{Sender: text(a), ModelId: id})
			must(err, types.ErrNothingToCollect)
		}
		_, err := m.msg.CollectRefund(m.ctx, &types.MsgCollectRefund{Sender: text(account(40)), ModelId: id})
		must(err, types.ErrNothingToCollect)
		escrow := types.OfferingAddress(id)
		left := m.bank.GetBalance(m.ctx, escrow, aimo).Amount.Sub(m.gift(escrow, aimo))
		require.True(m.r, left.GTE(math.ZeroInt()) && left.LT(math.NewInt(2)), "%s stay in escrow %d", left, id)
		total, err := m.keeper.VirtualTotal(m.ctx, types.TokenDenom(id))
		require.NoError(m.r, err)
		require.True(m.r, total.IsZero(), "%s tokens of model %d were not handed out", total, id)
	}
	module := m.auth.GetModuleAddress(types.ModuleName)
	for _, denom := range []string{aimo, usdc, types.TokenDenom(1), types.TokenDenom(2)} {
		left := m.bank.GetBalance(m.ctx, module, denom).Amount.Sub(m.gift(module, denom))
		require.True(m.r, left.GTE(math.ZeroInt()) && left.LT(math.NewInt(4)), "%s%s stay in the module account", left, denom)
	}
	require.NoError(m.r, m.keeper.CheckInvariants(m.ctx))
}
