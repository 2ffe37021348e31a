// Package demo does the complete job once on a running local network, as its users would, and
// checks every figure: a model is registered and proved, sold, used, minted from, resold, and its
// income is shared. It talks to the network over public interfaces only.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/gogoproto/proto"

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
}

// demo is one run.
type demo struct {
	Config
	client *rpc.Client
	eth    *ethereum
	began  time.Time
	table  table

	// builder makes the model, alice and carol buy by message, bob through the Ethereum JSON-RPC,
	// dave uses the model, erin collects its pictures.
	builder, alice, bob, carol, dave, erin rpc.Key

	bundle  bundleInfo
	modelID uint64
	denom   string
	sale    sale
	work    []request
	nft     nft
}

// step is one part of the job.
type step struct {
	title string
	run   func(*demo, context.Context) error
}

var steps = []step{
	{"pack the picture model and serve its bundle", (*demo).pack},
	{"register the model; validators run it and prove it", (*demo).register},
	{"offer 60 % of its token; three investors buy, one from an Ethereum wallet", (*demo).sell},
	{"ten paid requests, attested by the validators", (*demo).use},
	{"mint a picture and save it", (*demo).mint},
	{"sell the picture; the royalty goes to the token's holders", (*demo).resell},
	{"holders claim their income through both doors", (*demo).claim},
	{"check the books", (*demo).audit},
}

// Run does the job and prints the table. It returns an error if any figure is off.
func Run(ctx context.Context, cfg Config) error {
	d := &demo{Config: cfg, began: time.Now()}
	if err := d.connect(ctx); err != nil {
		return err
	}
	defer d.client.Close() //nolint:errcheck // nothing is written through it
	for i, s := range steps {
		began := time.Now()
		fmt.Fprintf(cfg.Out, "%d/%d  %s\n", i+1, len(steps), s.title)
		if err := s.run(d, ctx); err != nil {
			return fmt.Errorf("%s: %w", s.title, err)
		}
		d.note("done in %.1f s", time.Since(began).Seconds())
	}
	d.table.print(cfg.Out)
	fmt.Fprintf(cfg.Out, "\nthe whole job took %.0f s\n", time.Since(d.began).Seconds())
	return d.table.err()
}

// note prints progress under the running step.
func (d *demo) note(format string, args ...any) {
	fmt.Fprintf(d.Out, "      "+format+"\n", args...)
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
	for name, key := range map[string]*rpc.Key{
		"builder": &d.builder, "alice": &d.alice, "bob": &d.bob, "carol": &d.carol, "dave": &d.dave, "erin": &d.erin,
	} {
		if *key, err = d.Network.Key(name); err != nil {
			return errors.Join(fmt.Errorf("the demo needs the account %q of config.yml", name), err)
		}
	}
	return nil
}

// send signs one message and waits for its block.
func (d *demo) send(ctx context.Context, key rpc.Key, msg sdk.Msg) (rpc.Result, error) {
	return d.client.SendTx(ctx, key, []sdk.Msg{msg})
}

// ask is send for a message whose answer matters.
func (d *demo) ask(ctx context.Context, key rpc.Key, msg sdk.Msg, answer proto.Message) (rpc.Result, error) {
	result, err := d.send(ctx, key, msg)
	if err != nil {
		return result, err
	}
	var data sdk.TxMsgData
	if err := proto.Unmarshal(result.Data, &data); err != nil {
		return result, err
	}
	if len(data.MsgResponses) != 1 {
		return result, fmt.Errorf("transaction %s has %d answers, want 1", result.Hash, len(data.MsgResponses))
	}
	return result, proto.Unmarshal(data.MsgResponses[0].Value, answer)
}

// nextBlock waits for one block more. A query can see a block a moment before the state that
// transactions are checked against has moved on.
func (d *demo) nextBlock(ctx context.Context) error {
	height, err := d.client.Height(ctx)
	if err != nil {
		return err
	}
	return d.client.WaitHeight(ctx, height+1)
}

// poll asks until the answer is yes, at most for a while.
func poll(ctx context.Context, limit time.Duration, what string, ask func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for {
		done, err := ask()
		if err != nil || done {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: not within %s", what, limit)
		case <-time.After(200 * time.Millisecond):
		}
	}
}
