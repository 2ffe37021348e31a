package types

import (
	"bytes"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/prompt"
	"github.com/imochain/imod/x/aigc/settlement"
)

// DefaultGenesis is the state of a new chain.
func DefaultGenesis() *GenesisState {
	return &GenesisState{Params: DefaultParams()}
}

// Validate rejects duplicates, dangling ids and records that no sequence of
// messages could have written. Addresses are read when the state is imported.
func (gs GenesisState) Validate() error {
	if err := gs.Params.Validate(); err != nil {
		return err
	}
	known, err := gs.validateCollections()
	if err != nil {
		return err
	}
	if err := gs.validateTokens(known); err != nil {
		return err
	}
	if err := gs.validateOperators(known); err != nil {
		return err
	}
	if err := gs.validateCredits(known); err != nil {
		return err
	}
	if err := gs.validateIncomes(known); err != nil {
		return err
	}
	if err := gs.validateOffers(known); err != nil {
		return err
	}
	if err := gs.validateCommitments(known); err != nil {
		return err
	}
	if err := gs.validateReports(known); err != nil {
		return err
	}
	if err := gs.validateTrades(known); err != nil {
		return err
	}
	return gs.validateUnlogged(known)
}

func (gs GenesisState) validateCollections() (map[uint64]Collection, error) {
	known := make(map[uint64]Collection, len(gs.Collections))
	last := uint64(0)
	for _, c := range gs.Collections {
		if c.Id <= last || c.Id > gs.LastCollectionId {
			return nil, ErrInvalidGenesis.Wrapf("collection %d: ids must ascend from 1 to %d", c.Id, gs.LastCollectionId)
		}
		if c.Creator == "" {
			return nil, ErrInvalidGenesis.Wrapf("collection %d has no creator", c.Id)
		}
		if err := c.ValidateBasic(); err != nil {
			return nil, ErrInvalidGenesis.Wrapf("collection %d: %s", c.Id, err)
		}
		last = c.Id
		known[c.Id] = c
	}
	return known, nil
}

func (gs GenesisState) validateTokens(known map[uint64]Collection) error {
	minted := make(map[uint64]uint64)
	for i, g := range gs.Tokens {
		t := g.Token
		c, ok := known[t.CollectionId]
		if !ok {
			return ErrInvalidGenesis.Wrapf("token %x: collection %d does not exist", t.TokenId, t.CollectionId)
		}
		if i > 0 && !before(gs.Tokens[i-1].Token, t) {
			return ErrInvalidGenesis.Wrapf("token %x: tokens must ascend", t.TokenId)
		}
		if err := g.validate(c); err != nil {
			return ErrInvalidGenesis.Wrapf("token %x of collection %d: %s", t.TokenId, t.CollectionId, err)
		}
		minted[t.CollectionId]++
		if c.SupplyLimit > 0 && minted[t.CollectionId] > c.SupplyLimit {
			return ErrInvalidGenesis.Wrapf("collection %d has more tokens than its limit", c.Id)
		}
	}
	return gs.validatePlaces()
}

func before(a, b Token) bool {
	if a.CollectionId != b.CollectionId {
		return a.CollectionId < b.CollectionId
	}
	return bytes.Compare(a.TokenId, b.TokenId) < 0
}

// validate checks one token by its status; content needs no second hash here,
// because it was checked when it was stored and import is not an entry for users.
func (g GenesisToken) validate(c Collection) error {
	if _, err := TokenIDFromBytes(g.Token.TokenId); err != nil {
		return err
	}
	if g.Token.Minter == "" {
		return ErrInvalidGenesis.Wrap("no minter")
	}
	if g.Token.NamedHeight < 0 || g.Token.NamedHeight > g.Token.MintedHeight {
		return ErrInvalidGenesis.Wrapf("its prompt was named in block %d, after the mint in %d", g.Token.NamedHeight, g.Token.MintedHeight)
	}
	if g.Token.Status == TOKEN_STATUS_BURNT {
		if g.Ownership != nil || g.Token.Provenance != nil || g.Token.Deposit != nil || g.Token.Escrowed != nil ||
			g.Listing != nil || g.Flags != nil || len(g.Content) > 0 {
			return ErrInvalidGenesis.Wrap("a burnt token keeps nothing")
		}
		return nil
	}
	if g.Ownership == nil || g.Ownership.Owner == "" || g.Token.Provenance == nil {
		return ErrInvalidGenesis.Wrap("owner or provenance is missing")
	}
	if err := g.Token.checkID(c); err != nil {
		return err
	}
	final := g.Token.Status == TOKEN_STATUS_FINAL
	if !final && g.Token.Status != TOKEN_STATUS_PENDING {
		return ErrInvalidGenesis.Wrapf("status %d is unknown", g.Token.Status)
	}
	if final != g.Token.Provenance.Complete() {
		return ErrInvalidGenesis.Wrap("provenance does not go with the status")
	}
	if final == (g.Token.Escrowed != nil) {
		return ErrInvalidGenesis.Wrap("escrowed price does not go with the status")
	}
	if (g.Token.Deposit != nil) != (len(g.Content) > 0) || (!final && g.Token.Deposit != nil) {
		return ErrInvalidGenesis.Wrap("content and deposit do not go together")
	}
	if g.Token.Deposit != nil && g.Token.Deposit.Payer == "" {
		return ErrInvalidGenesis.Wrap("a deposit has no payer")
	}
	if g.Listing != nil && (!final || g.Listing.Seller != g.Ownership.Owner) {
		return ErrInvalidGenesis.Wrap("listing by somebody else than the owner of a final token")
	}
	if g.Flags != nil {
		if err := g.Flags.ValidateBasic(); err != nil || g.Flags.None() {
			return ErrInvalidGenesis.Wrapf("flags: none is set, or %v", err)
		}
	}
	return g.validateAmounts()
}

// validateAmounts checks what will be paid one day: a bad amount would be found
// only then, by somebody who cannot help it.
func (g GenesisToken) validateAmounts() error {
	var amounts []sdk.Coin
	fees := []uint32{g.Token.ProtocolFeeBps}
	if g.Token.Escrowed != nil {
		amounts = append(amounts, *g.Token.Escrowed)
	}
	if g.Token.Deposit != nil {
		amounts = append(amounts, g.Token.Deposit.Amount)
	}
	if g.Listing != nil {
		amounts = append(amounts, g.Listing.Price)
		fees = append(fees, g.Listing.ProtocolFeeBps)
	}
	for _, amount := range amounts {
		if err := amount.Validate(); err != nil {
			return err
		}
		if err := settlement.CheckPrice(amount.Amount); err != nil {
			return err
		}
	}
	for _, fee := range fees {
		if fee > MaxProtocolFeeBps {
			return ErrInvalidGenesis.Wrapf("protocol fee of %d basis points", fee)
		}
	}
	return nil
}

// checkID recomputes the id from the provenance.
func (t Token) checkID(c Collection) error {
	encoded, err := t.Provenance.Prompt().Encode()
	if err != nil {
		return ErrInvalidGenesis.Wrap(err.Error())
	}
	want := prompt.TokenID(CollectionAddress(c.Id), encoded)
	if !bytes.Equal(want[:], t.TokenId) || t.Provenance.ModelId != c.ModelId {
		return ErrInvalidGenesis.Wrap("id is not the hash of the prompt, or the model differs")
	}
	return nil
}

func (gs GenesisState) validateOperators(known map[uint64]Collection) error {
	seen := make(map[OperatorApproval]bool, len(gs.Operators))
	for _, o := range gs.Operators {
		if _, ok := known[o.CollectionId]; !ok {
			return ErrInvalidGenesis.Wrapf("operator approval: collection %d does not exist", o.CollectionId)
		}
		if o.Owner == "" || o.Operator == "" || seen[o] {
			return ErrInvalidGenesis.Wrap("operator approval is incomplete or listed twice")
		}
		seen[o] = true
	}
	return nil
}

func (gs GenesisState) validateCredits(known map[uint64]Collection) error {
	type key struct {
		owner      string
		collection uint64
		denom      string
	}
	seen := make(map[key]bool, len(gs.Credits))
	for _, c := range gs.Credits {
		if _, ok := known[c.CollectionId]; !ok {
			return ErrInvalidGenesis.Wrapf("credit: collection %d does not exist", c.CollectionId)
		}
		if err := c.Amount.Validate(); err != nil || !c.Amount.IsPositive() {
			return ErrInvalidGenesis.Wrapf("credit of %s is not an amount", c.Amount)
		}
		k := key{c.Owner, c.CollectionId, c.Amount.Denom}
		if c.Owner == "" || seen[k] {
			return ErrInvalidGenesis.Wrap("credit is incomplete or listed twice")
		}
		seen[k] = true
	}
	return nil
}

func (gs GenesisState) validateIncomes(known map[uint64]Collection) error {
	for i, income := range gs.Incomes {
		if _, ok := known[income.CollectionId]; !ok {
			return ErrInvalidGenesis.Wrapf("income: collection %d does not exist", income.CollectionId)
		}
		if err := income.Amount.Validate(); err != nil || !income.Amount.IsPositive() || income.DueHeight < 0 {
			return ErrInvalidGenesis.Wrapf("income of %s at %d", income.Amount, income.DueHeight)
		}
		if i == 0 {
			continue
		}
		last := gs.Incomes[i-1]
		if income.CollectionId < last.CollectionId ||
			(income.CollectionId == last.CollectionId && income.Amount.Denom <= last.Amount.Denom) {
			return ErrInvalidGenesis.Wrap("incomes must ascend")
		}
	}
	return nil
}

// place is one seat in an enumeration: the collection's for an empty owner, or an owner's.
type place struct {
	collection uint64
	owner      string
	position   uint64
}

// seats are the two places that a token takes.
func seats(collection uint64, o Ownership) [2]place {
	return [2]place{{collection, "", o.Position}, {collection, o.Owner, o.OwnerPosition}}
}

// enumeration names the enumeration that a place is in.
func (p place) enumeration() place {
	p.position = 0
	return p
}

// validatePlaces checks that the places of every enumeration are 0 to n-1: all
// different, and none beyond their number.
func (gs GenesisState) validatePlaces() error {
	taken := make(map[place]bool)
	count := make(map[place]uint64)
	for _, g := range gs.Tokens {
		if g.Ownership == nil {
			continue
		}
		for _, at := range seats(g.Token.CollectionId, *g.Ownership) {
			if taken[at] {
				return ErrInvalidGenesis.Wrapf("token %x: its position is taken", g.Token.TokenId)
			}
			taken[at] = true
			count[at.enumeration()]++
		}
	}
	for _, g := range gs.Tokens {
		if g.Ownership == nil {
			continue
		}
		for _, at := range seats(g.Token.CollectionId, *g.Ownership) {
			if at.position >= count[at.enumeration()] {
				return ErrInvalidGenesis.Wrapf("token %x: positions have gaps", g.Token.TokenId)
			}
		}
	}
	return nil
}
