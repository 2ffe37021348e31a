package types

import (
	"bytes"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// validateOffers checks that every bidder has one offer for a token at most. The
// order by bidders' bytes is not seen here, where addresses are text.
func (gs GenesisState) validateOffers(known map[uint64]Collection) error {
	type key struct {
		collection uint64
		token      TokenID
		bidder     string
	}
	seen := make(map[key]bool, len(gs.Offers))
	for _, g := range gs.Offers {
		if _, ok := known[g.CollectionId]; !ok {
			return ErrInvalidGenesis.Wrapf("offer: collection %d does not exist", g.CollectionId)
		}
		id, err := TokenIDFromBytes(g.TokenId)
		if err != nil {
			return ErrInvalidGenesis.Wrapf("offer: %s", err)
		}
		if err := g.Offer.ValidateBasic(); err != nil {
			return ErrInvalidGenesis.Wrapf("offer for %s: %s", id, err)
		}
		k := key{g.CollectionId, id, g.Offer.Bidder}
		if seen[k] {
			return ErrInvalidGenesis.Wrapf("offer for %s is listed twice", id)
		}
		seen[k] = true
	}
	return nil
}

func (gs GenesisState) validateCommitments(known map[uint64]Collection) error {
	for i, g := range gs.Commitments {
		if _, ok := known[g.CollectionId]; !ok {
			return ErrInvalidGenesis.Wrapf("commitment: collection %d does not exist", g.CollectionId)
		}
		hash, err := CommitmentFromBytes(g.Hash)
		if err != nil {
			return ErrInvalidGenesis.Wrap(err.Error())
		}
		if err := g.Commitment.ValidateBasic(); err != nil {
			return ErrInvalidGenesis.Wrapf("commitment %s: %s", hash, err)
		}
		if i == 0 {
			continue
		}
		last := gs.Commitments[i-1]
		if g.CollectionId < last.CollectionId || (g.CollectionId == last.CollectionId && bytes.Compare(g.Hash, last.Hash) <= 0) {
			return ErrInvalidGenesis.Wrap("commitments must ascend")
		}
	}
	return nil
}

// validateReports checks the reports, at most MaxReports for a token.
func (gs GenesisState) validateReports(known map[uint64]Collection) error {
	type key struct {
		collection uint64
		token      TokenID
		reporter   string
	}
	seen := make(map[key]bool, len(gs.Reports))
	count := make(map[key]int)
	for _, g := range gs.Reports {
		if _, ok := known[g.CollectionId]; !ok {
			return ErrInvalidGenesis.Wrapf("report: collection %d does not exist", g.CollectionId)
		}
		id, err := TokenIDFromBytes(g.TokenId)
		if err != nil {
			return ErrInvalidGenesis.Wrapf("report: %s", err)
		}
		if err := g.Report.ValidateBasic(); err != nil {
			return ErrInvalidGenesis.Wrapf("report about %s: %s", id, err)
		}
		k := key{g.CollectionId, id, g.Report.Reporter}
		if seen[k] {
			return ErrInvalidGenesis.Wrapf("report about %s is listed twice", id)
		}
		seen[k] = true
		k.reporter = ""
		if count[k]++; count[k] > MaxReports {
			return ErrInvalidGenesis.Wrapf("token %s has more than %d reports", id, MaxReports)
		}
	}
	return nil
}

func (gs GenesisState) validateTrades(known map[uint64]Collection) error {
	for i, g := range gs.Trades {
		if _, ok := known[g.CollectionId]; !ok {
			return ErrInvalidGenesis.Wrapf("trade: collection %d does not exist", g.CollectionId)
		}
		if err := sdk.ValidateDenom(g.Denom); err != nil {
			return ErrInvalidGenesis.Wrapf("trade: %s", err)
		}
		for _, sum := range []math.Int{g.Trade.Volume, g.Trade.RoyaltyPool, g.Trade.RoyaltyCreator} {
			if sum.IsNil() || sum.IsNegative() || sum.GT(g.Trade.Volume) {
				return ErrInvalidGenesis.Wrapf("trade of collection %d in %s: a sum is negative or above the volume", g.CollectionId, g.Denom)
			}
		}
		if i == 0 {
			continue
		}
		last := gs.Trades[i-1]
		if g.CollectionId < last.CollectionId || (g.CollectionId == last.CollectionId && g.Denom <= last.Denom) {
			return ErrInvalidGenesis.Wrap("trades must ascend")
		}
	}
	return nil
}

// validateUnlogged checks that every record is of something that logs lack.
func (gs GenesisState) validateUnlogged(known map[uint64]Collection) error {
	type key struct {
		collection uint64
		token      string
	}
	owned := make(map[key]GenesisToken, len(gs.Tokens))
	for _, g := range gs.Tokens {
		if g.Ownership != nil {
			owned[key{g.Token.CollectionId, string(g.Token.TokenId)}] = g
		}
	}
	for i, g := range gs.Unlogged {
		if _, ok := known[g.CollectionId]; !ok {
			return ErrInvalidGenesis.Wrapf("unlogged: collection %d does not exist", g.CollectionId)
		}
		id, err := TokenIDFromBytes(g.TokenId)
		if err != nil {
			return ErrInvalidGenesis.Wrapf("unlogged: %s", err)
		}
		if i > 0 {
			last := gs.Unlogged[i-1]
			if g.CollectionId < last.CollectionId || (g.CollectionId == last.CollectionId && bytes.Compare(g.TokenId, last.TokenId) <= 0) {
				return ErrInvalidGenesis.Wrap("unlogged: tokens must ascend")
			}
		}
		owner, final := "", false
		if token, ok := owned[key{g.CollectionId, string(g.TokenId)}]; ok {
			owner, final = token.Ownership.Owner, token.Token.Status == TOKEN_STATUS_FINAL
		}
		moved, content := g.Unlogged.Owner != owner, g.Unlogged.Result || g.Unlogged.Metadata
		if !moved && !content {
			return ErrInvalidGenesis.Wrapf("unlogged: nothing is due of %s", id)
		}
		if (content && owner == "") || (g.Unlogged.Result && !final) {
			return ErrInvalidGenesis.Wrapf("unlogged: %s has no such content", id)
		}
	}
	return nil
}
