// Package soak holds the long tests on live networks, behind make targets: latency of requests at given rates, requests while
// validators and sidecars are killed, requests after the creator's host and most copies of a model are gone. Every test prints the
// seed it drew and takes one by -seed.
package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/tests/live"
)

const (
	// gasOfRequest and gasOfTx are above what one request and one transaction cost.
	gasOfRequest, gasOfTx = 130_000, 100_000
	// gasPrice is what senders pay, in aimo: twice the floor of config.yml, so that the base fee may rise.
	gasPrice = 2_000_000_000
	// stakeIMO is what every sender starts with.
	stakeIMO = 50
)

// sender is an account that makes requests; one transaction at a time, because the next needs the sequence after it.
type sender struct {
	rpc.Key
	number, sequence uint64
	// start is what the account was given.
	start sdkmath.Int
}

// senders makes accounts and funds them from dev0 in one transaction.
func senders(t testing.TB, n *live.Network, count int) []*sender {
	t.Helper()
	dev := n.Key("dev0")
	amount := sdkmath.NewIntWithDecimal(stakeIMO, 18)
	out := make([]*sender, count)
	var msgs []sdk.Msg
	for i := range out {
		key, err := rpc.NewKey(fmt.Sprintf("sender%d", i))
		require.NoError(t, err)
		out[i] = &sender{Key: key, start: amount}
		msgs = append(msgs, banktypes.NewMsgSend(dev.Address, key.Address, sdk.NewCoins(sdk.NewCoin(app.BaseDenom, amount))))
	}
	_, err := n.Client.SendTx(t.Context(), dev, msgs)
	require.NoError(t, err)
	n.Blocks(1)
	for _, s := range out {
		s.number, s.sequence, err = n.Client.Account(t.Context(), s.Address)
		require.NoError(t, err)
	}
	return out
}

// signed is a transaction of some requests.
type signed struct {
	raw   []byte
	count int
	fee   sdkmath.Int
}

// sign makes the sender's next transaction: one request for every seed.
func (s *sender) sign(ctx context.Context, n *live.Network, model uint64, question func(r *rand.Rand) string, r *rand.Rand, count int) (signed, error) {
	msgs := make([]sdk.Msg, count)
	for i := range msgs {
		msgs[i] = live.Ask(s.Key, model, question(r), r.Uint64())
	}
	gas := uint64(gasOfTx + count*gasOfRequest)
	fee := sdkmath.NewIntFromUint64(gas).MulRaw(gasPrice)
	raw, err := n.Client.Encode(ctx, s.Key, rpc.Draft{
		ChainID: n.Net.ChainID, Number: s.number, Sequence: s.sequence, Msgs: msgs, Gas: gas, Fee: sdk.NewCoins(sdk.NewCoin(app.BaseDenom, fee)),
	})
	return signed{raw: raw, count: count, fee: fee}, err
}

// questions are what models of the repository understand.
var questions = map[string]func(r *rand.Rand) string{
	live.Tiny: func(r *rand.Rand) string { return pick(r, "a red", "a blue", "red on blue", "blue on red") },
	"digits": func(r *rand.Rand) string { // any 784 bytes are a picture of something
		pixels := make([]byte, 28*28)
		for i := range pixels {
			pixels[i] = byte(r.Uint32())
		}
		return string(pixels)
	},
	"picture": func(r *rand.Rand) string {
		return fmt.Sprintf("a %s %s on a %s ground", pick(r, "red", "yellow", "black", "white", "pink"),
			pick(r, "fish", "bird", "cat", "star", "tree"), pick(r, "blue", "green", "orange", "purple", "brown"))
	},
}

func pick(r *rand.Rand, words ...string) string { return words[r.IntN(len(words))] }
