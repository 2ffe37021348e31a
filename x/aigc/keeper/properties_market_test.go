package keeper_test

import (
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/types"
)

// doOffer makes an offer that ends in up to a day.
func (m *machine) doOffer() {
	c, who, price := m.anyCollection(), m.anyone(), m.anyPrice()
	id, ok := m.anyToken(c)
	if !ok {
		return
	}
	end := m.ctx.BlockTime().Add(time.Duration(1+m.pick(86_400)) * time.Second)
	if m.try("offer", func(ctx sdk.Context) error { return m.k.MakeOffer(ctx, who, c, id, price, end) }) {
		require.NotEqual(m.t, m.owner[c][id], who, "an offer for a token of one's own")
		require.False(m.t, price.IsZero())
	}
}

// anyOffer draws an offer, for burnt tokens too.
func (m *machine) anyOffer() (types.GenesisOffer, sdk.AccAddress, bool) {
	gs, err := m.k.ExportGenesis(m.ctx)
	require.NoError(m.t, err)
	if len(gs.Offers) == 0 {
		return types.GenesisOffer{}, nil, false
	}
	g := gs.Offers[m.pick(len(gs.Offers))]
	bidder, err := m.codec.StringToBytes(g.Offer.Bidder)
	require.NoError(m.t, err)
	return g, bidder, true
}

func (m *machine) doAccept() {
	g, bidder, ok := m.anyOffer()
	if !ok {
		return
	}
	c, id := g.CollectionId, types.TokenID(g.TokenId)
	seller := m.holderOr(c, id)
	before := m.bank.GetBalance(m.ctx, bidder, g.Offer.Price.Denom)
	if m.try("accept", func(ctx sdk.Context) error { return m.k.AcceptOffer(ctx, seller, bidder, c, id, g.Offer.Price) }) {
		require.Equal(m.t, m.owner[c][id], seller, "sold by somebody else than the owner")
		require.True(m.t, m.ctx.BlockTime().Before(g.Offer.Expires), "accepted after its end")
		after := m.bank.GetBalance(m.ctx, bidder, g.Offer.Price.Denom)
		require.False(m.t, after.IsLT(before), "the bidder paid twice")
		m.owner[c][id] = bidder
		m.sold[c] = m.sold[c].Add(g.Offer.Price)
	}
}

func (m *machine) doCancelOffer() {
	g, bidder, ok := m.anyOffer()
	if !ok {
		return
	}
	c, id, who := g.CollectionId, types.TokenID(g.TokenId), m.anyone()
	if m.try("cancel offer", func(ctx sdk.Context) error { return m.k.CancelOffer(ctx, who, bidder, c, id) }) {
		_, exists := m.owner[c][id]
		require.True(m.t, who.Equals(bidder) || !exists || !m.ctx.BlockTime().Before(g.Offer.Expires),
			"a stranger ended an open offer")
	}
}

// doLater lets up to six hours pass.
func (m *machine) doLater() {
	m.ctx = m.ctx.WithBlockTime(m.ctx.BlockTime().Add(time.Duration(m.pick(21_600)) * time.Second))
}

// cancelOffers ends all offers of a collection, as a stranger, after their end.
func (m *machine) cancelOffers(c uint64) {
	m.ctx = m.ctx.WithBlockTime(m.ctx.BlockTime().Add(24 * time.Hour))
	gs, err := m.k.ExportGenesis(m.ctx)
	require.NoError(m.t, err)
	for _, g := range gs.Offers {
		if g.CollectionId != c {
			continue
		}
		bidder, err := m.codec.StringToBytes(g.Offer.Bidder)
		require.NoError(m.t, err)
		require.NoError(m.t, m.k.CancelOffer(m.ctx, person(77), bidder, c, types.TokenID(g.TokenId)))
	}
}

// checkMarket compares floor prices and sums with what all listings and sales say.
func (m *machine) checkMarket(c uint64) {
	markets, err := m.k.Market(m.ctx, c)
	require.NoError(m.t, err)
	listed, err := m.queries.Listings(m.ctx, &types.QueryListingsRequest{CollectionId: c})
	require.NoError(m.t, err)
	for _, market := range markets {
		require.Equal(m.t, m.sold[c].AmountOf(market.Denom).String(), market.Trade.Volume.String())
		var floor *sdk.Coin
		for _, l := range listed.Listings {
			if l.Listing.Price.Denom == market.Denom && (floor == nil || l.Listing.Price.IsLT(*floor)) {
				floor = &l.Listing.Price
			}
		}
		if floor == nil {
			require.Nil(m.t, market.Floor)
			continue
		}
		require.Equal(m.t, floor.String(), market.Floor.Listing.Price.String())
	}
}

// committed is a commitment that the machine made.
type committed struct {
	who              sdk.AccAddress
	collection, seed uint64
}

// doCommit names one of the prompts that doMint mints.
func (m *machine) doCommit() {
	c := committed{m.anyone(), m.anyCollection(), rapid.Uint64Range(0, 12).Draw(m.t, "seed")}
	if m.try("commit", func(ctx sdk.Context) error {
		_, err := m.k.Commit(ctx, c.who, c.collection, hashOf(m.t, c.who, c.collection, c.seed))
		return err
	}) {
		m.committed = append(m.committed, c)
	}
}

// doReveal mints with a commitment, in time or not, and follows who loses the token.
func (m *machine) doReveal() {
	if len(m.committed) == 0 {
		return
	}
	at := m.pick(len(m.committed))
	c := m.committed[at]
	var minted types.Minted
	if !m.try("reveal", func(ctx sdk.Context) (err error) {
		minted, err = m.k.Mint(ctx, m.revealing(c.who, c.collection, c.seed))
		return err
	}) {
		return
	}
	m.committed = append(m.committed[:at], m.committed[at+1:]...)
	status, owner := m.status[c.collection], m.owner[c.collection]
	if minted.Displaced != nil {
		m.done["displace"]++
		require.Equal(m.t, types.TOKEN_STATUS_PENDING, status[minted.TokenID], "a final token was displaced")
		require.Equal(m.t, owner[minted.TokenID], minted.Displaced)
	} else {
		require.NotContains(m.t, status, minted.TokenID, "an id was given twice")
	}
	owner[minted.TokenID], status[minted.TokenID] = c.who, types.TOKEN_STATUS_PENDING
}

func (m *machine) doReport() {
	c, who := m.anyCollection(), m.anyone()
	if id, ok := m.anyToken(c); ok {
		m.try("report", func(ctx sdk.Context) error {
			_, err := m.k.Report(ctx, who, c, id, types.REPORT_REASON_OTHER, "")
			return err
		})
	}
}

// doFlag flags or clears a token and decides the reports about it.
func (m *machine) doFlag() {
	c := m.anyCollection()
	id, ok := m.anyToken(c)
	if !ok {
		return
	}
	flags := types.Flags{Sensitive: m.pick(2) == 0, Withdrawn: m.pick(4) == 0}
	upheld := m.pick(2) == 0
	m.try("flag", func(ctx sdk.Context) error {
		_, err := m.k.SetFlags(ctx, m.authority, c, id, flags, upheld)
		return err
	})
}

// endReports returns the bonds of reports whose tokens are gone.
func (m *machine) endReports(c uint64) {
	gs, err := m.k.ExportGenesis(m.ctx)
	require.NoError(m.t, err)
	for _, g := range gs.Reports {
		if g.CollectionId != c {
			continue
		}
		reporter, err := m.codec.StringToBytes(g.Report.Reporter)
		require.NoError(m.t, err)
		require.NoError(m.t, m.k.EndReport(m.ctx, reporter, c, types.TokenID(g.TokenId)))
	}
}

// owed adds up what a collection owes from what anybody can read.
func owed(gs *types.GenesisState, c uint64) sdk.Coins {
	sum := sdk.NewCoins()
	for _, g := range gs.Tokens {
		if g.Token.CollectionId == c && g.Token.Escrowed != nil {
			sum = sum.Add(*g.Token.Escrowed)
		}
		if g.Token.CollectionId == c && g.Token.Deposit != nil {
			sum = sum.Add(g.Token.Deposit.Amount)
		}
	}
	for _, credit := range gs.Credits {
		if credit.CollectionId == c {
			sum = sum.Add(credit.Amount)
		}
	}
	for _, income := range gs.Incomes {
		if income.CollectionId == c {
			sum = sum.Add(income.Amount)
		}
	}
	for _, g := range gs.Offers {
		if g.CollectionId == c {
			sum = sum.Add(g.Offer.Price)
		}
	}
	for _, g := range gs.Commitments {
		if g.CollectionId == c {
			sum = sum.Add(g.Commitment.Price).Add(g.Commitment.Deposit)
		}
	}
	for _, g := range gs.Reports {
		if g.CollectionId == c {
			sum = sum.Add(g.Report.Bond)
		}
	}
	return sum
}
