package memo

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cosmossdk.io/math"

	imotypes "github.com/imochain/imod/x/imo/types"
)

// parseAction reads the object under our key: one action.
func parseAction(o object) (Action, error) {
	if len(o.keys) != 1 {
		return nil, fmt.Errorf("%q holds %d actions, one is allowed", key, len(o.keys))
	}
	name := o.keys[0]
	fields, ok := o.values[name].(object)
	if !ok {
		return nil, fmt.Errorf("%.40q is no object", name)
	}
	r := &reader{from: fields, at: name + "."}
	var action Action
	switch name {
	case "bid":
		action = Bid{
			OfferingID: r.id("offering_id"), MaxPrice: r.amount("max_price"), TermsHash: r.text("terms_hash", 64), Owner: r.optional("owner", maxReceiver),
			Allowance: r.allowance(), Home: r.home(true),
		}
	case "deposit":
		action = Deposit{ModelID: r.id("model_id")}
	case "request":
		action = Request{ModelID: r.id("model_id"), Input: r.text("input", maxInput), Seed: r.seed(), MaxFee: r.optionalAmount("max_fee")}
	case "cancel":
		action = Cancel{OfferingID: r.id("offering_id"), BidID: r.id("bid_id"), Home: r.home(false)}
	case "collect":
		action = Collect{OfferingID: r.id("offering_id"), BidID: r.optionalID("bid_id"), Home: r.home(true)}
	case "claim":
		action = Claim{ModelID: r.id("model_id"), Home: r.home(false)}
	case "exit":
		action = Exit{ModelID: r.id("model_id"), Amount: r.amount("amount"), Home: r.home(false)}
	case "withdraw":
		w := Withdraw{Denom: r.text("denom", 128), Home: r.home(false)}
		if w.Home == nil {
			r.fail("home", "is missing")
		}
		action = w
	default:
		return nil, fmt.Errorf("unknown action %.40q", name)
	}
	r.end()
	return action, r.err
}

// reader takes fields out of an object and keeps the first error.
type reader struct {
	from object
	at   string // path of the object
	read []string
	err  error
}

func (r *reader) fail(field, format string, args ...any) {
	if r.err == nil {
		r.err = errors.New(r.at + field + " " + fmt.Sprintf(format, args...))
	}
}

// end refuses what nobody asked for.
func (r *reader) end() {
	for _, name := range r.from.keys {
		if !slices.Contains(r.read, name) {
			r.fail("", "unknown field %.40q", name)
			return
		}
	}
}

func (r *reader) value(name string) (any, bool) {
	r.read = append(r.read, name)
	v, ok := r.from.values[name]
	return v, ok
}

func (r *reader) object(name string) object {
	v, _ := r.value(name)
	o, ok := v.(object)
	if !ok {
		r.fail(name, "is no object")
	}
	return o
}

// optional reads a string of at most limit bytes, "" when it is left out; one that is there is not empty.
func (r *reader) optional(name string, limit int) string {
	v, ok := r.value(name)
	if !ok {
		return ""
	}
	text, ok := v.(string)
	switch {
	case !ok:
		r.fail(name, "is no string")
	case text == "":
		r.fail(name, "is empty")
	case len(text) > limit:
		r.fail(name, "has %d bytes, at most %d", len(text), limit)
	}
	return text
}

func (r *reader) text(name string, limit int) string {
	text := r.optional(name, limit)
	if text == "" {
		r.fail(name, "is missing")
	}
	return text
}

// id reads a positive number in its one spelling.
func (r *reader) id(name string) uint64 {
	text := r.text(name, 20)
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n == 0 || strconv.FormatUint(n, 10) != text {
		r.fail(name, "%q is no id: a decimal string from 1", text)
	}
	return n
}

// optionalID is 0 when it is left out.
func (r *reader) optionalID(name string) uint64 {
	if _, there := r.from.values[name]; !there {
		return 0
	}
	return r.id(name)
}

func (r *reader) seed() uint64 {
	text := r.optional("seed", 20)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || strconv.FormatUint(n, 10) != text {
		r.fail("seed", "%q is no decimal string below 2^64", text)
	}
	return n
}

// amount reads a positive amount of at most 2^120 in its one spelling.
func (r *reader) amount(name string) math.Int {
	if n := r.optionalAmount(name); n != nil {
		return *n
	}
	r.fail(name, "is missing")
	return math.ZeroInt()
}

func (r *reader) optionalAmount(name string) *math.Int {
	text := r.optional(name, 40)
	if text == "" {
		return nil
	}
	if strings.Trim(text, "0123456789") != "" || strings.HasPrefix(text, "0") {
		r.fail(name, "%q is no amount: a positive decimal string", text)
		return nil
	}
	n, ok := math.NewIntFromString(text)
	if !ok || n.GT(imotypes.MaxAmount()) {
		r.fail(name, "%s is above 2^120", text)
		return nil
	}
	return &n
}

// home reads where something goes; with parts it names what.
func (r *reader) home(parts bool) *Home {
	v, ok := r.value("home")
	if !ok {
		return nil
	}
	o, ok := v.(object)
	if !ok {
		r.fail("home", "is no object")
		return nil
	}
	inner := &reader{from: o, at: r.at + "home."}
	out := &Home{Receiver: inner.text("receiver", maxReceiver)}
	if parts {
		inner.what(out)
	}
	inner.end()
	if r.err == nil {
		r.err = inner.err
	}
	return out
}

func (r *reader) what(h *Home) {
	v, _ := r.value("what")
	list, ok := v.([]string)
	if !ok || len(list) == 0 {
		r.fail("what", `is no list of "refund" and "tokens"`)
		return
	}
	for _, part := range list {
		switch {
		case part == "refund" && !h.Refund:
			h.Refund = true
		case part == "tokens" && !h.Tokens:
			h.Tokens = true
		default:
			r.fail("what", `names %.40q: "refund" and "tokens", each at most once`, part)
		}
	}
}

// allowance reads a leaf of an allow list with its way to the root, siblings in hex.
func (r *reader) allowance() *imotypes.Allowance {
	v, ok := r.value("allowance")
	if !ok {
		return nil
	}
	o, ok := v.(object)
	if !ok {
		r.fail("allowance", "is no object")
		return nil
	}
	inner := &reader{from: o, at: r.at + "allowance."}
	out := &imotypes.Allowance{Cap: inner.amount("cap")}
	siblings, _ := inner.value("proof")
	list, ok := siblings.([]string)
	if !ok || len(list) > maxProof {
		inner.fail("proof", "is no list of at most %d hashes", maxProof)
	}
	for _, text := range list {
		hash, err := hex.DecodeString(text)
		if err != nil || len(hash) != 32 {
			inner.fail("proof", "holds %.70q, which is no hash in hex", text)
			break
		}
		out.Proof = append(out.Proof, hash)
	}
	inner.end()
	if r.err == nil {
		r.err = inner.err
	}
	return out
}
