package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/imochain/imod/cmd/imod/amount"
)

const (
	messageIndex = "msg_index"
	// maxValue is the most of one value that is shown.
	maxValue = 120
)

// bookkeeping are events that repeat what another one says.
var bookkeeping = []string{"message", "coin_spent", "coin_received", "coinbase", "burn", "tx", "fee_pay"}

// typedEvent matches the name of an event that is a proto message.
var typedEvent = regexp.MustCompile(`^[a-z][a-z0-9_.]*\.v[0-9]+\.Event([A-Z][A-Za-z0-9]*)$`)

// eventLines says in words what the messages of a transaction did. What belongs to no message (fees) is left out.
func eventLines(events []abci.Event) []string {
	var out []string
	for _, event := range events {
		if slices.Contains(bookkeeping, event.Type) || !slices.ContainsFunc(event.Attributes, func(a abci.EventAttribute) bool { return a.Key == messageIndex }) {
			continue
		}
		var parts []string
		for _, a := range event.Attributes {
			if value := humanValue(a.Value); a.Key != messageIndex && value != "" {
				parts = append(parts, strings.ReplaceAll(a.Key, "_", " ")+" "+value)
			}
		}
		out = append(out, eventName(event.Type)+": "+strings.Join(parts, ", "))
	}
	return out
}

// eventName turns imod.imo.v1.EventBidPlaced into "bid placed".
func eventName(kind string) string {
	match := typedEvent.FindStringSubmatch(kind)
	if match == nil {
		return strings.ReplaceAll(kind, "_", " ")
	}
	var out strings.Builder
	for i, r := range match[1] {
		if unicode.IsUpper(r) && i > 0 {
			out.WriteByte(' ')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// humanValue writes an attribute without JSON around it, coins in whole units. Control characters, which a name may hold, are quoted.
func humanValue(raw string) string {
	text := raw
	var word string
	var coin struct{ Denom, Amount string }
	var coins []struct{ Denom, Amount string }
	switch {
	case json.Unmarshal([]byte(raw), &word) == nil:
		text = word
	case json.Unmarshal([]byte(raw), &coin) == nil && coin.Denom != "":
		text = humanCoins(coin.Amount + coin.Denom)
	case json.Unmarshal([]byte(raw), &coins) == nil:
		list := make([]string, len(coins))
		for i, c := range coins {
			list[i] = humanCoins(c.Amount + c.Denom)
		}
		text = strings.Join(list, ", ")
	default:
		if a, err := amount.Parse(raw); err == nil {
			text = a.Human()
		}
	}
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		text = fmt.Sprintf("%q", text)
	}
	if runes := []rune(text); len(runes) > maxValue {
		text = string(runes[:maxValue]) + "…"
	}
	return text
}
