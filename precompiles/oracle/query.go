package oracle

import (
	"fmt"

	"github.com/imochain/imod/precompiles/contract"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

func (o oracle) estimateFee(c *contract.Call, args []any) ([]byte, error) {
	model, err := contract.Uint64("modelId", args[0])
	if err != nil {
		return nil, err
	}
	network, price, err := o.keeper.EstimateLargestFee(c.Ctx, model)
	if err != nil {
		return nil, err
	}
	if price.IsPositive() && price.Denom != o.denom {
		return nil, fmt.Errorf("model %d is priced in %s: ask it by message, value carries only %s", model, price.Denom, o.denom)
	}
	return c.Pack(network.Amount.Add(price.Amount).BigInt())
}

func (o oracle) isFinalized(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("requestId", args[0])
	if err != nil {
		return nil, err
	}
	request, err := o.keeper.Request(c.Ctx, id)
	if err != nil {
		return nil, err
	}
	return c.Pack(request.Status == oracletypes.RequestStatus_REQUEST_STATUS_FINAL)
}

func (o oracle) result(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("requestId", args[0])
	if err != nil {
		return nil, err
	}
	request, err := o.keeper.Request(c.Ctx, id)
	if err != nil {
		return nil, err
	}
	var root [32]byte
	copy(root[:], request.OutputRoot)
	return c.Pack(uint8(request.Status), uint8(request.TrustClass), root, request.Output) //nolint:gosec // enums of single digits
}
