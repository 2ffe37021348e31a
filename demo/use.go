package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// mistyped is what Eve asks for first, and what the chain must answer.
const (
	mistyped = "a red fsh on a blue ground"
	answered = `unknown word "fsh"; did you mean fish?`
)

// prompts are what Eve asks for then.
var prompts = []string{
	"a red fish on a blue ground", "a yellow bird on a green ground", "a black cat on a yellow ground", "a white boat on the sea",
	"an orange house on the right on a purple ground", "a green tree on a white ground", "a pink flower on the left on a brown ground",
	"a purple mushroom on a green ground", "a yellow star on a black ground", "a red sun at the top on a pink ground",
}

// quickEnough is how many of the requests must be final in the second block after their own.
const quickEnough = 9

// request is one question and its answer.
type request struct {
	id            uint64
	asked, answer int64
}

func (d *demo) use(ctx context.Context) error {
	queries := oracletypes.NewQueryClient(d.client.Conn())
	fee, err := queries.EstimateFee(ctx, &oracletypes.QueryEstimateFeeRequest{ModelId: d.modelID, InputBytes: 64})
	if err != nil {
		return err
	}
	d.progress.note("a picture costs %s IMO for the network and %s IMO for the model", imo(fee.NetworkFee.Amount), imo(fee.ModelPrice.Amount))
	limit := sdk.NewCoins(fee.NetworkFee.Add(fee.ModelPrice))
	if err := d.mistype(ctx, limit); err != nil {
		return err
	}
	for i, prompt := range prompts {
		var answer oracletypes.MsgRequestInferenceResponse
		result, err := d.ask(ctx, d.eve, &oracletypes.MsgRequestInference{
			Requester: d.eve.Address.String(), ModelId: d.modelID, Input: []byte(prompt), Seed: uint64(i) + 1, MaxFee: limit,
		}, &answer)
		if err != nil {
			return fmt.Errorf("%q: %w", prompt, err)
		}
		d.work = append(d.work, request{id: answer.RequestId, asked: result.Height})
		d.progress.note("request %-2d  %s", answer.RequestId, prompt)
	}
	quick := 0
	for i, w := range d.work {
		final, err := d.waitFinal(ctx, w.id)
		if err != nil {
			return err
		}
		d.work[i].answer = final.FinalHeight
		if final.FinalHeight-final.CreatedHeight == 2 {
			quick++
		}
		d.payRequest(final)
	}
	d.progress.note("all painted, %d of %d in the second block after the question", quick, len(prompts))
	d.checks.holds("requests final in the second block after their own", fmt.Sprintf("%d of %d", quick, len(prompts)), quick >= quickEnough)
	return nil
}

// mistype asks for what the model does not know. The chain refuses it before anything is paid.
func (d *demo) mistype(ctx context.Context, limit sdk.Coins) error {
	before, err := d.client.Balance(ctx, d.eve.Address, baseDenom)
	if err != nil {
		return err
	}
	_, refusal := d.send(ctx, d.eve, &oracletypes.MsgRequestInference{
		Requester: d.eve.Address.String(), ModelId: d.modelID, Input: []byte(mistyped), Seed: 1, MaxFee: limit,
	})
	if refusal == nil {
		return fmt.Errorf("%q was taken", mistyped)
	}
	after, err := d.client.Balance(ctx, d.eve.Address, baseDenom)
	if err != nil {
		return err
	}
	d.progress.note("%q: %s", mistyped, answered)
	d.checks.holds("an unknown word is refused and the near one named", answered, strings.Contains(refusal.Error(), answered))
	d.checks.equal("a refused request costs", before.Sub(after), 0)
	return nil
}

// payRequest notes what a final request cost: the network fee, and the model's price of which the
// community pool has a part.
func (d *demo) payRequest(r oracletypes.Request) {
	protocol := part(r.ModelPrice.Amount, d.incomeBps)
	d.money.pay(d.eve.name, validators, "network fee of the pictures", r.NetworkFee.Amount)
	d.money.pay(d.eve.name, community, "part of the model's price", protocol)
	d.money.pay(d.eve.name, pool, "model's price of the pictures", r.ModelPrice.Amount.Sub(protocol))
}

func (d *demo) waitFinal(ctx context.Context, id uint64) (oracletypes.Request, error) {
	queries := oracletypes.NewQueryClient(d.client.Conn())
	var found oracletypes.Request
	err := d.poll(ctx, time.Minute, fmt.Sprintf("the result of request %d", id), func() (bool, error) {
		res, err := queries.Request(ctx, &oracletypes.QueryRequestRequest{Id: id})
		if err != nil {
			return false, err
		}
		if found = res.Request; found.Status == oracletypes.RequestStatus_REQUEST_STATUS_EXPIRED {
			return false, fmt.Errorf("request %d expired", id)
		}
		return found.Final(), nil
	})
	return found, err
}
