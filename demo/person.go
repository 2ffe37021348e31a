package demo

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/cosmos/gogoproto/proto"

	"github.com/imochain/imod/localnet/rpc"
)

// person is one of those the story is about, and what the chain says of the account.
type person struct {
	rpc.Key
	// name is how the story calls the owner of the account of the same name in config.yml.
	name string
	// before and after are balances of the base denom, fees what the transactions cost between.
	before, after, fees sdkmath.Int
}

// cast is everybody in the order of the tables: Ana made the model, Bo, Chi and Dee invest, Eve
// buys pictures, Fay collects them. Chi has an Ethereum wallet.
type cast struct {
	ana, bo, chi, dee, eve, fay *person
}

func (c cast) all() []*person { return []*person{c.ana, c.bo, c.chi, c.dee, c.eve, c.fay} }

// holders are those who have tokens of the model.
func (c cast) holders() []*person { return []*person{c.ana, c.bo, c.chi, c.dee} }

func (c cast) investors() []*person { return []*person{c.bo, c.chi, c.dee} }

// meet loads the keys and notes what everybody has before the story begins.
func (d *demo) meet(ctx context.Context) error {
	for account, p := range map[string]struct {
		to   **person
		name string
	}{
		"ana": {&d.ana, "Ana"}, "bo": {&d.bo, "Bo"}, "chi": {&d.chi, "Chi"},
		"dee": {&d.dee, "Dee"}, "eve": {&d.eve, "Eve"}, "fay": {&d.fay, "Fay"},
	} {
		key, err := d.Network.Key(account)
		if err != nil {
			return errors.Join(fmt.Errorf("the demo needs the account %q of config.yml", account), err)
		}
		before, err := d.client.Balance(ctx, key.Address, baseDenom)
		if err != nil {
			return err
		}
		*p.to = &person{Key: key, name: p.name, before: before, fees: sdkmath.ZeroInt()}
	}
	return nil
}

// send signs one message and waits for its block.
func (d *demo) send(ctx context.Context, p *person, msg sdk.Msg, options ...rpc.Option) (rpc.Result, error) {
	result, err := d.client.SendTx(ctx, p.Key, []sdk.Msg{msg}, options...)
	if err == nil {
		p.fees = p.fees.Add(result.Fee.AmountOf(baseDenom))
		d.progress.at(result.Height)
	}
	return result, err
}

// ask is send for a message whose answer matters.
func (d *demo) ask(ctx context.Context, p *person, msg sdk.Msg, answer proto.Message) (rpc.Result, error) {
	result, err := d.send(ctx, p, msg)
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

// transact is send for an Ethereum wallet.
func (d *demo) transact(ctx context.Context, p *person, to common.Address, value *big.Int, method string, args ...any) (int64, error) {
	receipt, err := d.eth.transact(ctx, p.Key, to, value, method, args...)
	if err != nil {
		return 0, err
	}
	fee := new(big.Int).Mul(new(big.Int).SetUint64(receipt.GasUsed), receipt.EffectiveGasPrice)
	p.fees = p.fees.Add(sdkmath.NewIntFromBigInt(fee))
	d.progress.at(receipt.BlockNumber.Int64())
	return receipt.BlockNumber.Int64(), nil
}

// together does the same for several people at once, each with transactions of their own.
func together(people []*person, do func(*person) error) error {
	errs := make([]error, len(people))
	var group sync.WaitGroup
	for i, p := range people {
		group.Go(func() {
			if err := do(p); err != nil {
				errs[i] = fmt.Errorf("%s: %w", p.name, err)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}
