package keeper

import (
	"context"
	"slices"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// arrival is a binding that this block brings, from the validator at a place of the set.
type arrival struct {
	index int
	value attestation.Binding
}

// Attest applies what one block brings: it decides every subject whose revealed result has more
// than 2/3 of the total power behind it, counting stored and new bindings by the powers of the set
// alone, and stores the bindings of the others. A reveal that decides nothing is forgotten.
//
// It is block code: all of it runs on one branch, so tallies and decisions stay together. If a subject
// fails, everything is done again with a branch for each, so that the failing one alone changes
// nothing; a branch for each at once would take a third of the time. The error is for the log only.
func (k *Keeper) Attest(ctx sdk.Context, round attestation.Round) error {
	err := isolate(ctx, func(ctx sdk.Context) error { return k.attest(ctx, round, false) })
	if err != nil {
		ctx.Logger().Error("oracle round is done again, each subject apart", "error", err)
		err = isolate(ctx, func(ctx sdk.Context) error { return k.attest(ctx, round, true) })
	}
	return err
}

func (k *Keeper) attest(ctx sdk.Context, round attestation.Round, apart bool) error {
	records, err := k.openRecords(ctx, ctx.BlockHeight())
	if err != nil {
		return err
	}
	reveals := make(map[attestation.Key]attestation.Result, len(round.Reveals))
	for _, r := range round.Reveals {
		reveals[r.Key] = r.Result
	}
	b := k.newBallot(ctx, round, records)
	b.apart = apart
	concerned := slices.DeleteFunc(records, func(r record) bool {
		_, revealed := reveals[r.Key]
		return len(b.arrivals[r.Key]) == 0 && !revealed
	})
	entries, err := b.entries(ctx, concerned)
	if err != nil {
		return err
	}
	for _, e := range entries {
		e.result, e.revealed = reveals[e.Key]
		if err := b.settle(ctx, e); err != nil {
			if !apart {
				return err
			}
			ctx.Logger().Error("oracle subject", "kind", e.Kind, "id", e.ID, "error", err)
		}
	}
	if b.ledger == nil {
		return nil
	}
	if err := k.payModels(ctx, b.ledger); err != nil {
		return err
	}
	return k.closeLedger(ctx, b.ledger, round)
}

// Decidable returns the reveals by which the round would decide subjects, given the results that
// this node computed: what a proposer may put into its block. It writes nothing.
func (k *Keeper) Decidable(ctx sdk.Context, round attestation.Round, results []types.WorkResult) ([]attestation.Reveal, error) {
	records, err := k.openRecords(ctx, ctx.BlockHeight())
	if err != nil {
		return nil, err
	}
	own := make(map[attestation.Key]types.WorkResult, len(results))
	for _, r := range results {
		own[r.Key()] = r
	}
	b := k.newBallot(ctx, round, records)
	entries, err := b.entries(ctx, slices.DeleteFunc(records, func(r record) bool {
		_, ok := own[r.Key].Answers(r.Subject)
		return !ok || r.Kind.Reserved()
	}))
	if err != nil {
		return nil, err
	}
	var reveals []attestation.Reveal
	for _, e := range entries[:min(len(entries), attestation.MaxReveals)] {
		result, _ := own[e.Key].Answers(e.Subject)
		if attestation.Weigh(b.chain, e.Subject, result, round.Set, e.slots).Final() {
			reveals = append(reveals, attestation.Reveal{Key: e.Key, Result: result})
		}
	}
	slices.SortFunc(reveals, func(a, c attestation.Reveal) int { return a.Compare(c.Key) })
	return reveals, nil
}

// ballot is one round with its bindings sorted by open subject.
type ballot struct {
	k        *Keeper
	chain    [32]byte
	round    attestation.Round
	place    map[attestation.Address]int
	arrivals map[attestation.Key][]arrival
	apart    bool    // each subject on its own branch
	ledger   *ledger // opened by the first decision
}

// newBallot drops what names no open subject.
func (k *Keeper) newBallot(ctx sdk.Context, round attestation.Round, records []record) *ballot {
	b := &ballot{
		k:        k,
		chain:    attestation.ChainHash(ctx.ChainID()),
		round:    round,
		place:    make(map[attestation.Address]int, len(round.Set)),
		arrivals: make(map[attestation.Key][]arrival, len(records)),
	}
	for i, member := range round.Set {
		b.place[member.Address] = i
	}
	for _, r := range records {
		b.arrivals[r.Key] = nil
	}
	for _, vote := range round.Votes {
		for _, item := range vote.Items {
			if list, open := b.arrivals[item.Key]; open {
				if list == nil {
					list = make([]arrival, 0, len(round.Votes))
				}
				b.arrivals[item.Key] = append(list, arrival{vote.Index, item.Binding})
			}
		}
	}
	return b
}

// entry is one subject with its stored and new bindings merged.
type entry struct {
	record
	slots    []attestation.Slot // in the order of the set
	changed  []int              // places that this block's bindings changed
	stored   []bindingKey       // what is in state, of members of the set and of others
	result   attestation.Result
	revealed bool
}

// entries reads the bindings of subjects, in one walk for each kind. Those of validators outside the
// set weigh nothing.
func (b *ballot) entries(ctx context.Context, records []record) ([]entry, error) {
	stored, err := b.k.storedBetween(ctx, records)
	if err != nil {
		return nil, err
	}
	out := make([]entry, 0, len(records))
	for _, r := range records {
		e := entry{record: r, slots: make([]attestation.Slot, len(b.round.Set))}
		for _, kv := range stored[r.Key] {
			e.stored = append(e.stored, kv.Key)
			address := kv.Key.K3()
			if len(address) != attestation.AddressSize {
				continue
			}
			if i, ok := b.place[attestation.Address(address)]; ok {
				e.slots[i] = slotOf(kv.Value)
			}
		}
		for _, a := range b.arrivals[r.Key] {
			if e.slots[a.index].Bind(a.value) {
				e.changed = append(e.changed, a.index)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// branch runs one subject's part, on a branch of its own if the round says so.
func (b *ballot) branch(ctx sdk.Context, part func(sdk.Context) error) error {
	if b.apart {
		return isolate(ctx, part)
	}
	return part(ctx)
}

// settle decides one subject or stores its new bindings.
func (b *ballot) settle(ctx sdk.Context, e entry) error {
	if e.revealed && !e.Kind.Reserved() { // what proofs and custody bind is opened, not revealed
		w := attestation.Weigh(b.chain, e.Subject, e.result, b.round.Set, slices.Clone(e.slots))
		if w.Final() {
			err := b.decide(ctx, e, w)
			if err == nil || !b.apart {
				return err
			}
			ctx.Logger().Error("oracle decision", "kind", e.Kind, "id", e.ID, "error", err)
		}
	}
	return b.branch(ctx, func(ctx sdk.Context) error {
		for _, i := range e.changed {
			if err := b.k.storeBinding(ctx, e.Key, b.round.Set[i].Address, e.slots[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// voidBinding is stored for a validator that bound two different values.
var voidBinding = []byte{0}

func slotOf(stored []byte) attestation.Slot {
	if len(stored) != attestation.BindingSize {
		return attestation.Slot{State: attestation.Voided}
	}
	return attestation.Slot{State: attestation.Bound, Value: attestation.Binding(stored)}
}

// storedBetween reads the bindings of subjects: one walk for each kind, from its smallest to its
// largest id. What else lies there belongs to other open subjects, which are few.
func (k *Keeper) storedBetween(ctx context.Context, records []record) (map[attestation.Key][]collections.KeyValue[bindingKey, []byte], error) {
	type span struct{ low, high uint64 }
	spans := make(map[attestation.Kind]span)
	var kinds []attestation.Kind
	for _, r := range records {
		s, ok := spans[r.Kind]
		if !ok {
			s = span{r.ID, r.ID}
			kinds = append(kinds, r.Kind)
		}
		spans[r.Kind] = span{min(s.low, r.ID), max(s.high, r.ID)}
	}
	out := make(map[attestation.Key][]collections.KeyValue[bindingKey, []byte])
	for _, kind := range kinds {
		iter, err := k.bindings.Iterate(ctx, new(collections.Range[bindingKey]).
			StartInclusive(collections.TripleSuperPrefix[uint32, uint64, sdk.ConsAddress](uint32(kind), spans[kind].low)).
			EndExclusive(collections.TripleSuperPrefix[uint32, uint64, sdk.ConsAddress](uint32(kind), spans[kind].high+1)))
		if err != nil {
			return nil, err
		}
		all, err := iter.KeyValues() // closes the iterator
		if err != nil {
			return nil, err
		}
		for _, kv := range all {
			key := attestation.Key{Kind: kind, ID: kv.Key.K2()}
			out[key] = append(out[key], kv)
		}
	}
	return out, nil
}

func (k *Keeper) storedBindings(ctx context.Context, key attestation.Key) ([]collections.KeyValue[bindingKey, []byte], error) {
	iter, err := k.bindings.Iterate(ctx, collections.NewSuperPrefixedTripleRange[uint32, uint64, sdk.ConsAddress](uint32(key.Kind), key.ID))
	if err != nil {
		return nil, err
	}
	return iter.KeyValues() // closes the iterator
}

func (k *Keeper) storeBinding(ctx sdk.Context, key attestation.Key, validator attestation.Address, slot attestation.Slot) error {
	at := collections.Join3(uint32(key.Kind), key.ID, sdk.ConsAddress(validator[:]))
	if slot.State != attestation.Voided {
		return k.bindings.Set(ctx, at, slot.Value[:])
	}
	if err := k.bindings.Set(ctx, at, voidBinding); err != nil {
		return err
	}
	return ctx.EventManager().EmitTypedEvent(&types.EventEquivocation{
		Kind: types.SubjectKind(key.Kind), Id: key.ID, Validator: sdk.ConsAddress(validator[:]).String(),
	})
}

// HasBinding tells whether a validator's binding of a subject is in state.
func (k *Keeper) HasBinding(ctx context.Context, key attestation.Key, validator attestation.Address) (bool, error) {
	return k.bindings.Has(ctx, collections.Join3(uint32(key.Kind), key.ID, sdk.ConsAddress(validator[:])))
}

// Slot returns what is in state of a validator's bindings of a subject.
func (k *Keeper) Slot(ctx context.Context, key attestation.Key, validator attestation.Address) (attestation.Slot, error) {
	stored, err := getOr(ctx, k.bindings, collections.Join3(uint32(key.Kind), key.ID, sdk.ConsAddress(validator[:])), nil)
	if err != nil || stored == nil {
		return attestation.Slot{}, err
	}
	return slotOf(stored), nil
}

// bindingKeys lists the stored bindings of a subject.
func (k *Keeper) bindingKeys(ctx context.Context, key attestation.Key) ([]bindingKey, error) {
	stored, err := k.storedBindings(ctx, key)
	if err != nil {
		return nil, err
	}
	keys := make([]bindingKey, 0, len(stored))
	for _, kv := range stored {
		keys = append(keys, kv.Key)
	}
	return keys, nil
}

// clearBindings forgets the bindings of a subject that closes.
func (k *Keeper) clearBindings(ctx context.Context, keys []bindingKey) error {
	for _, key := range keys {
		if err := k.bindings.Remove(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
