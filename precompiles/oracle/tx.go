package oracle

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// origin marks requests that came through the contract.
const origin = "evm"

var errNoCallbacks = errors.New("callbacks are not served by this version: callbackContract and gasLimit must be 0; read result(requestId)")

func (o oracle) requestCallback(c *contract.Call, args []any) ([]byte, error) {
	model, err := contract.Uint64("modelId", args[0])
	if err != nil {
		return nil, err
	}
	input, err := contract.Bytes("input", args[1])
	if err != nil {
		return nil, err
	}
	callback, okContract := args[2].(common.Address)
	gasLimit, okGas := args[3].(uint64)
	callbackData, err := contract.Bytes("callbackData", args[4])
	if err != nil {
		return nil, err
	}
	if !okContract || !okGas || callback != (common.Address{}) || gasLimit != 0 {
		return nil, errNoCallbacks
	}
	request, err := o.request(c, oracletypes.NewRequest{ModelID: model, Input: input})
	if err != nil {
		return nil, err
	}
	id := new(big.Int).SetUint64(request.Id)
	if err := c.Log("AICallbackRequest", c.Frame.Caller(), id, new(big.Int).SetUint64(model), input, callback, gasLimit, callbackData); err != nil {
		return nil, err
	}
	return c.Pack(id)
}

func (o oracle) requestWithSeed(c *contract.Call, args []any) ([]byte, error) {
	model, err := contract.Uint64("modelId", args[0])
	if err != nil {
		return nil, err
	}
	version, okVersion := args[1].(uint32)
	input, err := contract.Bytes("input", args[2])
	if err != nil {
		return nil, err
	}
	seed, okSeed := args[3].(uint64)
	storeOutput, okStore := args[4].(bool)
	if !okVersion || !okSeed || !okStore {
		return nil, fmt.Errorf("arguments do not fit requestWithSeed")
	}
	request, err := o.request(c, oracletypes.NewRequest{
		ModelID: model, Version: version, Input: input, Seed: seed, StoreOutput: storeOutput,
	})
	if err != nil {
		return nil, err
	}
	return c.Pack(new(big.Int).SetUint64(request.Id))
}

// request pays with the value of the call. What the fees do not take stays with the caller.
func (o oracle) request(c *contract.Call, in oracletypes.NewRequest) (oracletypes.Request, error) {
	if err := c.ReturnValue(o.bank, o.denom); err != nil {
		return oracletypes.Request{}, err
	}
	in.Requester, in.Payer, in.Origin = c.Caller(), c.Caller(), origin
	in.MaxFee = sdk.NewCoins(sdk.NewCoin(o.denom, sdkmath.NewIntFromBigInt(c.Value)))
	return o.keeper.CreateRequest(c.Ctx, in)
}

func (o oracle) deliver(c *contract.Call, args []any) ([]byte, error) {
	id, err := contract.Uint64("requestId", args[0])
	if err != nil {
		return nil, err
	}
	output, err := contract.Bytes("output", args[1])
	if err != nil {
		return nil, err
	}
	if err := o.keeper.Deliver(c.Ctx, id, output); err != nil {
		return nil, err
	}
	return c.Pack()
}
