package abci

import (
	"cmp"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// openings returns openings that a proposer puts into its block: its own bindings first, then those
// of others that bound the same results, for which it has the chunks as well. So no validator needs a
// key that pays, and one that proposes rarely is opened by those that propose often.
func (h *Handlers) openings(ctx sdk.Context, results []types.WorkResult, space int64) ([]attestation.Opening, error) {
	var out []attestation.Opening
	for _, r := range results {
		if !attestation.Kind(r.Kind).Reserved() {
			continue
		}
		due, err := h.Keeper.DueOpenings(ctx, r.Key())
		if err != nil {
			return nil, err
		}
		own := attestation.Address{}
		copy(own[:], h.Validator)
		slices.SortStableFunc(due, func(a, b types.DueOpening) int {
			return cmp.Compare(order(a, own), order(b, own))
		})
		for _, d := range due {
			held, ok := h.Results.Held(d.Key, d.Draw, d.Validator)
			if !ok {
				continue
			}
			results, bound, ok := r.Opens(d.Subject, held.Digest)
			if !ok || attestation.Bind(attestation.ChainHash(ctx.ChainID()), d.Subject, bound, d.Validator) != d.Binding {
				continue // it bound something else: let it say what
			}
			o := attestation.Opening{
				Key: d.Key, Validator: d.Validator, Results: results, Witness: bound.Witness, Samples: held.Samples,
			}
			size := int64(attestation.OpeningSize(o))
			if len(out) == attestation.MaxOpenings || size > space {
				break
			}
			space -= size
			out = append(out, o)
		}
	}
	slices.SortFunc(out, attestation.Opening.Compare)
	return out, nil
}

func order(d types.DueOpening, own attestation.Address) int {
	if d.Validator == own {
		return 0
	}
	return 1
}
