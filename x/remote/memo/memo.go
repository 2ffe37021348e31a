// Package memo reads what the coins of an ICS-20 transfer are for: the object under "imo" in its memo.
//
// It is strict, because money follows what it says: exact keys, each at most once, none unknown, numbers as decimal
// strings, one action, nothing beside it. What is not ours is left alone; what looks like ours and is not well formed is
// refused, so that coins never arrive without what was meant.
package memo

import (
	"strings"

	"cosmossdk.io/math"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/remote/types"
)

const (
	// MaxBytes bounds a memo that is ours.
	MaxBytes = 4096
	// Self is the owner that names the account of channel and sender.
	Self = "self"

	// maxReceiver bounds the address of a receiver on another chain, in bytes.
	maxReceiver = 256
	// maxInput bounds the input of a request, in bytes; the chain's own limit may be lower.
	maxInput = 2048
	// maxProof bounds the siblings of an allowance.
	maxProof = 32
	key      = "imo"
)

// Action is what a memo asks for, one of the types below.
type Action interface{ action() }

// Bid pays a bid with the coins.
type Bid struct {
	OfferingID uint64
	MaxPrice   math.Int
	TermsHash  string
	// Owner is Self, an address, or empty for the packet's receiver.
	Owner     string
	Allowance *imotypes.Allowance
	// Home is where the refund or the tokens of this bid go; nil leaves both here.
	Home *Home
}

// Deposit gives the coins to the holders of a model's token.
type Deposit struct{ ModelID uint64 }

// Request pays an inference request with the coins; the result is found by a query. What it does not cost stays with
// the account of channel and sender.
type Request struct {
	ModelID uint64
	Input   string
	Seed    uint64
	// MaxFee is the most of the coins that may be spent; all of them when nil.
	MaxFee *math.Int
}

// Cancel takes back a bid of the account of channel and sender.
type Cancel struct {
	OfferingID, BidID uint64
	Home              *Home
}

// Collect hands out bought tokens and refunds of the account of channel and sender.
type Collect struct {
	OfferingID uint64
	// BidID is a bid that this account placed and whose home cannot be reached: its refund, and nothing else, is handed out.
	BidID uint64
	Home  *Home
}

// Claim collects the revenue of the account of channel and sender.
type Claim struct {
	ModelID uint64
	Home    *Home
}

// Exit burns tokens of the account of channel and sender for their part of the unreleased proceeds.
type Exit struct {
	ModelID uint64
	Amount  math.Int
	Home    *Home
}

// Withdraw sends home what the account of channel and sender has of a denom, such as a return that timed out.
type Withdraw struct {
	Denom string
	Home  *Home
}

func (Bid) action()      {}
func (Deposit) action()  {}
func (Request) action()  {}
func (Cancel) action()   {}
func (Collect) action()  {}
func (Claim) action()    {}
func (Exit) action()     {}
func (Withdraw) action() {}

// Home is a receiver at the other end of the channel through which the packet came.
type Home struct {
	Receiver string
	// Refund and Tokens say what goes there.
	Refund, Tokens bool
}

// hooks are the keys by which other layers take a packet: packet-forward, callbacks, and hooks of other chains.
var hooks = []string{"forward", "dest_callback", "src_callback", "wasm"}

// Parse reads a memo. ours is false of a memo that is not for this chain, and then there is nothing else.
// Errors are types.ErrMemo with the field and what is wrong with it, or types.ErrTwoHooks.
func Parse(text string) (action Action, ours bool, err error) {
	if !looksOurs(text) {
		return nil, false, nil
	}
	if len(text) > MaxBytes {
		return nil, true, types.ErrMemo.Wrapf("%d bytes, at most %d", len(text), MaxBytes)
	}
	for _, hook := range hooks {
		if found, _ := hasKey(text, hook); found {
			return nil, true, types.ErrTwoHooks.Wrap(hook)
		}
	}
	root, err := parseObject(text)
	if err != nil {
		return nil, true, types.ErrMemo.Wrap(err.Error())
	}
	r := &reader{from: root}
	inner := r.object(key)
	r.end()
	if r.err == nil {
		action, r.err = parseAction(inner)
	}
	if r.err != nil {
		return nil, true, types.ErrMemo.Wrap(r.err.Error())
	}
	return action, true, nil
}

// looksOurs tells whether a memo is an object with our key at the top. Memos of other hooks may carry one of ours for the
// next chain further in. An object that is not well formed counts as ours if it mentions the key anywhere.
func looksOurs(text string) bool {
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") {
		return false
	}
	found, whole := hasKey(text, key)
	return found || !whole && strings.Contains(text, `"`+key+`"`)
}
