package types

import (
	"encoding/binary"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// TurnBlocks is how long one courier may deliver before the next one's turn.
	TurnBlocks = 3
	// Turns is the number of turns; after them anyone may deliver.
	Turns = 10
	// DeliveryMargin is the gas that must be left beside the call's own when a delivery begins.
	DeliveryMargin = 100_000
	// CallbackExpired is the code of the error callback. The contracts of ORA know the codes 0
	// (invalid input) and 1 (invalid batch size) and revert on any other; that no validator could
	// answer comes nearest to the first. The message says which it is.
	CallbackExpired = 0
	// ExpiredMessage is the message of the error callback.
	ExpiredMessage = "expired"
)

// Gas around a call, beside the margin: the transaction, the contract's own price, reading and
// writing the records, one payment. Measured with room by the tests of the contract.
const (
	deliveryGas     = 120_000
	deliveryPerItem = 60_000
	// A byte of output is calldata, decoded, hashed and, if it may be kept, written.
	deliveryPerOutputByte = 44
	deliveryPerStoredByte = 36
	// A byte of input is read with its record, and written again when the output is kept.
	deliveryPerInputByte = 36
	deliveryPerDataByte  = 40
)

// CallGas returns what must be left before a call that is to get gas: the EVM keeps back a 64th.
func CallGas(gas uint64) uint64 { return gas + gas/63 + 1 }

// DeliverySize is what the gas of a delivery depends on beside the call.
type DeliverySize struct {
	Items       uint64 // requests
	InputBytes  uint64 // of all of them
	OutputBytes uint64 // at most, of all of them
	StoredBytes uint64 // of the output, at most, that state keeps
	DataBytes   uint64
}

// PaidGas returns the gas that a requester prepays for a delivery.
func PaidGas(gas uint64, size DeliverySize) uint64 {
	return CallGas(gas) + DeliveryMargin + deliveryGas + deliveryPerItem*size.Items +
		deliveryPerOutputByte*size.OutputBytes + deliveryPerStoredByte*size.StoredBytes +
		deliveryPerInputByte*size.InputBytes + deliveryPerDataByte*size.DataBytes
}

// GasPrice returns the most that is paid per gas.
func (c Callback) GasPrice() math.Int {
	if c.PaidGas == 0 {
		return math.ZeroInt()
	}
	return c.GasMoney.Quo(math.NewIntFromUint64(c.PaidGas))
}

// Money returns what the callback holds in escrow while it is open.
func (c Callback) Money() sdk.Coin {
	return sdk.NewCoin(FeeDenom, c.GasMoney.Add(c.PremiumAt(Turns)))
}

// PremiumAt returns the premium of a delivery in a turn.
func (c Callback) PremiumAt(turn uint32) math.Int {
	return c.Premium.MulRaw(int64(min(turn, Turns)) + 1)
}

// Turn returns the turn that a height falls into.
func (c Callback) Turn(height int64) uint32 {
	if height <= c.ReadyHeight {
		return 0
	}
	return uint32(min((height-c.ReadyHeight)/TurnBlocks, Turns))
}

// Holds tells whether the callback's money is still in escrow.
func (c Callback) Holds() bool {
	return c.Status == CallbackStatus_CALLBACK_STATUS_WAITING || c.Status == CallbackStatus_CALLBACK_STATUS_READY
}

// SplitBatch reads the inputs or outputs of a batch: each has its length in front, 4 bytes
// big-endian. There must be exactly count of them and nothing behind. The parts point into b.
func SplitBatch(b []byte, count int) ([][]byte, error) {
	if count < 1 || len(b)/4 < count {
		return nil, ErrInvalidBatch.Wrapf("%d items in %d bytes", count, len(b))
	}
	parts := make([][]byte, 0, count)
	for len(parts) < count {
		if len(b) < 4 || uint64(binary.BigEndian.Uint32(b)) > uint64(len(b)-4) {
			return nil, ErrInvalidBatch.Wrapf("item %d of %d is cut", len(parts)+1, count)
		}
		size := binary.BigEndian.Uint32(b)
		parts = append(parts, b[4:4+size:4+size])
		b = b[4+size:]
	}
	if len(b) != 0 {
		return nil, ErrInvalidBatch.Wrapf("%d bytes behind item %d", len(b), count)
	}
	return parts, nil
}

// JoinBatch writes what SplitBatch reads.
func JoinBatch(parts [][]byte) []byte {
	var b []byte
	for _, part := range parts {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(part))), part...)
	}
	return b
}

// Delivery is what a courier hands in.
type Delivery struct {
	RequestID uint64
	Output    []byte // packed by JoinBatch for a batch; empty for an expired request
	Courier   sdk.AccAddress
	Direct    bool     // the courier's own transaction calls, and the account has no code
	GasLeft   uint64   // in the frame when the delivery begins
	GasPrice  math.Int // that the transaction pays
}

// Handover is the call that follows from a delivery.
type Handover struct {
	Callback Callback
	// Call is false when there is nothing to call: only an output was stored, or the receiver is gone.
	Call bool
	// Pay tells that the callback was closed: Money came into the purse and is to be divided.
	Pay      bool
	Contract sdk.AccAddress
	// Requester gets what the courier does not.
	Requester sdk.AccAddress
	Premium   math.Int // for the courier
	GasPrice  math.Int // for each gas, up to the callback's paid gas
}
