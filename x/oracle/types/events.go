package types

import (
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/gogoproto/proto"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Event returns exactly what sdk.TypedEventToEvent makes of the message, without its detour over JSON
// and reflection: a block may have 150 of them before its first transaction.
func (e *EventRequestFinalized) Event() sdk.Event {
	number := func(n uint64) string { return strconv.Quote(strconv.FormatUint(n, 10)) }
	return sdk.Event{Type: proto.MessageName(e), Attributes: []abci.EventAttribute{
		{Key: "matched_power", Value: number(e.MatchedPower)},
		{Key: "model_id", Value: number(e.ModelId)},
		{Key: "output_root", Value: strconv.Quote(e.OutputRoot)},
		{Key: "request_id", Value: number(e.RequestId)},
		{Key: "total_power", Value: number(e.TotalPower)},
		{Key: "trust_class", Value: strconv.Quote(e.TrustClass.String())},
	}}
}
