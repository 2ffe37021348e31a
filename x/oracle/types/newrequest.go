package types

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// MaxOriginBytes bounds the name of the door or module that asks.
const MaxOriginBytes = 64

// NewRequest is what every door (message, precompile, packet, x/aigc) hands to the keeper.
type NewRequest struct {
	Requester   sdk.AccAddress // owns the request, receives refunds; 20 bytes
	Payer       sdk.AccAddress // pays network fee and model price; 20 bytes
	ModelID     uint64
	Version     uint32 // 0 = latest
	Input       []byte
	Seed        uint64
	MaxFee      sdk.Coins // the most that network fee, model price and callback may be together
	StoreOutput bool      // pays for keeping the output in state
	Origin      string    // names the door, for explorers; at most MaxOriginBytes
	SeedKind    SeedKind  // unspecified means chosen; an assigned seed needs Seed 0
	Callback    *NewCallback
}

// NewCallback asks for the delivery of a result to a contract.
type NewCallback struct {
	Contract sdk.AccAddress // must hold EVM code; 20 bytes
	Gas      uint64         // what the call gets, prepaid
	Data     []byte         // handed back
}

// Fee returns network fee and model price together.
func (r Request) Fee() sdk.Coins { return sdk.NewCoins(r.NetworkFee).Add(r.ModelPrice) }

// Final tells whether the request has its result.
func (r Request) Final() bool { return r.Status == RequestStatus_REQUEST_STATUS_FINAL }

// Closed tells whether the request is final or expired: nothing about it changes any more.
func (r Request) Closed() bool {
	return r.Final() || r.Status == RequestStatus_REQUEST_STATUS_EXPIRED
}
