// Package node is the node's side of its sidecar: it hands over the open work after every block and
// keeps the finished results in memory, so that no consensus handler ever waits.
package node

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"

	"cosmossdk.io/log/v2"

	"github.com/imochain/imod/x/oracle/attestation"
	"github.com/imochain/imod/x/oracle/node/link"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	submitTimeout = 5 * time.Second
	outputTimeout = 10 * time.Second
	firstBackOff  = 100 * time.Millisecond
	lastBackOff   = 5 * time.Second
	// stable is how long a session must hold for the back-off to start anew.
	stable = 10 * time.Second
)

var (
	_ types.OutputSource  = (*Client)(nil)
	_ types.PreviewSource = (*Client)(nil)
)

// Client talks to one sidecar. Its methods may be called at any time and from any goroutine; while
// the sidecar is away the results it already gave stay.
type Client struct {
	connection *grpc.ClientConn
	sidecar    types.SidecarClient
	plain      bool // without TLS
	logger     log.Logger
	wake       chan struct{} // holds one token when the list changed

	need chan struct{} // holds a token when chunks may be missing
	pin  chan struct{} // holds a token when the bundles to be kept changed

	mu        sync.Mutex
	validator *attestation.Address
	drawn     map[attestation.Key]drawn
	height    int64
	items     []*types.WorkItem          // never written after Update
	listed    map[attestation.Key][]byte // open subject -> manifest root, draw
	results   map[attestation.Key]types.WorkResult
	pins      []*types.PinnedBundle // never written after Pin
	mirrors   []string              // the same
	figures   figures
}

// New makes a client for a sidecar. It does not connect: Run does.
func New(cfg Config) (*Client, error) {
	connection, err := cfg.dial()
	if err != nil {
		return nil, err
	}
	if cfg.Logger == nil {
		cfg.Logger = log.NewNopLogger()
	}
	return &Client{
		connection: connection,
		sidecar:    types.NewSidecarClient(connection),
		plain:      !cfg.TLS.Set(),
		logger:     cfg.Logger,
		wake:       make(chan struct{}, 1),
		need:       make(chan struct{}, 1),
		pin:        make(chan struct{}, 1),
		drawn:      make(map[attestation.Key]drawn),
		listed:     make(map[attestation.Key][]byte),
		results:    make(map[attestation.Key]types.WorkResult),
	}, nil
}

// Update replaces the list of open work, which it keeps, and forgets the results of what is no
// longer on it. It returns at once.
func (c *Client) Update(height int64, items []types.WorkItem) {
	c.mu.Lock()
	c.height, c.items = height, make([]*types.WorkItem, len(items))
	for i := range items {
		c.items[i] = &items[i]
	}
	listed := make(map[attestation.Key][]byte, len(items))
	for _, item := range items {
		listed[attestation.Key{Kind: attestation.Kind(item.Kind), ID: item.Id}] = subjectBytes(item.ManifestRoot, item.Draw)
	}
	for key := range c.drawn {
		if _, ok := listed[key]; !ok {
			delete(c.drawn, key)
		}
	}
	c.listed = listed
	for key, result := range c.results {
		if root, ok := listed[key]; !ok || string(root) != string(subjectBytes(result.ManifestRoot, result.Draw)) {
			delete(c.results, key)
		}
	}
	c.mu.Unlock()
	signal(c.wake)
	signal(c.need)
}

// subjectBytes tells one subject of a key from the next: another version, or another draw.
func subjectBytes(root, draw []byte) []byte { return slices.Concat(root, draw) }

// signal puts a token where there is none.
func signal(to chan struct{}) {
	select {
	case to <- struct{}{}:
	default: // a token is there already
	}
}

// Ready returns the results of open work, in no particular order.
func (c *Client) Ready() []types.WorkResult {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]types.WorkResult, 0, len(c.results))
	for _, r := range c.results {
		out = append(out, r)
	}
	return out
}

// Output implements types.OutputSource.
func (c *Client) Output(ctx context.Context, root [32]byte) ([]byte, string, error) {
	ctx, cancel := context.WithTimeout(ctx, outputTimeout)
	defer cancel()
	resp, err := c.sidecar.Output(ctx, &types.OutputRequest{OutputRoot: root[:]})
	if err != nil {
		return nil, "", err
	}
	return resp.Output, resp.MediaType, nil
}

// Run keeps a session with the sidecar until ctx ends, and comes back with a growing pause after
// every failure. It then closes the connection.
func (c *Client) Run(ctx context.Context) error {
	pause := firstBackOff
	for {
		began := time.Now()
		err := c.session(ctx)
		if ctx.Err() != nil {
			return c.connection.Close()
		}
		if time.Since(began) > stable {
			pause = firstBackOff
		}
		c.logger.Info("no session with the sidecar", "error", link.Explain(err, c.plain), "next_try", pause)
		select {
		case <-ctx.Done():
			return c.connection.Close()
		case <-time.After(pause):
		}
		pause = min(2*pause, lastBackOff)
	}
}

// session submits the list, then takes results and submits every new list until something fails.
func (c *Client) session(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := c.submit(ctx); err != nil {
		return err
	}
	stream, err := c.sidecar.Results(ctx, &types.ResultsRequest{})
	if err != nil {
		return err
	}
	c.opened()
	defer c.closed()
	signal(c.pin) // a sidecar that was started anew knows no pins
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-c.need:
				c.fetchDrawn(ctx)
			case <-c.pin:
				c.sendPins(ctx)
			}
		}
	}()
	failed := make(chan error, 1)
	go func() {
		for {
			result, err := stream.Recv()
			if err != nil {
				failed <- err
				return
			}
			if err := c.keep(*result); err != nil {
				failed <- err
				return
			}
		}
	}()
	for {
		select {
		case err := <-failed:
			return err
		case <-c.wake:
			if err := c.submit(ctx); err != nil {
				cancel()
				return errors.Join(err, <-failed)
			}
		}
	}
}

func (c *Client) submit(ctx context.Context) error {
	c.mu.Lock()
	req := &types.SubmitRequest{Height: c.height, Items: slices.Clone(c.items)}
	c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, submitTimeout)
	defer cancel()
	_, err := c.sidecar.Submit(ctx, req)
	return err
}

// keep remembers the result of an item that is still listed; memory is bounded by the list.
func (c *Client) keep(r types.WorkResult) error {
	if err := r.Validate(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if root, ok := c.listed[r.Key()]; ok && string(root) == string(subjectBytes(r.ManifestRoot, r.Draw)) {
		c.results[r.Key()] = r
		c.figures.results++
		if r.Key().Kind.Reserved() {
			signal(c.need)
		}
	}
	return nil
}
