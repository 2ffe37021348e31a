package keeper

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/aigc/prompt"
	"github.com/imochain/imod/x/aigc/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// Mint asks the oracle for content and makes its token, pending, in one step. The
// token's id is taken from this moment on, so nobody who sees the request can mint
// the same prompt first. The mint price waits in escrow until the token is settled.
func (k *Keeper) Mint(ctx context.Context, in types.NewMint) (types.Minted, error) {
	if err := checkAccounts(in.Payer); err != nil {
		return types.Minted{}, err
	}
	c, params, err := k.openForMint(ctx, in.CollectionID, in.Minter)
	if err != nil {
		return types.Minted{}, err
	}
	model, err := k.models.ServableVersion(ctx, c.ModelId, in.Version)
	if err != nil {
		return types.Minted{}, err
	}
	asked := prompt.Prompt{Version: model.Version, Seed: in.Seed, Input: in.Input}
	encoded, id, err := tokenOf(c, asked)
	if err != nil {
		return types.Minted{}, err
	}
	named, pays := height(ctx), in.Payer
	if len(in.Salt) > 0 {
		commitment, err := k.reveal(ctx, c, in.Minter, encoded, in.Salt)
		if err != nil {
			return types.Minted{}, err
		}
		named, pays = commitment.Height, types.EscrowAddress(c.Id)
	}
	// the seat comes before any call outside: whoever comes back here finds it taken
	displaced, err := k.reserve(ctx, c, id, in.Minter, named)
	if err != nil {
		return types.Minted{}, err
	}
	if err := k.toEscrow(ctx, c.Id, pays, c.MintPrice); err != nil {
		return types.Minted{}, err
	}
	request, err := k.oracle.CreateRequest(ctx, oracletypes.NewRequest{
		Requester: in.Minter, Payer: in.Payer, ModelID: c.ModelId, Version: model.Version,
		Input: in.Input, Seed: in.Seed, MaxFee: in.MaxFee, StoreOutput: in.StoreOutput, Origin: types.RequestOrigin,
	})
	if err != nil {
		return types.Minted{}, err
	}
	token, err := k.newToken(ctx, c, id, in.Minter, request)
	if err != nil {
		return types.Minted{}, err
	}
	token.Status = types.TOKEN_STATUS_PENDING
	token.Escrowed = &c.MintPrice
	token.ProtocolFeeBps = params.ProtocolFeeBps
	token.NamedHeight = named
	minted := types.Minted{TokenID: id, RequestID: request.Id, Prompt: encoded, Displaced: displaced}
	return minted, k.putMinted(ctx, token, id)
}

// MintFromResult makes a final token from a final request of the minter's own.
func (k *Keeper) MintFromResult(
	ctx context.Context, minter sdk.AccAddress, collectionID, requestID uint64, content []byte,
) (types.Minted, error) {
	c, params, err := k.openForMint(ctx, collectionID, minter)
	if err != nil {
		return types.Minted{}, err
	}
	request, err := k.ownResult(ctx, minter, c, requestID)
	if err != nil {
		return types.Minted{}, err
	}
	encoded, id, err := tokenOf(c, types.NewProvenance(request).Prompt())
	if err != nil {
		return types.Minted{}, err
	}
	named := namedHeight(request, height(ctx))
	displaced, err := k.reserve(ctx, c, id, minter, named)
	if err != nil {
		return types.Minted{}, err
	}
	token, err := k.newToken(ctx, c, id, minter, request)
	if err != nil {
		return types.Minted{}, err
	}
	token.NamedHeight = named
	if err := finish(&token, request, height(ctx)); err != nil {
		return types.Minted{}, err
	}
	if token.Deposit, err = k.acceptContent(ctx, token, minter, content); err != nil {
		return types.Minted{}, err
	}
	if err := k.putMinted(ctx, token, id); err != nil {
		return types.Minted{}, err
	}
	if err := k.storeContent(ctx, token, id, minter, content); err != nil {
		return types.Minted{}, err
	}
	if err := k.announceFinal(ctx, token, id); err != nil {
		return types.Minted{}, err
	}
	creator, err := k.account(c.Creator)
	if err != nil {
		return types.Minted{}, err
	}
	_, err = k.distribute(ctx, c, id, minter, creator, c.MintPrice, params.ProtocolFeeBps)
	return types.Minted{TokenID: id, RequestID: request.Id, Prompt: encoded, Displaced: displaced}, err
}

// namedHeight is when the requester named the prompt of a result. Nobody knew an
// assigned seed before the request, so such a prompt counts from there on.
func namedHeight(request oracletypes.Request, now int64) int64 {
	switch request.SeedKind {
	case oracletypes.SeedKind_SEED_KIND_CONTENT, oracletypes.SeedKind_SEED_KIND_MONEY:
		return request.CreatedHeight
	default:
		return now
	}
}

// openForMint reads the collection and checks that the minter may mint into it.
func (k *Keeper) openForMint(
	ctx context.Context, collectionID uint64, minter sdk.AccAddress,
) (types.Collection, types.Params, error) {
	params, err := k.openParams(ctx)
	if err != nil {
		return types.Collection{}, types.Params{}, err
	}
	c, err := k.Collection(ctx, collectionID)
	if err != nil {
		return types.Collection{}, types.Params{}, err
	}
	if err := k.checkRecipient(collectionID, minter); err != nil {
		return types.Collection{}, types.Params{}, err
	}
	text, err := k.text(minter)
	if err != nil {
		return types.Collection{}, types.Params{}, err
	}
	if c.MintPolicy == types.MINT_POLICY_CREATOR && text != c.Creator {
		return types.Collection{}, types.Params{}, types.ErrNotCreator.Wrapf("of collection %d", c.Id)
	}
	return c, params, nil
}

// ownResult reads a final request that the minter made to the collection's model.
func (k *Keeper) ownResult(
	ctx context.Context, minter sdk.AccAddress, c types.Collection, requestID uint64,
) (oracletypes.Request, error) {
	request, err := k.oracle.Request(ctx, requestID)
	if err != nil {
		return oracletypes.Request{}, err
	}
	requester, err := k.account(request.Requester)
	if err != nil {
		return oracletypes.Request{}, err
	}
	if !requester.Equals(minter) {
		return oracletypes.Request{}, types.ErrForeignResult.Wrapf("request %d was made by %s", requestID, request.Requester)
	}
	if request.ModelId != c.ModelId {
		return oracletypes.Request{}, types.ErrForeignResult.Wrapf(
			"request %d ran model %d, the collection is of model %d", requestID, request.ModelId, c.ModelId)
	}
	if !request.Final() {
		return oracletypes.Request{}, types.ErrNoResult.Wrapf("request %d", requestID)
	}
	return request, nil
}

// tokenOf computes the id that a prompt has in a collection.
func tokenOf(c types.Collection, p prompt.Prompt) ([]byte, types.TokenID, error) {
	if !c.AllowsVersion(p.Version) {
		return nil, types.TokenID{}, types.ErrVersionNotAllowed.Wrapf("version %d", p.Version)
	}
	encoded, err := p.Encode()
	if err != nil {
		return nil, types.TokenID{}, types.ErrInvalidPrompt.Wrap(err.Error())
	}
	return encoded, prompt.TokenID(types.CollectionAddress(c.Id), encoded), nil
}

// reserve takes the id of a prompt for its minter, who named it at the height
// given. An id that exists, pending or final, and one that was burnt cannot be had
// again; one that expired can. A pending token gives way to whoever named its
// prompt earlier, and its owner is told to the caller.
func (k *Keeper) reserve(
	ctx context.Context, c types.Collection, id types.TokenID, minter sdk.AccAddress, named int64,
) (displaced sdk.AccAddress, err error) {
	token, err := k.record(ctx, c.Id, id)
	switch {
	case errors.Is(err, types.ErrTokenNotFound):
	case err != nil:
		return nil, err
	case token.Status == types.TOKEN_STATUS_PENDING && named < token.NamedHeight:
		if displaced, err = k.displace(ctx, token, id); err != nil {
			return nil, err
		}
	default:
		return nil, types.ErrTokenExists.Wrapf("%s in collection %d", id, c.Id)
	}
	counts, err := k.collectionCounts(ctx, c.Id)
	if err != nil {
		return nil, err
	}
	if c.SupplyLimit > 0 && counts.Minted >= c.SupplyLimit {
		return nil, types.ErrSupplyLimit.Wrapf("%d tokens", c.SupplyLimit)
	}
	return displaced, k.insert(ctx, c.Id, id, minter)
}

// newToken is the record of a request's token, without status. The oracle's record
// must be of the question that the id is the hash of.
func (k *Keeper) newToken(
	ctx context.Context, c types.Collection, id types.TokenID, minter sdk.AccAddress, request oracletypes.Request,
) (types.Token, error) {
	provenance := types.NewProvenance(request)
	_, want, err := tokenOf(c, provenance.Prompt())
	if err != nil {
		return types.Token{}, err
	}
	if want != id || provenance.ModelId != c.ModelId || len(provenance.ManifestRoot) != types.RootLength {
		return types.Token{}, types.ErrForeignResult.Wrapf("request %d asks something else", request.Id)
	}
	text, err := k.text(minter)
	if err != nil {
		return types.Token{}, err
	}
	return types.Token{
		CollectionId: c.Id, TokenId: id.Bytes(), RequestId: request.Id, Minter: text,
		Provenance: &provenance, MintedHeight: height(ctx),
	}, nil
}

// putMinted stores a new token and says so.
func (k *Keeper) putMinted(ctx context.Context, token types.Token, id types.TokenID) error {
	if err := k.tokens.Set(ctx, keyOf(token.CollectionId, id), token); err != nil {
		return err
	}
	return emit(ctx, &types.EventTokenMinted{
		CollectionId: token.CollectionId, TokenId: id.String(), Owner: token.Minter,
		RequestId: token.RequestId, Status: token.Status,
	})
}
