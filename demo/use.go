package demo

import (
	"context"
	"fmt"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"

	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// prompts are what dave asks for.
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
	d.note("one picture costs %s IMO for the network and %s IMO for the model", imo(fee.NetworkFee.Amount), imo(fee.ModelPrice.Amount))
	limit := sdk.NewCoins(fee.NetworkFee.Add(fee.ModelPrice))
	quick, paid := 0, sdk.NewCoins()
	for i, prompt := range prompts {
		var answer oracletypes.MsgRequestInferenceResponse
		if _, err := d.ask(ctx, d.dave, &oracletypes.MsgRequestInference{
			Requester: d.dave.Address.String(), ModelId: d.modelID, Input: []byte(prompt), Seed: uint64(i) + 1, MaxFee: limit,
		}, &answer); err != nil {
			return fmt.Errorf("%q: %w", prompt, err)
		}
		final, err := d.waitFinal(ctx, answer.RequestId)
		if err != nil {
			return err
		}
		blocks := final.FinalHeight - final.CreatedHeight
		if blocks == 2 {
			quick++
		}
		paid = paid.Add(final.Fee()...)
		d.work = append(d.work, request{id: final.Id, asked: final.CreatedHeight, answer: final.FinalHeight})
		d.note("request %-2d block %d, final in %d (+%d)  %s", final.Id, final.CreatedHeight, final.FinalHeight, blocks, prompt)
	}
	d.table.pay("dave", "validators, token holders, community", imo(paid.AmountOf(baseDenom)))
	d.table.holds("requests final in H+2", fmt.Sprintf("%d of %d", quick, len(prompts)), quick >= quickEnough)
	return nil
}

func (d *demo) waitFinal(ctx context.Context, id uint64) (oracletypes.Request, error) {
	queries := oracletypes.NewQueryClient(d.client.Conn())
	var found oracletypes.Request
	err := poll(ctx, time.Minute, fmt.Sprintf("result of request %d", id), func() (bool, error) {
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
