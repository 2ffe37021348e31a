package remote

import (
	"errors"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/imochain/imod/x/remote/memo"
	"github.com/imochain/imod/x/remote/types"
)

// Packet is an ICS-20 packet of either IBC version as it arrives.
type Packet struct {
	// SourcePort and SourceChannel are the other end, Port and Channel ours; over IBC v2 the channels are clients.
	SourcePort, SourceChannel string
	Port, Channel             string
	Data                      transfertypes.InternalTransferRepresentation
}

// Purchase is a packet that asks for an action.
type Purchase struct {
	action  memo.Action
	arrival arrival
	// Data is what the transfer application is to do: the same coins to the account of channel and sender, without memo.
	Data transfertypes.FungibleTokenPacketData
}

// Read returns what a packet asks for, nil if nothing of us.
func (d Doors) Read(ctx sdk.Context, p Packet) (*Purchase, error) {
	ctx.GasMeter().ConsumeGas(gasPerByte*uint64(len(p.Data.Memo)), "memo")
	action, ours, err := memo.Parse(p.Data.Memo)
	if !ours || err != nil {
		return nil, err
	}
	if strings.TrimSpace(p.Data.Sender) == "" {
		return nil, types.ErrPacket.Wrap("no sender")
	}
	coin, err := arriving(p)
	if err != nil {
		return nil, types.ErrPacket.Wrap(err.Error())
	}
	address := types.Account(p.Channel, p.Data.Sender)
	account, err := d.Addresses.BytesToString(address)
	if err != nil {
		return nil, err
	}
	return &Purchase{
		action:  action,
		arrival: arrival{channel: p.Channel, receiver: p.Data.Receiver, account: account, address: address, coin: coin},
		Data:    transfertypes.NewFungibleTokenPacketData(p.Data.Token.Denom.Path(), p.Data.Token.Amount, p.Data.Sender, account, ""),
	}, nil
}

// Perform does what a purchase asks for, after its coins have arrived. On an error the caller discards what was written.
func (d Doors) Perform(ctx sdk.Context, p *Purchase) error {
	return types.Translate(d.perform(ctx, p.arrival, p.action))
}

// arriving is the coin as it is called here: a denom that comes back loses the hop by which it left, another one gets the
// hop by which it came.
func arriving(p Packet) (sdk.Coin, error) {
	token := p.Data.Token
	if err := token.Validate(); err != nil {
		return sdk.Coin{}, err
	}
	denom := token.Denom
	if denom.HasPrefix(p.SourcePort, p.SourceChannel) {
		denom.Trace = denom.Trace[1:]
	} else {
		denom.Trace = append([]transfertypes.Hop{transfertypes.NewHop(p.Port, p.Channel)}, denom.Trace...)
	}
	coin, err := transfertypes.Token{Denom: denom, Amount: token.Amount}.ToCoin()
	if err != nil {
		return sdk.Coin{}, err
	}
	if !coin.IsPositive() {
		return sdk.Coin{}, errors.New("no coins")
	}
	return coin, nil
}
