// Package demo does the complete job once on a running local network, as its users would, and
// checks every figure: a model is registered and proved, sold, used, minted from, resold, and its
// income is shared. It talks to the network over public interfaces only, tells the job as a story
// (story.txt), and can write what it saw as a document with the command behind every figure.
package demo

import (
	"context"
	"fmt"
	"io"
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/localnet"
	"github.com/imochain/imod/localnet/rpc"
)

// Config says where the demo runs.
type Config struct {
	Network *localnet.Network
	Chain   localnet.Chain
	// Executable is imod itself, whose model commands pack and serve the model.
	Executable string
	// Models is the folder of the picture model: picture.onnx, pipeline.json, card.md.
	Models string
	Out    io.Writer
	// Began is when the work began, the start of the network included.
	Began time.Time
	// Told is how many panels of the story were told before.
	Told int
	// Tour is the document to write, empty for none. Pictures go into a folder beside it.
	Tour string
}

// demo is one run.
type demo struct {
	Config
	cast
	client   *rpc.Client
	eth      *ethereum
	progress *progress
	money    ledger
	checks   checks

	bundle  bundleInfo
	modelID uint64
	denom   string
	// incomeBps is the community pool's part of what the model earns.
	incomeBps uint32
	// released is what Ana got of the proceeds.
	released sdkmath.Int
	sale     sale
	work     []request
	nft      nft
}

// steps do what the panels of the same name tell.
var steps = map[string]func(*demo, context.Context) error{
	"intro":   (*demo).connect,
	"pack":    (*demo).pack,
	"prove":   (*demo).register,
	"sell":    (*demo).sell,
	"use":     (*demo).use,
	"mint":    (*demo).mint,
	"resell":  (*demo).resell,
	"release": (*demo).release,
	"claim":   (*demo).claim,
	"audit":   (*demo).audit,
}

// Run does the job and prints the tables. It returns an error if any figure is off.
func Run(ctx context.Context, cfg Config) error {
	d := &demo{Config: cfg, progress: newProgress(cfg.Out, cfg.Began)}
	defer func() {
		d.progress.end()
		if d.client != nil {
			_ = d.client.Close() // nothing is written through it
		}
	}()
	for i, p := range story() {
		fmt.Fprintf(cfg.Out, "\n%2d.  %s\n", i+1, p.title)
		if i >= cfg.Told {
			p.tell(cfg.Out)
		}
		if err := steps[p.key](d, ctx); err != nil {
			return fmt.Errorf("%s: %w", p.title, err)
		}
	}
	took := time.Since(d.progress.began)
	if err := d.summary(); err != nil {
		return err
	}
	fmt.Fprintf(cfg.Out, "\nthe whole job took %.0f s, the start of the network included\n", took.Seconds())
	if err := d.checks.err(); err != nil || cfg.Tour == "" {
		return err
	}
	return d.writeTour(ctx)
}

func (d *demo) connect(ctx context.Context) error {
	node := d.Network.Nodes[0]
	price, err := sdk.ParseDecCoin(d.Network.GasPrice)
	if err != nil {
		return fmt.Errorf("gas price %q: %w", d.Network.GasPrice, err)
	}
	d.client, err = rpc.Dial(rpc.Config{
		ChainID: d.Network.ChainID, Comet: node.RPC, GRPC: node.GRPC, Codec: d.Chain.Codec, TxConfig: d.Chain.TxConfig, GasPrice: price,
	})
	if err != nil {
		return err
	}
	if d.eth, err = dialEthereum(ctx, node.JSONRPC, d.Network.EVMChainID); err != nil {
		return err
	}
	if err := d.meet(ctx); err != nil {
		return err
	}
	height, err := d.height(ctx)
	if err != nil {
		return err
	}
	d.progress.note("chain %s runs, %d nodes; everybody has %s IMO; block %d", d.Network.ChainID, len(d.Network.Nodes), imo(d.ana.before), height)
	return nil
}

// height is the latest block, which progress then shows.
func (d *demo) height(ctx context.Context) (int64, error) {
	height, err := d.client.Height(ctx)
	if err == nil {
		d.progress.at(height)
	}
	return height, err
}

// nextBlock waits for one block more. A query can see a block a moment before the state that
// transactions are checked against has moved on.
func (d *demo) nextBlock(ctx context.Context) error {
	height, err := d.height(ctx)
	if err != nil {
		return err
	}
	return d.client.WaitHeight(ctx, height+1)
}

// poll asks until the answer is yes, at most for a while, and says what it waits for.
func (d *demo) poll(ctx context.Context, limit time.Duration, what string, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	said := time.Now()
	for {
		done, err := ask()
		if err != nil || done {
			return err
		}
		if time.Since(said) >= d.progress.pause() {
			said = time.Now()
			if _, err := d.height(ctx); err != nil {
				return err
			}
			d.progress.wait(what)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: not within %s", what, limit)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
