package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	"github.com/cosmos/ibc-go/v11/testing/simapp"
)

// notePrefix marks the note of a transaction that describes packets.
const notePrefix = "forge:"

// forgery is a packet of ICS-20 that the chain sends although nobody gave any coins for it.
type forgery struct {
	Channel  string `json:"channel"`
	Denom    string `json:"denom"` // as it stands in the packet, with its path
	Amount   string `json:"amount"`
	Sender   string `json:"sender"` // anybody
	Receiver string `json:"receiver"`
	Memo     string `json:"memo"`
}

// forger sends the packets that the notes of transactions describe.
type forger struct{ app *simapp.SimApp }

// post is the application's post handler.
func (f forger) post(ctx sdk.Context, tx sdk.Tx, simulate, success bool) (sdk.Context, error) {
	noted, ok := tx.(sdk.TxWithMemo)
	if !ok || simulate || !success {
		return ctx, nil
	}
	text, ok := strings.CutPrefix(noted.GetMemo(), notePrefix)
	if !ok {
		return ctx, nil
	}
	var packets []forgery
	if err := json.Unmarshal([]byte(text), &packets); err != nil {
		return ctx, fmt.Errorf("note: %w", err)
	}
	for _, p := range packets {
		data := transfertypes.NewFungibleTokenPacketData(p.Denom, p.Amount, p.Sender, p.Receiver, p.Memo)
		timeout := uint64(ctx.BlockTime().Add(time.Hour).UnixNano())
		if _, err := f.app.IBCKeeper.ChannelKeeper.SendPacket(
			ctx, transfertypes.PortID, p.Channel, clienttypes.ZeroHeight(), timeout, data.GetBytes(),
		); err != nil {
			return ctx, err
		}
	}
	return ctx, nil
}
