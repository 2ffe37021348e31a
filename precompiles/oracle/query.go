package oracle

import (
	"fmt"

	"github.com/imochain/imod/precompiles/contract"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// estimateFee answers estimateFee(model, gas) and estimateFeeBatch(model, gas, size).
func (o oracle) estimateFee(c *contract.Call, args []any) ([]byte, error) {
	model, err := contract.Uint64("modelId", args[0])
	if err != nil {
		return nil, err
	}
	gas, err := contract.Uint64("gasLimit", args[1])
	if err != nil {
		return nil, err
	}
	count := uint64(1)
	if len(args) > 2 {
		if count, err = contract.Uint64("batchSize", args[2]); err != nil {
			return nil, err
		}
	}
	network, price, callback, err := o.keeper.EstimateLargestFee(c.Ctx, model, gas, count)
	if err != nil {
		return nil, err
	}
	if price.IsPositive() && price.Denom != o.denom {
		return nil, fmt.Errorf("model %d is priced in %s: ask it by message, value carries only %s", model, price.Denom, o.denom)
	}
	return c.Pack(network.Amount.Add(price.Amount).Add(callback.Amount).BigInt())
}

func (o oracle) isFinalized(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("requestId", args[0])
	if err != nil {
		return nil, err
	}
	final, err := o.keeper.Finalized(c.Ctx, id)
	if err != nil {
		return nil, err
	}
	return c.Pack(final)
}

func (o oracle) result(c *contract.Call, args []any) ([]byte, error) {
	request, err := o.requestOf(c, args[0])
	if err != nil {
		return nil, err
	}
	var root [32]byte
	copy(root[:], request.OutputRoot)
	return c.Pack(uint8(request.Status), uint8(request.TrustClass), root, request.Output) //nolint:gosec // enums of single digits
}

func (o oracle) seedOf(c *contract.Call, args []any) ([]byte, error) {
	request, err := o.requestOf(c, args[0])
	if err != nil {
		return nil, err
	}
	return c.Pack(uint8(request.SeedKind), request.Seed, request.SeedHeight == 0) //nolint:gosec // an enum of single digits
}

func (o oracle) requestOf(c *contract.Call, arg any) (oracletypes.Request, error) {
	id, err := contract.Uint64("requestId", arg)
	if err != nil {
		return oracletypes.Request{}, err
	}
	return o.keeper.Request(c.Ctx, id)
}
