package simulation_test

import (
	"encoding/binary"
	"encoding/hex"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/testutil/chain"
	aigckeeper "github.com/imochain/imod/x/aigc/keeper"
	"github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
)

// contentOperations are what becomes of tokens besides plain sales.
var contentOperations = []operation{
	{"MakeOffer", makeOffer},
	{"MakeOffer", makeOffer}, // two other operations live on it
	{"AcceptOffer", acceptOffer},
	{"CancelOffer", cancelOffer},
	{"Commit", commit},
	{"Reveal", reveal},
	{"Report", report},
	{"Burn", burn},
}

// committed is a prompt whose hash an account sent.
type committed struct {
	who        chain.Account
	collection uint64
	prompt     prompt.Prompt
	salt       [32]byte
}

func (c committed) hash() (aigctypes.CommitmentHash, error) {
	encoded, err := c.prompt.Encode()
	return aigctypes.CommitmentHash(prompt.Commitment(aigctypes.CollectionAddress(c.collection), [20]byte(c.who.Address()), encoded, c.salt)), err
}

func makeOffer(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	collection, id, ok := w.token()
	if !ok {
		return from, nil
	}
	return from, &aigctypes.MsgMakeOffer{
		Bidder: from.String(), CollectionId: collection, TokenId: id.String(), Price: amount(1 + w.rng.Int64N(300)),
		Expires: w.Time().Add(time.Duration(1+w.rng.IntN(120)) * time.Second),
	}
}

// anOffer looks for an offer at some random tokens.
func (w *world) anOffer() (aigctypes.OfferInfo, bool) {
	queries := aigckeeper.NewQueryServer(w.App().AIGCKeeper)
	for range 20 {
		collection, id, ok := w.token()
		if !ok {
			continue
		}
		res, err := queries.Offers(w.Context(), &aigctypes.QueryOffersRequest{CollectionId: collection, TokenId: id.String()})
		if err == nil && len(res.Offers) > 0 {
			return res.Offers[w.rng.IntN(len(res.Offers))], true
		}
	}
	return aigctypes.OfferInfo{}, false
}

func acceptOffer(w *world) (chain.Account, sdk.Msg) {
	offer, ok := w.anOffer()
	if !ok {
		return w.account(), nil
	}
	id, err := aigctypes.ParseTokenID(offer.TokenId)
	owner, owned := w.owner(offer.CollectionId, id)
	if err != nil || !owned {
		return owner, nil
	}
	return owner, &aigctypes.MsgAcceptOffer{
		Owner: owner.String(), CollectionId: offer.CollectionId, TokenId: offer.TokenId, Bidder: offer.Offer.Bidder, ExpectedPrice: offer.Offer.Price,
	}
}

// cancelOffer is the bidder's, or a stranger's, who succeeds once the offer expired.
func cancelOffer(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	offer, ok := w.anOffer()
	if !ok {
		return from, nil
	}
	for _, account := range w.Accounts {
		if account.String() == offer.Offer.Bidder && w.rng.IntN(3) > 0 {
			from = account
		}
	}
	return from, &aigctypes.MsgCancelOffer{Sender: from.String(), CollectionId: offer.CollectionId, TokenId: offer.TokenId, Bidder: offer.Offer.Bidder}
}

func commit(w *world) (chain.Account, sdk.Msg) {
	c := committed{
		who: w.account(), collection: w.id(creators),
		prompt: prompt.Prompt{Version: 1, Seed: w.rng.Uint64(), Input: []byte(inputs[w.rng.IntN(len(inputs))])},
	}
	binary.BigEndian.PutUint64(c.salt[:], w.rng.Uint64())
	hash, err := c.hash()
	if _, missing := w.App().AIGCKeeper.Collection(w.Context(), c.collection); err != nil || missing != nil {
		return c.who, nil
	}
	w.committed = append(w.committed, c)
	return c.who, &aigctypes.MsgCommit{Sender: c.who.String(), CollectionId: c.collection, Commitment: hex.EncodeToString(hash[:])}
}

// reveal mints one of the last prompts that are still committed to; now and then a thief tries it first.
func reveal(w *world) (chain.Account, sdk.Msg) {
	for i := len(w.committed) - 1; i >= max(0, len(w.committed)-20); i-- {
		c := w.committed[i]
		hash, err := c.hash()
		if err != nil {
			continue
		}
		if _, err := w.App().AIGCKeeper.Commitment(w.Context(), c.collection, hash); err != nil {
			continue
		}
		from, salt := c.who, c.salt[:]
		if w.rng.IntN(4) == 0 {
			from, salt = w.account(), nil
		}
		return from, &aigctypes.MsgMint{
			Minter: from.String(), CollectionId: c.collection, Version: c.prompt.Version, Seed: c.prompt.Seed, Input: c.prompt.Input,
			MaxFee: sdk.NewCoins(amount(100)), Salt: salt,
		}
	}
	return w.account(), nil
}

func report(w *world) (chain.Account, sdk.Msg) {
	from := w.account()
	collection, id, ok := w.token()
	if !ok {
		return from, nil
	}
	return from, &aigctypes.MsgReport{
		Reporter: from.String(), CollectionId: collection, TokenId: id.String(), Reason: aigctypes.REPORT_REASON_OTHER, Text: "look at this",
	}
}

func burn(w *world) (chain.Account, sdk.Msg) {
	collection, id, ok := w.token()
	from, owned := w.owner(collection, id)
	if !ok || !owned || w.rng.IntN(3) > 0 { // most should live on
		return from, nil
	}
	return from, &aigctypes.MsgBurn{Sender: from.String(), CollectionId: collection, TokenId: id.String()}
}
