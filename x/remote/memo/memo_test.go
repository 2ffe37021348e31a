package memo_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	"github.com/imochain/imod/x/remote/memo"
	"github.com/imochain/imod/x/remote/types"
)

var hash = strings.Repeat("0a", 32)

func TestParse(t *testing.T) {
	fee := math.NewInt(9)
	for _, c := range []struct {
		memo string
		want memo.Action
	}{
		{`{"imo":{"bid":{"offering_id":"7","max_price":"2","terms_hash":"` + hash + `","owner":"self"}}}`,
			memo.Bid{OfferingID: 7, MaxPrice: math.NewInt(2), TermsHash: hash, Owner: "self"}},
		{` {"imo":{"bid":{"home":{"what":["tokens","refund"],"receiver":"r"},"offering_id":"7","max_price":"2","terms_hash":"` + hash + `"}}} `,
			memo.Bid{OfferingID: 7, MaxPrice: math.NewInt(2), TermsHash: hash, Home: &memo.Home{Receiver: "r", Refund: true, Tokens: true}}},
		{`{"imo":{"deposit":{"model_id":"18446744073709551615"}}}`, memo.Deposit{ModelID: 1<<64 - 1}},
		{`{"imo":{"request":{"model_id":"1","input":"a \"b\"","max_fee":"9","seed":"0"}}}`, memo.Request{ModelID: 1, Input: `a "b"`, MaxFee: &fee}},
		{`{"imo":{"cancel":{"offering_id":"1","bid_id":"2"}}}`, memo.Cancel{OfferingID: 1, BidID: 2}},
		{`{"imo":{"collect":{"offering_id":"1","home":{"receiver":"r","what":["refund"]}}}}`,
			memo.Collect{OfferingID: 1, Home: &memo.Home{Receiver: "r", Refund: true}}},
		{`{"imo":{"claim":{"model_id":"1","home":{"receiver":"r"}}}}`, memo.Claim{ModelID: 1, Home: &memo.Home{Receiver: "r"}}},
		{`{"imo":{"exit":{"model_id":"1","amount":"3"}}}`, memo.Exit{ModelID: 1, Amount: math.NewInt(3)}},
		{`{"imo":{"withdraw":{"denom":"aimo","home":{"receiver":"r"}}}}`, memo.Withdraw{Denom: "aimo", Home: &memo.Home{Receiver: "r"}}},
	} {
		action, ours, err := memo.Parse(c.memo)
		require.NoError(t, err, c.memo)
		require.True(t, ours)
		require.Equal(t, c.want, action, c.memo)
	}
}

func TestNotOurs(t *testing.T) {
	for _, text := range []string{
		"", "thanks for the fish", `"imo"`, `["imo"]`, `{}`, `{"forward":{"next":{"imo":{"bid":{}}}}}`, `{"IMO":{}}`, `{"a":"imo"}`, `{"a":`, `{"wasm":1}`,
	} {
		action, ours, err := memo.Parse(text)
		require.NoError(t, err, text)
		require.False(t, ours, text)
		require.Nil(t, action)
	}
}

func TestRefused(t *testing.T) {
	claim := `{"imo":{"claim":{"model_id":"1"}}}`
	deep := strings.Repeat(`{"a":`, 2000) + `""` + strings.Repeat(`}`, 2000)
	for _, c := range []struct{ name, memo, says string }{
		{"cut off", claim[:len(claim)-1], "not JSON"},
		{"more after it", claim + claim, "after the object"},
		{"another key beside", `{"imo":{"claim":{"model_id":"1"}},"x":{}}`, `unknown field "x"`},
		{"twice", `{"imo":{"claim":{"model_id":"1"}},"imo":{"claim":{"model_id":"1"}}}`, "stands twice"},
		{"no object", `{"imo":"claim"}`, "imo is no object"},
		{"no action", `{"imo":{}}`, "0 actions"},
		{"two actions", `{"imo":{"claim":{"model_id":"1"},"deposit":{"model_id":"1"}}}`, "2 actions"},
		{"unknown action", `{"imo":{"buy":{}}}`, `unknown action "buy"`},
		{"another case", `{"imo":{"Claim":{"model_id":"1"}}}`, "unknown action"},
		{"unknown field", `{"imo":{"claim":{"model_id":"1","x":"1"}}}`, `unknown field "x"`},
		{"a number", `{"imo":{"claim":{"model_id":1}}}`, "values are strings"},
		{"null", `{"imo":{"claim":{"model_id":null}}}`, "values are strings"},
		{"zero", `{"imo":{"claim":{"model_id":"0"}}}`, "no id"},
		{"leading zero", `{"imo":{"claim":{"model_id":"01"}}}`, "no id"},
		{"sign", `{"imo":{"claim":{"model_id":"+1"}}}`, "no id"},
		{"2^64", `{"imo":{"claim":{"model_id":"18446744073709551616"}}}`, "no id"},
		{"missing", `{"imo":{"claim":{}}}`, "claim.model_id is missing"},
		{"empty", `{"imo":{"claim":{"model_id":""}}}`, "empty"},
		{"exponent", `{"imo":{"exit":{"model_id":"1","amount":"1e9"}}}`, "no amount"},
		{"negative", `{"imo":{"exit":{"model_id":"1","amount":"-1"}}}`, "no amount"},
		{"above 2^120", `{"imo":{"exit":{"model_id":"1","amount":"1329227995784915872903807060280344577"}}}`, "above 2^120"},
		{"home of nothing", `{"imo":{"collect":{"offering_id":"1","home":{"receiver":"r","what":[]}}}}`, "home.what"},
		{"home twice the same", `{"imo":{"collect":{"offering_id":"1","home":{"receiver":"r","what":["refund","refund"]}}}}`, "at most once"},
		{"home of something else", `{"imo":{"collect":{"offering_id":"1","home":{"receiver":"r","what":["all"]}}}}`, `"all"`},
		{"home without receiver", `{"imo":{"claim":{"model_id":"1","home":{}}}}`, "home.receiver is missing"},
		{"withdrawal without home", `{"imo":{"withdraw":{"denom":"aimo"}}}`, "home is missing"},
		{"proof of no hashes", `{"imo":{"bid":{"offering_id":"1","max_price":"1","terms_hash":"a","allowance":{"cap":"1","proof":["zz"]}}}}`, "no hash"},
		{"deep", `{"imo":` + deep + `}`, "at most 4096"},
		{"deep and short", `{"imo":` + strings.Repeat(`{"a":`, 20) + `""` + strings.Repeat(`}`, 20) + `}`, "nested deeper"},
		{"list of objects", `{"imo":{"claim":{"model_id":[{}]}}}`, "lists hold strings"},
		{"not UTF-8", "{\"imo\":{\"request\":{\"model_id\":\"1\",\"input\":\"\xff\"}}}", "UTF-8"},
	} {
		action, ours, err := memo.Parse(c.memo)
		require.True(t, ours, c.name)
		require.Nil(t, action, c.name)
		require.ErrorIs(t, err, types.ErrMemo, c.name)
		require.ErrorContains(t, err, c.says, c.name)
	}
}

// TestTwoHooks: a memo of ours that names another hook is refused as such, whatever the other one says, before or behind.
func TestTwoHooks(t *testing.T) {
	for _, hook := range []string{"forward", "dest_callback", "src_callback", "wasm"} {
		for _, text := range []string{
			`{"imo":{"claim":{"model_id":"1"}},"` + hook + `":{"retries":2}}`, `{"` + hook + `":null,"imo":{"claim":{"model_id":"1"}}}`, `{"imo":1,"` + hook + `":1}`,
		} {
			action, ours, err := memo.Parse(text)
			require.True(t, ours, text)
			require.Nil(t, action, text)
			require.ErrorIs(t, err, types.ErrTwoHooks, text)
		}
	}
}

// FuzzMemo: any bytes are either left alone, or an action, or refused; the same each time.
func FuzzMemo(f *testing.F) {
	for _, seed := range []string{
		`{"imo":{"bid":{"offering_id":"7","max_price":"2","terms_hash":"` + hash + `","owner":"self","home":{"receiver":"r","what":["refund"]}}}}`,
		`{"imo":{"request":{"model_id":"1","input":"a","max_fee":"9"}}}`, `{"forward":{"next":{"imo":{}}}}`, `{"imo"`, `{"imo":{"bid":{"allowance":{"proof":[]}}}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		action, ours, err := memo.Parse(text)
		again, oursAgain, errAgain := memo.Parse(text)
		require.Equal(t, action, again)
		require.Equal(t, ours, oursAgain)
		require.Equal(t, err == nil, errAgain == nil)
		if !ours {
			require.Nil(t, action)
			require.NoError(t, err)
			return
		}
		require.True(t, (action == nil) == (err != nil))
		if action != nil {
			require.LessOrEqual(t, len(text), memo.MaxBytes)
		}
	})
}
