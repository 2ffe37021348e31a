package keeper_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// stepsPerSequence is how many operations one random sequence has.
const stepsPerSequence = 60

// machine runs random operations and keeps a naive ledger beside: who owns what, in
// a map; what was given away to escrow accounts.
type machine struct {
	*fixture
	t      *rapid.T
	people []sdk.AccAddress
	// owner of every token that has one, by collection and id
	owner map[uint64]map[types.TokenID]sdk.AccAddress
	// status of every token ever seen
	status map[uint64]map[types.TokenID]types.TokenStatus
	gifts  map[uint64]sdk.Coins
	supply sdk.Coins
	// sold sums up the prices of sales, by collection
	sold map[uint64]sdk.Coins
	// logs are what somebody knows who reads nothing but the EVM's logs, by collection and id
	logs map[uint64]map[types.TokenID]logged
	// committed are the commitments made
	committed []committed
	checks    int
	done      map[string]int
	dice      *rand.Rand
}

// TestProperties: whatever happens in whatever order, every token has one owner,
// the indexes say the same as the tokens, listings are by owners, escrow accounts
// hold exactly what they owe, and no coin appears or disappears.
func TestProperties(t *testing.T) {
	done := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		f := newFixture(t)
		m := &machine{
			fixture: f, t: t, people: []sdk.AccAddress{f.creator, f.alice, f.bob, f.carol},
			owner: map[uint64]map[types.TokenID]sdk.AccAddress{}, status: map[uint64]map[types.TokenID]types.TokenStatus{},
			logs:  map[uint64]map[types.TokenID]logged{},
			gifts: map[uint64]sdk.Coins{}, sold: map[uint64]sdk.Coins{}, done: done,
			// rapid prefers small numbers, which is right for amounts and wrong for choices
			dice: rand.New(rand.NewChaCha8([32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "dice")))),
		}
		m.newCollection()
		m.supply = m.total()
		for range stepsPerSequence {
			m.step()
			m.check()
			if m.pick(4) == 0 {
				m.endBlock(m.t)
				m.check()
			}
		}
		m.withdrawAll()
	})
	if testing.Short() {
		return
	}
	for _, name := range []string{
		"mint", "result", "settle", "expire", "transfer", "approve", "operator", "burn", "list", "unlist", "buy", "withdraw", "content",
		"offer", "accept", "cancel offer", "commit", "reveal", "displace",
		"report", "flag", "announce", "announce a result", "announce an end",
	} {
		require.GreaterOrEqual(t, done[name], 20, "%s succeeded too seldom to mean anything: %v", name, done)
	}
}

func (m *machine) step() {
	actions := []func(){
		m.doMint, m.doMint, m.doMint, m.doFinish, m.doFinish, m.doExpire, m.doSettle, m.doSettle, m.doSettle, m.doResult,
		m.doTransfer, m.doTransfer, m.doApprove, m.doOperator, m.doBurn, m.doList, m.doList, m.doUnlist, m.doBuy, m.doBuy, m.doBuy,
		m.doCommit, m.doCommit, m.doReveal, m.doReveal, m.doReport, m.doFlag, m.doAnnounce, m.doAnnounce, m.doOffer, m.doOffer, m.doAccept, m.doAccept, m.doCancelOffer, m.doLater,
		m.doWithdraw, m.doBlock, m.doGift, m.doParams, m.doRefuse, m.newCollection,
	}
	actions[m.pick(len(actions))]()
}

// pick chooses evenly among n.
func (m *machine) pick(n int) int { return m.dice.IntN(n) }

// try runs an operation as a transaction: all of it, or nothing.
func (m *machine) try(name string, action func(ctx sdk.Context) error) bool {
	branch, write := m.ctx.CacheContext()
	if action(branch) != nil {
		return false
	}
	write()
	m.done[name]++
	return true
}

func (m *machine) anyone() sdk.AccAddress {
	return m.people[m.pick(len(m.people))]
}

func (m *machine) anyCollection() uint64 {
	return uint64(1 + m.pick(len(m.owner)))
}

// anyToken draws a token of the collection's enumeration.
func (m *machine) anyToken(c uint64) (types.TokenID, bool) {
	supply, err := m.k.TotalSupply(m.ctx, c)
	require.NoError(m.t, err)
	if supply == 0 {
		return types.TokenID{}, false
	}
	id, err := m.k.TokenByIndex(m.ctx, c, uint64(m.pick(int(supply))))
	require.NoError(m.t, err)
	return id, true
}

// holderOr draws the owner most of the time, so that operations succeed, and
// anyone otherwise.
func (m *machine) holderOr(c uint64, id types.TokenID) sdk.AccAddress {
	if m.pick(5) == 0 {
		return m.anyone()
	}
	return m.owner[c][id]
}

func (m *machine) anyPrice() sdk.Coin {
	in := []string{denom, usd}[m.pick(2)]
	return sdk.NewCoin(in, math.NewInt(rapid.Int64Range(0, 100_000).Draw(m.t, "price")))
}

func (m *machine) newCollection() {
	if len(m.owner) >= 3 {
		return
	}
	pool := rapid.Uint32Range(0, 10_000).Draw(m.t, "pool")
	creator := rapid.Uint32Range(0, 10_000-pool).Draw(m.t, "creator")
	limit := rapid.Uint64Range(0, 6).Draw(m.t, "limit")
	price := m.anyPrice()
	resp, err := m.msgs.CreateCollection(m.ctx, m.collectionMsg(func(msg *types.MsgCreateCollection) {
		msg.RoyaltyPoolBps, msg.RoyaltyCreatorBps, msg.SupplyLimit, msg.MintPrice = pool, creator, limit, price
	}))
	if err != nil { // the creator is blocked at the moment
		require.ErrorIs(m.t, err, types.ErrInvalidRecipient)
		m.unblock(m.creator)
		m.newCollection()
		return
	}
	c := resp.CollectionId
	m.owner[c], m.status[c] = map[types.TokenID]sdk.AccAddress{}, map[types.TokenID]types.TokenStatus{}
	m.logs[c] = map[types.TokenID]logged{}
	m.gifts[c] = sdk.NewCoins()
}

func (m *machine) doMint() {
	c, who := m.anyCollection(), m.anyone()
	seed := rapid.Uint64Range(0, 12).Draw(m.t, "seed")
	var id types.TokenID
	if m.try("mint", func(ctx sdk.Context) error {
		resp, err := m.msgs.Mint(ctx, m.mintMsg(who, c, seed))
		if err == nil {
			id = tokenID(m.t, resp.TokenId)
		}
		return err
	}) {
		require.NotContains(m.t, m.status[c], id, "an id was given twice")
		m.owner[c][id], m.status[c][id] = who, types.TOKEN_STATUS_PENDING
	}
}

// openRequest draws a pending request of the oracle, lowest id first.
func (m *machine) openRequest() (uint64, bool) {
	var open []uint64
	for id := uint64(1); id <= m.oracle.last; id++ {
		if m.oracle.requests[id].Status == oracletypes.RequestStatus_REQUEST_STATUS_PENDING {
			open = append(open, id)
		}
	}
	if len(open) == 0 {
		return 0, false
	}
	return open[m.pick(len(open))], true
}

func (m *machine) doFinish() {
	if id, ok := m.openRequest(); ok {
		m.oracle.finish(m.ctx, id, output(m.oracle.requests[id].Seed))
	}
}

func (m *machine) doExpire() {
	if id, ok := m.openRequest(); ok {
		m.oracle.expire(m.ctx, id)
	}
}

func (m *machine) doResult() {
	c, who := m.anyCollection(), m.anyone()
	seed := rapid.Uint64Range(20, 30).Draw(m.t, "seed")
	request := m.ask(m.t, who, modelID, 2, seed)
	m.oracle.finish(m.ctx, request.Id, output(seed))
	var id types.TokenID
	if m.try("result", func(ctx sdk.Context) error {
		minted, err := m.k.MintFromResult(ctx, who, c, request.Id, m.maybeContent(seed))
		id = minted.TokenID
		return err
	}) {
		require.NotContains(m.t, m.status[c], id)
		m.owner[c][id], m.status[c][id] = who, types.TOKEN_STATUS_FINAL
	}
}

func (m *machine) maybeContent(seed uint64) []byte {
	if m.pick(2) == 0 {
		return output(seed)
	}
	return nil
}

func (m *machine) doSettle() {
	c := m.anyCollection()
	id, ok := m.anyToken(c)
	if !ok {
		return
	}
	token, err := m.k.Token(m.ctx, c, id)
	require.NoError(m.t, err)
	content := m.maybeContent(token.Provenance.Seed)
	name := "settle"
	switch {
	case token.Status == types.TOKEN_STATUS_FINAL:
		name = "content"
	case m.oracle.requests[token.RequestId].Status == oracletypes.RequestStatus_REQUEST_STATUS_EXPIRED:
		name = "expire"
	}
	who := m.anyone()
	var settled types.Settled
	if !m.try(name, func(ctx sdk.Context) error {
		settled, err = m.k.Settle(ctx, who, c, id, content)
		return err
	}) {
		return
	}
	if settled.Status == types.TOKEN_STATUS_BURNT {
		delete(m.owner[c], id)
		delete(m.status[c], id) // expired, as if it had never been
		return
	}
	m.status[c][id] = types.TOKEN_STATUS_FINAL
}

func (m *machine) doTransfer() {
	c := m.anyCollection()
	id, ok := m.anyToken(c)
	if !ok {
		return
	}
	caller, to := m.holderOr(c, id), m.anyone()
	if m.try("transfer", func(ctx sdk.Context) error { return m.k.TransferFrom(ctx, caller, m.owner[c][id], to, c, id) }) {
		require.Equal(m.t, types.TOKEN_STATUS_FINAL, m.status[c][id], "a pending token moved")
		m.owner[c][id] = to
	}
}

func (m *machine) doApprove() {
	c := m.anyCollection()
	if id, ok := m.anyToken(c); ok {
		caller, approved := m.holderOr(c, id), m.anyone()
		m.try("approve", func(ctx sdk.Context) error { return m.k.Approve(ctx, caller, approved, c, id) })
	}
}

func (m *machine) doOperator() {
	c, owner, operator := m.anyCollection(), m.anyone(), m.anyone()
	approved := m.pick(3) > 0
	m.try("operator", func(ctx sdk.Context) error { return m.k.SetApprovalForAll(ctx, owner, operator, c, approved) })
}

func (m *machine) doBurn() {
	c := m.anyCollection()
	id, ok := m.anyToken(c)
	if !ok {
		return
	}
	caller := m.holderOr(c, id)
	if m.try("burn", func(ctx sdk.Context) error { return m.k.Burn(ctx, caller, c, id) }) {
		delete(m.owner[c], id)
		m.status[c][id] = types.TOKEN_STATUS_BURNT // stays: the id never comes back
	}
}

func (m *machine) doList() {
	c := m.anyCollection()
	if id, ok := m.anyToken(c); ok {
		who, price := m.holderOr(c, id), m.anyPrice()
		if m.try("list", func(ctx sdk.Context) error { return m.k.List(ctx, who, c, id, price) }) {
			require.Equal(m.t, types.TOKEN_STATUS_FINAL, m.status[c][id])
			require.Equal(m.t, m.owner[c][id], who)
		}
	}
}

// anyListing draws a token that is for sale.
func (m *machine) anyListing() (types.ListedToken, bool) {
	resp, err := m.queries.Listings(m.ctx, &types.QueryListingsRequest{})
	require.NoError(m.t, err)
	if len(resp.Listings) == 0 {
		return types.ListedToken{}, false
	}
	return resp.Listings[m.pick(len(resp.Listings))], true
}

func (m *machine) doUnlist() {
	if l, ok := m.anyListing(); ok {
		id := tokenID(m.t, l.TokenId)
		who := m.holderOr(l.CollectionId, id)
		m.try("unlist", func(ctx sdk.Context) error { return m.k.Unlist(ctx, who, l.CollectionId, id) })
	}
}

func (m *machine) doBuy() {
	l, ok := m.anyListing()
	if !ok {
		return
	}
	id, buyer := tokenID(m.t, l.TokenId), m.anyone()
	before := m.bank.GetBalance(m.ctx, buyer, l.Listing.Price.Denom).Amount
	if m.try("buy", func(ctx sdk.Context) error { return m.k.Buy(ctx, buyer, l.CollectionId, id, l.Listing.Price) }) {
		m.owner[l.CollectionId][id] = buyer
		m.sold[l.CollectionId] = m.sold[l.CollectionId].Add(l.Listing.Price)
		paid := before.Sub(m.bank.GetBalance(m.ctx, buyer, l.Listing.Price.Denom).Amount)
		require.True(m.t, paid.LTE(l.Listing.Price.Amount), "paid %s for %s", paid, l.Listing.Price)
		if !buyer.Equals(m.creator) { // whose royalty comes back to him
			require.Equal(m.t, l.Listing.Price.Amount.String(), paid.String())
		}
	}
}

func (m *machine) doWithdraw() {
	gs, err := m.k.ExportGenesis(m.ctx)
	require.NoError(m.t, err)
	if len(gs.Credits) == 0 {
		return
	}
	credit := gs.Credits[m.pick(len(gs.Credits))]
	owner, err := m.codec.StringToBytes(credit.Owner)
	require.NoError(m.t, err)
	to := m.anyone()
	m.try("withdraw", func(ctx sdk.Context) error { _, err := m.k.Withdraw(ctx, owner, to, credit.CollectionId); return err })
}

func (m *machine) doBlock() {
	who := m.anyone()
	if m.blocked[who.String()] {
		m.unblock(who)
		return
	}
	m.block(who)
}

func (m *machine) doGift() {
	c, gift := m.anyCollection(), m.anyPrice()
	if gift.IsPositive() {
		require.NoError(m.t, m.bank.SendCoins(m.ctx, m.alice, types.EscrowAddress(c), sdk.NewCoins(gift)))
		m.gifts[c] = m.gifts[c].Add(gift)
	}
}

// doRefuse makes the models' revenue refuse or take again what is paid.
func (m *machine) doRefuse() {
	if m.models.onPay != nil {
		m.models.onPay = nil
		return
	}
	m.models.onPay = func(context.Context, uint64, sdk.Coin) error { return errors.New("closed") }
}

func (m *machine) doParams() {
	fee := rapid.Uint32Range(0, types.MaxProtocolFeeBps).Draw(m.t, "fee")
	perByte := rapid.Int64Range(0, 50).Draw(m.t, "per byte")
	m.setParams(m.t, func(p *types.Params) { p.ProtocolFeeBps, p.DepositPerByte = fee, sdk.NewInt64Coin(denom, perByte) })
}

// total is every coin that anybody has.
func (m *machine) total() sdk.Coins {
	sum := sdk.NewCoins()
	m.bank.IterateAllBalances(m.ctx, func(_ sdk.AccAddress, coin sdk.Coin) bool {
		sum = sum.Add(coin)
		return false
	})
	return sum
}

func (m *machine) check() {
	gs, err := m.k.ExportGenesis(m.ctx)
	require.NoError(m.t, err)
	require.NoError(m.t, m.k.InvariantsOf(m.ctx, gs))
	require.Equal(m.t, m.supply, m.total())
	for c := uint64(1); c <= uint64(len(m.owner)); c++ {
		supply, err := m.k.TotalSupply(m.ctx, c)
		require.NoError(m.t, err)
		require.Equal(m.t, len(m.owner[c]), int(supply))
		for id, want := range m.owner[c] {
			got, err := m.k.OwnerOf(m.ctx, c, id)
			require.NoError(m.t, err)
			require.Equal(m.t, want, got)
		}
		has := m.bank.GetAllBalances(m.ctx, types.EscrowAddress(c))
		require.Equal(m.t, owed(gs, c).Add(m.gifts[c]...).String(), has.String(), "escrow of collection %d", c)
		m.checkMarket(c)
		if m.checks%4 == 0 { // it reads every token once more
			m.checkLogs(c)
		}
	}
	m.checks++
	require.Equal(m.t, m.oracle.escrowed().String(), m.bank.GetBalance(m.ctx, oracleEscrow, denom).Amount.String())
}

// withdrawAll ends everything: all requests expire, all tokens are settled and
// burnt, all credits withdrawn, all royalty paid. Nothing but gifts stays in the escrow accounts.
func (m *machine) withdrawAll() {
	for _, who := range m.people {
		m.unblock(who)
	}
	m.models.onPay = nil
	for id, ok := m.openRequest(); ok; id, ok = m.openRequest() {
		m.oracle.expire(m.ctx, id)
	}
	for c := uint64(1); c <= uint64(len(m.owner)); c++ {
		supply, err := m.k.TotalSupply(m.ctx, c)
		require.NoError(m.t, err)
		for range supply {
			id, err := m.k.TokenByIndex(m.ctx, c, 0)
			require.NoError(m.t, err)
			if m.status[c][id] == types.TOKEN_STATUS_PENDING {
				settled, err := m.k.Settle(m.ctx, m.carol, c, id, nil)
				require.NoError(m.t, err)
				if settled.Status == types.TOKEN_STATUS_BURNT {
					continue
				}
			}
			require.NoError(m.t, m.k.Burn(m.ctx, m.owner[c][id], c, id))
		}
		m.cancelOffers(c)
		m.endReports(c)
		for _, who := range m.people {
			credits, err := m.queries.Credits(m.ctx, &types.QueryCreditsRequest{Address: m.text(who)})
			require.NoError(m.t, err)
			for _, credit := range credits.Credits {
				if credit.CollectionId == c {
					_, err := m.k.Withdraw(m.ctx, who, who, c)
					require.NoError(m.t, err)
					break
				}
			}
		}
	}
	m.endBlock(m.t)
	m.ctx = m.ctx.WithBlockHeight(m.ctx.BlockHeight() + 1_000) // what was put off is due, what was committed ends
	m.endBlock(m.t)
	for c := uint64(1); c <= uint64(len(m.owner)); c++ {
		require.Equal(m.t, m.gifts[c].String(), m.bank.GetAllBalances(m.ctx, types.EscrowAddress(c)).String())
	}
	require.Equal(m.t, m.supply, m.total())
	m.announceAll()
	m.invariants(m.t)
}
