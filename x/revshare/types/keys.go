package types

import (
	"encoding/binary"
	"math/big"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/address"
)

const (
	// ModuleName is the module's name. Its module account burns share tokens and holds
	// nothing between transactions: each pool's coins lie in a derived account (PoolAddress).
	ModuleName = "revshare"
	// StoreKey is the key of the module's store.
	StoreKey = ModuleName

	// AccountLength is the length of every account that may hold shares or be paid. The
	// EVM mirrors balances by 20-byte addresses; paying a longer one would forge coins.
	AccountLength = 20
)

// Store prefixes. Never reused.
var (
	ParamsKey         = collections.NewPrefix(1)  // -> Params
	ClockKey          = collections.NewPrefix(2)  // -> Clock
	PoolSequenceKey   = collections.NewPrefix(3)  // -> next pool id
	PoolsPrefix       = collections.NewPrefix(4)  // share denom -> Pool as it was created
	SuppliesPrefix    = collections.NewPrefix(5)  // (pool, epoch) -> eligible supply from that epoch on
	StreamsPrefix     = collections.NewPrefix(6)  // (pool, denom) -> Stream
	ExpiriesPrefix    = collections.NewPrefix(7)  // (pool, denom, epoch) -> rate that ends before that epoch
	SegmentsPrefix    = collections.NewPrefix(8)  // (pool, denom, first epoch) -> Segment
	CheckpointsPrefix = collections.NewPrefix(9)  // (pool, account, last epoch) -> Checkpoint
	PositionsPrefix   = collections.NewPrefix(10) // (pool, account) -> Position
	PayoutsPrefix     = collections.NewPrefix(11) // account -> payout address
	EarningsPrefix    = collections.NewPrefix(12) // (pool, denom, source kind) -> sum of deposits
	RedemptionsPrefix = collections.NewPrefix(13) // (pool, denom) -> Redemption
	WindowsPrefix     = collections.NewPrefix(14) // pool -> RedeemWindow
	DaysPrefix        = collections.NewPrefix(15) // (pool, denom, source kind and place in the ring) -> DayTotal
	PayersPrefix      = collections.NewPrefix(16) // (pool, denom) -> Payers
	RefusalsPrefix    = collections.NewPrefix(17) // account -> Refusals
	AutoPrefix        = collections.NewPrefix(18) // (share denom, account) -> AutoPayout
	AutoQueuePrefix   = collections.NewPrefix(19) // (due epoch, share denom, account)
	PermitsPrefix     = collections.NewPrefix(20) // (pool, account) -> number of used permits
	TillsPrefix       = collections.NewPrefix(21) // (pool, denom, till) -> coins handed to the till and not paid yet
	StatesPrefix      = collections.NewPrefix(22) // share denom -> PoolState
)

// PoolAddress is the 20-byte account of a pool. It is funded by Deposit and Sync and
// drawn on by Redeem and, through the pool's tills, by Claim, ClaimFor and automatic payments only; coins sent to it
// directly are gifts that no rule looks at.
func PoolAddress(id uint64) sdk.AccAddress {
	key := binary.BigEndian.AppendUint64(nil, id)
	return sdk.AccAddress(address.Module(ModuleName, []byte("pool"), key)[:AccountLength])
}

// TillAddress is the 20-byte account of one of a pool's tills. The pool hands it coins that holders are owed, and
// claims are paid from it; gifts to it change nothing.
func TillAddress(id uint64, till uint32) sdk.AccAddress {
	key := binary.BigEndian.AppendUint64(nil, id)
	return sdk.AccAddress(address.Module(ModuleName, []byte("till"), binary.BigEndian.AppendUint32(key, till))[:AccountLength])
}

// TillOf is the till that pays an account: by the last byte of its address, which is part of a hash.
func TillOf(account sdk.AccAddress) uint32 {
	return uint32(account[len(account)-1]) % Tills
}

// LowAddress tells whether addr is the zero address or lies in the range of precompiles:
// only its last two bytes may be set.
func LowAddress(addr sdk.AccAddress) bool {
	for i := 0; i < len(addr)-2; i++ {
		if addr[i] != 0 {
			return false
		}
	}
	return true
}

// HasUnits tells whether a whole unit of some denom is settled but not paid.
func (p Position) HasUnits() bool {
	for _, r := range p.Residues {
		if r.Amount.BigInt().BitLen() > ScaleBits {
			return true
		}
	}
	return false
}

// Residue is the scaled amount that a position keeps of a denom.
func (p Position) Residue(denom string) *big.Int {
	for _, r := range p.Residues {
		if r.Denom == denom {
			return r.Amount.BigInt()
		}
	}
	return new(big.Int)
}
