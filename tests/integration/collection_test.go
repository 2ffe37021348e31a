package integration_test

import (
	"encoding/hex"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/testutil/chain"
	"github.com/imochain/imod/x/aigc/prompt"
	aigctypes "github.com/imochain/imod/x/aigc/types"
)

var nftAddress = common.Address(aigctypes.CollectionAddress(1))

// act is one thing to do by either door.
type act struct {
	name string
	who  func(*gallery) chain.Account
	// message is what a Cosmos wallet sends.
	message func(g *gallery, who string) sdk.Msg
	// value, method and args are what an Ethereum wallet sends.
	value  sdkmath.Int
	method string
	args   func(g *gallery) []any
	// wait is how many empty blocks follow.
	wait int
}

// gallery is a collection on a chain, reached through one door.
type gallery struct {
	*job
	byCall bool
	until  time.Time
}

func newGallery(t *testing.T, byCall bool) *gallery {
	g := &gallery{job: newJob(t), byCall: byCall}
	g.until = g.Time().Add(time.Hour).UTC().Truncate(time.Second)
	ok(t, g.Next(g.Tx(g.ana, &aigctypes.MsgCreateCollection{
		Creator: g.ana.String(), ModelId: 1, Name: "Tiny works", Symbol: "TINY", RoyaltyPoolBps: 500, RoyaltyCreatorBps: 100,
		SupplyLimit: 100, MintPrice: coin(imo(2)), MintPolicy: aigctypes.MINT_POLICY_ANYONE,
	})))
	return g
}

func (g *gallery) do(a act) {
	g.T.Helper()
	who := a.who(g)
	if g.byCall {
		var value *big.Int
		if !a.value.IsNil() {
			value = a.value.BigInt()
		}
		g.call(who, nftAddress, "collection", value, a.method, a.args(g)...)
	} else {
		ok(g.T, g.Next(g.Tx(who, a.message(g, who.String()))))
	}
	for range a.wait {
		g.Next()
	}
}

// state is everything that the two doors must leave alike: the module's whole state and the
// money in the collection's escrow account. Balances of people differ by gas.
func (g *gallery) state() (aigctypes.GenesisState, sdk.Coins) {
	gs, err := g.App().AIGCKeeper.ExportGenesis(g.Context())
	require.NoError(g.T, err)
	require.NoError(g.T, g.App().AIGCKeeper.Invariants(g.Context()))
	return *gs, g.App().BankKeeper.GetAllBalances(g.Context(), aigctypes.EscrowAddress(1))
}

func seeded(seed uint64) prompt.Prompt {
	return prompt.Prompt{Version: 1, Seed: seed, Input: []byte("red on blue")}
}

func encoded(seed uint64) []byte {
	out, err := seeded(seed).Encode()
	if err != nil {
		panic(err)
	}
	return out
}

func idInt(seed uint64) *big.Int {
	id := prompt.TokenID(aigctypes.CollectionAddress(1), encoded(seed))
	return new(big.Int).SetBytes(id[:])
}

func idText(seed uint64) string { return hex.EncodeToString(common.BigToHash(idInt(seed)).Bytes()) }

var commitSalt = [32]byte{31: 7}

func commitmentOf(who chain.Account, seed uint64) [32]byte {
	return prompt.Commitment(aigctypes.CollectionAddress(1), [20]byte(who.Address()), encoded(seed), commitSalt)
}

func mintMessage(who string, seed uint64, salt []byte) sdk.Msg {
	p := seeded(seed)
	return &aigctypes.MsgMint{
		Minter: who, CollectionId: 1, Version: 1, Seed: p.Seed, Input: p.Input, MaxFee: coins(imo(2)), Salt: salt,
	}
}

func eve(g *gallery) chain.Account { return g.eve }
func dee(g *gallery) chain.Account { return g.dee }
func bo(g *gallery) chain.Account  { return g.bo }

// acts is a token's life and a market day; every state-changing method with a message of its own is in it.
func acts() []act {
	settle := func(seed uint64) act {
		return act{
			name: "settle", who: dee, method: "settle", args: func(*gallery) []any { return []any{idInt(seed)} },
			message: func(_ *gallery, who string) sdk.Msg {
				return &aigctypes.MsgSettle{Sender: who, CollectionId: 1, TokenId: idText(seed)}
			},
		}
	}
	offer := func(seed uint64, price int64) act {
		return act{
			name: "make offer", who: bo, value: imo(price), method: "makeOffer",
			args: func(g *gallery) []any { return []any{idInt(seed), uint64(g.until.Unix())} },
			message: func(g *gallery, who string) sdk.Msg {
				return &aigctypes.MsgMakeOffer{Bidder: who, CollectionId: 1, TokenId: idText(seed), Price: coin(imo(price)), Expires: g.until}
			},
		}
	}
	list := func(method string, price int64, args func(*gallery) []any) act {
		return act{
			name: method, who: eve, method: method, args: args,
			message: func(_ *gallery, who string) sdk.Msg {
				return &aigctypes.MsgList{Owner: who, CollectionId: 1, TokenId: idText(1), Price: coin(imo(price))}
			},
		}
	}
	return []act{
		{
			name: "mint", who: eve, value: imo(4), method: "mint", args: func(*gallery) []any { return []any{encoded(1)} },
			message: func(_ *gallery, who string) sdk.Msg { return mintMessage(who, 1, nil) },
		},
		{
			name: "commit", who: bo, value: imo(3), method: "commit",
			args: func(g *gallery) []any { return []any{commitmentOf(g.bo, 2)} },
			message: func(g *gallery, who string) sdk.Msg {
				hash := commitmentOf(g.bo, 2)
				return &aigctypes.MsgCommit{Sender: who, CollectionId: 1, Commitment: hex.EncodeToString(hash[:])}
			},
		},
		{ // copies what bo is about to reveal
			name: "copy", who: dee, value: imo(4), method: "mint", args: func(*gallery) []any { return []any{encoded(2)} },
			message: func(_ *gallery, who string) sdk.Msg { return mintMessage(who, 2, nil) },
		},
		{
			name: "reveal", who: bo, value: imo(2), method: "mintCommitted", wait: 2,
			args:    func(*gallery) []any { return []any{encoded(2), commitSalt} },
			message: func(_ *gallery, who string) sdk.Msg { return mintMessage(who, 2, commitSalt[:]) },
		},
		settle(1), settle(2),
		list("list", 100, func(*gallery) []any { return []any{idInt(1), imo(100).BigInt()} }),
		list("listIn", 90, func(*gallery) []any { return []any{idInt(1), app.BaseDenom, imo(90).BigInt()} }),
		{
			name: "unlist", who: eve, method: "unlist", args: func(*gallery) []any { return []any{idInt(1)} },
			message: func(_ *gallery, who string) sdk.Msg {
				return &aigctypes.MsgUnlist{Owner: who, CollectionId: 1, TokenId: idText(1)}
			},
		},
		list("list", 80, func(*gallery) []any { return []any{idInt(1), imo(80).BigInt()} }),
		{
			name: "buy", who: dee, value: imo(80), method: "buy", args: func(*gallery) []any { return []any{idInt(1)} },
			message: func(_ *gallery, who string) sdk.Msg {
				return &aigctypes.MsgBuy{Buyer: who, CollectionId: 1, TokenId: idText(1), ExpectedPrice: coin(imo(80))}
			},
		},
		offer(1, 30), offer(1, 20),
		{
			name: "accept offer", who: dee, method: "acceptOffer",
			args: func(g *gallery) []any { return []any{idInt(1), g.bo.EVM(), app.BaseDenom, imo(20).BigInt()} },
			message: func(g *gallery, who string) sdk.Msg {
				return &aigctypes.MsgAcceptOffer{
					Owner: who, CollectionId: 1, TokenId: idText(1), Bidder: g.bo.String(), ExpectedPrice: coin(imo(20)),
				}
			},
		},
		{
			name: "approve", who: bo, method: "approve", args: func(g *gallery) []any { return []any{g.chi.EVM(), idInt(2)} },
			message: func(g *gallery, who string) sdk.Msg {
				return &aigctypes.MsgApprove{Sender: who, CollectionId: 1, TokenId: idText(2), Approved: g.chi.String()}
			},
		},
		{
			name: "transfer", who: bo, method: "transferFrom",
			args: func(g *gallery) []any { return []any{g.bo.EVM(), g.eve.EVM(), idInt(2)} },
			message: func(g *gallery, who string) sdk.Msg {
				return &aigctypes.MsgTransfer{Sender: who, CollectionId: 1, TokenId: idText(2), Recipient: g.eve.String()}
			},
		},
		{
			name: "operator", who: eve, method: "setApprovalForAll", args: func(g *gallery) []any { return []any{g.dee.EVM(), true} },
			message: func(g *gallery, who string) sdk.Msg {
				return &aigctypes.MsgSetApprovalForAll{Owner: who, CollectionId: 1, Operator: g.dee.String(), Approved: true}
			},
		},
		offer(2, 10),
		{
			name: "cancel offer", who: bo, method: "cancelOffer",
			args: func(g *gallery) []any { return []any{idInt(2), g.bo.EVM()} },
			message: func(_ *gallery, who string) sdk.Msg {
				return &aigctypes.MsgCancelOffer{Sender: who, CollectionId: 1, TokenId: idText(2)}
			},
		},
		{
			name: "burn", who: dee, method: "burn", args: func(*gallery) []any { return []any{idInt(2)} },
			message: func(_ *gallery, who string) sdk.Msg {
				return &aigctypes.MsgBurn{Sender: who, CollectionId: 1, TokenId: idText(2)}
			},
		},
	}
}

// TestCollectionDoors: a message and a call of the collection's contract leave the same state,
// step by step, and the same coins in escrow.
func TestCollectionDoors(t *testing.T) {
	messages, calls := newGallery(t, false), newGallery(t, true)
	for i, a := range acts() {
		messages.do(a)
		calls.do(a)
		wantState, wantEscrow := messages.state()
		gotState, gotEscrow := calls.state()
		require.Empty(t, gotState.Unlogged, "%d: %s: a call logs what it does", i, a.name)
		wantState.Unlogged = nil
		require.Equal(t, wantState, gotState, "%d: %s", i, a.name)
		require.Equal(t, wantEscrow, gotEscrow, "%d: %s", i, a.name)
	}
	owner, err := calls.App().AIGCKeeper.OwnerOf(calls.Context(), 1, aigctypes.TokenID(common.BigToHash(idInt(1))))
	require.NoError(t, err)
	require.Equal(t, calls.bo.Address(), owner)
	out := calls.view(nftAddress, "collection", "offerOf", idInt(1), calls.bo.EVM())
	require.Zero(t, out[1].(*big.Int).Sign(), "the accepted offer is gone")
	require.Equal(t, common.Address{}, calls.view(nftAddress, "collection", "listing", idInt(1))[0])
}

// TestCollectionInterfaces: ERC-165 answers for all that a collection is, and for nothing else.
func TestCollectionInterfaces(t *testing.T) {
	g := newGallery(t, true)
	for id, want := range map[string]bool{
		"01ffc9a7": true, "80ac58cd": true, "5b5e139f": true, "780e9d63": true, "702c55a6": true, "fa1a557a": true,
		"3f37dce2": true, "2a55205a": true, "49064906": true, "ffffffff": false, "00000000": false,
	} {
		raw, err := hex.DecodeString(id)
		require.NoError(t, err)
		require.Equal(t, want, g.view(nftAddress, "collection", "supportsInterface", [4]byte(raw))[0], id)
	}
}
