package node

import (
	"context"
	"slices"

	"github.com/imochain/imod/x/oracle/types"
)

// Pin names the bundles that the sidecar keeps whether or not they are asked for, and the mirrors that other
// validators published. It returns at once.
func (c *Client) Pin(bundles []types.PinnedBundle, mirrors []string) {
	pins := make([]*types.PinnedBundle, len(bundles))
	for i := range bundles {
		pins[i] = &bundles[i]
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if slices.Equal(mirrors, c.mirrors) &&
		slices.EqualFunc(pins, c.pins, func(a, b *types.PinnedBundle) bool { return a.String() == b.String() }) {
		return
	}
	c.pins, c.mirrors = pins, mirrors
	signal(c.pin)
}

// sendPins tells the sidecar. What fails is told again with the next session or the next change.
func (c *Client) sendPins(ctx context.Context) {
	c.mu.Lock()
	req := &types.PinRequest{Bundles: c.pins, Mirrors: c.mirrors}
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, submitTimeout)
	defer cancel()
	resp, err := c.sidecar.Pin(ctx, req)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		c.logger.Info("bundles to be kept not told to the sidecar", "error", err)
	default:
		c.logger.Info("bundles to be kept", "bundles", len(req.Bundles), "here", resp.Held, "mirrors", len(req.Mirrors))
	}
}

// Preview implements types.PreviewSource.
func (c *Client) Preview(ctx context.Context, root [32]byte, uris []string, input []byte, seed uint64) ([]byte, error) {
	resp, err := c.sidecar.Preview(ctx, &types.PreviewRequest{ManifestRoot: root[:], Uris: uris, Input: input, Seed: seed})
	if err != nil {
		return nil, err
	}
	return resp.Output, nil
}

// Status asks the sidecar for its health.
func (c *Client) Status(ctx context.Context) (*types.StatusResponse, error) {
	return c.sidecar.Status(ctx, &types.StatusRequest{})
}

// Close ends a client that was never run.
func (c *Client) Close() error { return c.connection.Close() }
