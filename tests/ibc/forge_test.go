package ibc_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/stretchr/testify/require"

	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"

	"github.com/imochain/imod/app"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// forgery is a packet that the hostile chain sends although nobody gave it any coins.
type forgery struct {
	Channel  string `json:"channel"`
	Denom    string `json:"denom"`
	Amount   string `json:"amount"`
	Sender   string `json:"sender"`
	Receiver string `json:"receiver"`
	Memo     string `json:"memo"`

	name string
	// code is what the packet must be answered with: 0 success, a code of ours, or refused.
	code int
}

// forge sends packets and requires their answers.
func (c *simd) forge(packets ...forgery) []uint64 {
	c.t.Helper()
	for i := range packets {
		p := &packets[i]
		p.Channel = c.far
		if p.Denom == "" {
			p.Denom = transfertypes.PortID + "/" + c.far + "/" + app.BaseDenom
		}
		if p.Sender == "" {
			p.Sender = c.user
		}
		if p.Receiver == "" {
			p.Receiver = c.account()
		}
	}
	note, err := json.Marshal(packets)
	require.NoError(c.t, err)
	sequences := sequencesOf(c.t, c.tx("bank", "send", c.user, c.user, "1"+stake, "--note", "forge:"+string(note)))
	require.Len(c.t, sequences, len(packets))
	for i, sequence := range sequences {
		c.w.Eventually(relayLimit, packets[i].name, func() bool { return received(c.t, c.w.Client, c.near, sequence) })
		c.t.Log(packets[i].name)
		answered(c.t, c.w.Client, c.near, sequence, packets[i].code)
	}
	return sequences
}

// stolenIdentities are packets in the names of others: of an investor on the other imod, whose account has a bid here, and of
// accounts of this chain.
func stolenIdentities(w *world, c *simd, bo *investor, o imotypes.Offering) []forgery {
	var out []forgery
	for _, sender := range []string{bo.key.Address.String(), bo.account, w.Key("dee").Address.String(), authtypes.NewModuleAddress("gov").String()} {
		for _, action := range []struct {
			memo string
			code int
		}{
			{fmt.Sprintf(`{"cancel":{"offering_id":"%d","bid_id":"1"%s}}`, o.Id, home(c.user, "")), 14},
			{fmt.Sprintf(`{"collect":{"offering_id":"1"%s}}`, home(c.user, `"refund","tokens"`)), 16},
			{fmt.Sprintf(`{"claim":{"model_id":"1"%s}}`, home(c.user, "")), 16},
			{fmt.Sprintf(`{"exit":{"model_id":"1","amount":"1000000000000000000"%s}}`, home(c.user, "")), refused},
			{fmt.Sprintf(`{"withdraw":{"denom":"model-1"%s}}`, home(c.user, "")), 16},
		} {
			out = append(out, forgery{
				name: action.memo + " as " + sender, Sender: sender, Amount: "1", Memo: `{"imo":` + action.memo + `}`, code: action.code,
			})
		}
	}
	return out
}

// garbage are packets that make no sense, or too much.
func garbage(o imotypes.Offering) []forgery {
	valid := bid(o, dime.Amount, "self", "")
	padded := strings.Replace(valid, `{"imo"`, `{`+strings.Repeat(" ", 32_000)+`"imo"`, 1)
	return []forgery{
		{name: "more than the escrow holds", Amount: dime.Amount.MulRaw(1_000_000).String(), Memo: valid, code: refused},
		{name: "a memo of ours with 32 kB", Amount: "1", Memo: padded, code: 2},
		{name: "a memo of nobody with 32 kB", Amount: "1", Memo: strings.Repeat("x", 32_000), code: 0},
		{name: "a memo with 40 kB", Amount: "1", Memo: strings.Repeat("x", 40_000), code: refused},
		{name: "a deep memo", Amount: "1", Memo: `{"imo":` + strings.Repeat(`{"a":`, 700) + strings.Repeat("}", 701), code: 2},
		{name: "nothing", Amount: "0", Memo: valid, code: refused},
		{name: "less than nothing", Amount: "-1", Memo: valid, code: refused},
		{name: "more than 2^256", Amount: "1" + strings.Repeat("0", 78), Memo: valid, code: refused},
		{name: "no sender", Sender: "  ", Amount: "1", Memo: valid, code: refused},
		{name: "a module for a receiver", Amount: "1", Receiver: authtypes.NewModuleAddress("gov").String(), code: refused},
		{name: "nobody for a receiver", Amount: "1", Receiver: "nobody", code: refused},
		{name: "no denom", Denom: "/", Amount: "1", Memo: valid, code: refused},
	}
}
