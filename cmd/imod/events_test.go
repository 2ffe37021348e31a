package main

import (
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/stretchr/testify/require"
)

// TestEventLines: what messages did is told in words with exact amounts; fees and repetitions are left out; hostile text shows as text.
func TestEventLines(t *testing.T) {
	event := func(kind string, pairs ...string) abci.Event {
		out := abci.Event{Type: kind}
		for i := 0; i < len(pairs); i += 2 {
			out.Attributes = append(out.Attributes, abci.EventAttribute{Key: pairs[i], Value: pairs[i+1]})
		}
		return out
	}
	lines := eventLines([]abci.Event{
		event("transfer", "amount", "5aimo"), // the fee: belongs to no message
		event("coin_spent", "amount", "5aimo", "msg_index", "0"),
		event("imod.imo.v1.EventBidPlaced", "offering_id", `"7"`, "amount", `{"denom":"aimo","amount":"1500000000000000000"}`, "owner", `"imo1x"`, "empty", `""`, "msg_index", "0"),
		event("transfer", "recipient", "imo1y", "amount", "10000000000000000aimo", "msg_index", "0"),
		event("imod.imo.v1.EventRefund", "refund", `[{"denom":"aimo","amount":"1"},{"denom":"model-3","amount":"2000000000000000000"}]`, "msg_index", "0"),
		event("imod.imo.v1.EventNamed", "name", `"\u001b[31mred\u202e\n"`, "long", strings.Repeat("x", 500), "msg_index", "0"),
	})
	require.Equal(t, []string{
		"bid placed: offering id 7, amount 1.5imo, owner imo1x",
		"transfer: recipient imo1y, amount 0.01imo",
		"refund: refund 0.000000000000000001imo, 2MODEL-3",
		`named: name "\x1b[31mred\u202e\n", long ` + strings.Repeat("x", maxValue) + "…",
	}, lines)
}

func TestPrintable(t *testing.T) {
	require.True(t, printable([]byte("a red fish\non a blue ground, ü")))
	for _, hidden := range []string{"", "\x1b[31m", "\xff\xfe", "a\u202eb", strings.Repeat("x", maxShown+1)} {
		require.False(t, printable([]byte(hidden)), "%q", hidden)
	}
}
