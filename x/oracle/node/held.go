package node

import (
	"context"
	"fmt"
	"slices"

	"github.com/imochain/imod/inference/bundle/custody"
	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/types"
)

// drawn are the chunks of one subject that the sidecar gave so far.
type drawn struct {
	draw        [32]byte
	byValidator map[attestation.Address]types.Held
}

// SetValidator names the validator whose chunks are fetched as soon as a subject has a result. It is
// called before Run; a node that does not vote needs none.
func (c *Client) SetValidator(address []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(address) == attestation.AddressSize {
		own := attestation.Address(address)
		c.validator = &own
	}
}

// Held returns the chunks of a subject that are drawn for a validator, if they are here.
func (c *Client) Held(key attestation.Key, draw [32]byte, validator attestation.Address) (types.Held, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.drawn[key]
	if !ok || d.draw != draw {
		return types.Held{}, false
	}
	held, ok := d.byValidator[validator]
	return held, ok
}

// missing lists chunks to ask for: the validator's own, and those of the bindings that wait to be
// opened, of every subject that has a result. Memory is bounded by the list.
func (c *Client) missing() map[attestation.Key]*types.OpenRequest {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make(map[attestation.Key]*types.OpenRequest)
	for _, item := range c.items {
		key := attestation.Key{Kind: attestation.Kind(item.Kind), ID: item.Id}
		if result, ok := c.results[key]; !ok || result.Declined != 0 || len(item.Draw) != 32 || string(result.Draw) != string(item.Draw) {
			continue
		}
		want := slices.Clone(item.Openers)
		if c.validator != nil && !slices.ContainsFunc(want, func(w []byte) bool { return string(w) == string(c.validator[:]) }) {
			want = append(want, c.validator[:])
		}
		req := &types.OpenRequest{ManifestRoot: item.ManifestRoot, Draw: item.Draw}
		have := c.drawn[key]
		for _, holder := range want {
			if len(holder) != attestation.AddressSize || len(req.Holders) == types.MaxHolders {
				continue
			}
			if _, ok := have.byValidator[attestation.Address(holder)]; ok && have.draw == [32]byte(item.Draw) {
				continue
			}
			req.Holders = append(req.Holders, holder)
		}
		if len(req.Holders) > 0 {
			out[key] = req
		}
	}
	return out
}

// fetchDrawn asks the sidecar for missing chunks. What it cannot give now is asked for again after
// the next block.
func (c *Client) fetchDrawn(ctx context.Context) {
	for key, req := range c.missing() {
		if err := c.fetch(ctx, key, req); err != nil && ctx.Err() == nil {
			c.logger.Info("no chunks from the sidecar", "kind", key.Kind, "model", key.ID, "error", err)
		}
	}
}

func (c *Client) fetch(ctx context.Context, key attestation.Key, req *types.OpenRequest) error {
	ctx, cancel := context.WithTimeout(ctx, outputTimeout)
	defer cancel()
	resp, err := c.sidecar.Open(ctx, req)
	if err != nil {
		return err
	}
	if len(resp.Openings) != len(req.Holders) || len(resp.Digests) != len(req.Holders) {
		return fmt.Errorf("%d openings, %d digests for %d holders", len(resp.Openings), len(resp.Digests), len(req.Holders))
	}
	for i := range req.Holders {
		if len(resp.Digests[i]) != 32 || len(resp.Openings[i]) > custody.MaxOpening {
			return fmt.Errorf("opening of %d bytes with a digest of %d", len(resp.Openings[i]), len(resp.Digests[i]))
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, listed := c.listed[key]; !listed {
		return nil
	}
	d, ok := c.drawn[key]
	if !ok || d.draw != [32]byte(req.Draw) {
		d = drawn{draw: [32]byte(req.Draw), byValidator: make(map[attestation.Address]types.Held)}
		c.drawn[key] = d
	}
	for i, holder := range req.Holders {
		d.byValidator[attestation.Address(holder)] = types.Held{Samples: resp.Openings[i], Digest: [32]byte(resp.Digests[i])}
	}
	return nil
}
