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
// It is block code: each subject runs on its own branch, so a failing one changes nothing; all of
// it runs on one branch, so tallies and decisions stay together. Its error is for the log only.
func (k *Keeper) Attest(ctx sdk.Context, round attestation.Round) error {
	return isolate(ctx, func(ctx sdk.Context) error {
		subjects, err := k.OpenSubjects(ctx, ctx.BlockHeight())
		if err != nil {
			return err
		}
		reveals := make(map[attestation.Key]attestation.Result, len(round.Reveals))
		for _, r := range round.Reveals {
			reveals[r.Key] = r.Result
		}
		b := k.newBallot(ctx, round, subjects)
		entries := make([]entry, 0, len(subjects))
		for _, s := range subjects {
			result, revealed := reveals[s.Key]
			if len(b.arrivals[s.Key]) == 0 && !revealed {
				continue
			}
			e, err := b.entry(ctx, s)
			if err != nil {
				return err
			}
			e.result, e.revealed = result, revealed
			entries = append(entries, e)
		}
		for _, e := range entries {
			if err := b.settle(ctx, e); err != nil {
				ctx.Logger().Error("oracle subject", "kind", e.Kind, "id", e.ID, "error", err)
			}
		}
		if b.ledger == nil {
			return nil
		}
		return k.closeLedger(ctx, b.ledger, round)
	})
}

// Decidable returns the reveals by which the round would decide subjects, given the results that
// this node computed: what a proposer may put into its block. It writes nothing.
func (k *Keeper) Decidable(ctx sdk.Context, round attestation.Round, results []types.WorkResult) ([]attestation.Reveal, error) {
	subjects, err := k.OpenSubjects(ctx, ctx.BlockHeight())
	if err != nil {
		return nil, err
	}
	own := make(map[attestation.Key]types.WorkResult, len(results))
	for _, r := range results {
		own[r.Key()] = r
	}
	b := k.newBallot(ctx, round, subjects)
	var reveals []attestation.Reveal
	for _, s := range subjects {
		result, ok := own[s.Key].Answers(s)
		if !ok || s.Kind.Reserved() || len(reveals) == attestation.MaxReveals {
			continue
		}
		e, err := b.entry(ctx, s)
		if err != nil {
			return nil, err
		}
		if attestation.Weigh(b.chain, s, result, round.Set, e.slots).Final() {
			reveals = append(reveals, attestation.Reveal{Key: s.Key, Result: result})
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
	ledger   *ledger // opened by the first decision
}

// newBallot drops what names no open subject.
func (k *Keeper) newBallot(ctx sdk.Context, round attestation.Round, subjects []attestation.Subject) *ballot {
	b := &ballot{
		k:        k,
		chain:    attestation.ChainHash(ctx.ChainID()),
		round:    round,
		place:    make(map[attestation.Address]int, len(round.Set)),
		arrivals: make(map[attestation.Key][]arrival, len(subjects)),
	}
	for i, member := range round.Set {
		b.place[member.Address] = i
	}
	for _, s := range subjects {
		b.arrivals[s.Key] = nil
	}
	for _, vote := range round.Votes {
		for _, item := range vote.Items {
			if list, open := b.arrivals[item.Key]; open {
				b.arrivals[item.Key] = append(list, arrival{vote.Index, item.Binding})
			}
		}
	}
	return b
}

// entry is one subject with its stored and new bindings merged.
type entry struct {
	attestation.Subject
	slots    []attestation.Slot // in the order of the set
	changed  []int              // places that this block's bindings changed
	stored   []bindingKey       // what is in state, of members of the set and of others
	result   attestation.Result
	revealed bool
}

// entry reads the bindings of a subject. Those of validators outside the set weigh nothing.
func (b *ballot) entry(ctx context.Context, s attestation.Subject) (entry, error) {
	e := entry{Subject: s, slots: make([]attestation.Slot, len(b.round.Set))}
	stored, err := b.k.storedBindings(ctx, s.Key)
	if err != nil {
		return e, err
	}
	for _, kv := range stored {
		e.stored = append(e.stored, kv.Key)
		address := kv.Key.K3()
		if len(address) != attestation.AddressSize {
			continue
		}
		if i, ok := b.place[attestation.Address(address)]; ok {
			e.slots[i] = slotOf(kv.Value)
		}
	}
	for _, a := range b.arrivals[s.Key] {
		if e.slots[a.index].Bind(a.value) {
			e.changed = append(e.changed, a.index)
		}
	}
	return e, nil
}

// settle decides one subject or stores its new bindings.
func (b *ballot) settle(ctx sdk.Context, e entry) error {
	if e.revealed && !e.Kind.Reserved() { // what proofs and custody bind is opened, not revealed
		w := attestation.Weigh(b.chain, e.Subject, e.result, b.round.Set, slices.Clone(e.slots))
		if w.Final() {
			err := b.decide(ctx, e, w)
			if err == nil {
				return nil
			}
			ctx.Logger().Error("oracle decision", "kind", e.Kind, "id", e.ID, "error", err)
		}
	}
	return isolate(ctx, func(ctx sdk.Context) error {
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
