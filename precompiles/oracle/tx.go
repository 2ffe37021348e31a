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

var (
	errArguments = errors.New("arguments do not fit")
	errGasLimit  = errors.New("a callback needs a contract and a gasLimit, no callback needs both to be 0")
	errDA        = errors.New("input and output travel in calldata: both DA arguments must be 0")
)

// wish is what a caller of one of ORA's functions asks for.
type wish struct {
	model, input, callback, gas, data any
	da                                []any
}

// requestCallback answers both of ORA's functions of this name.
func (o oracle) requestCallback(c *contract.Call, args []any) ([]byte, error) {
	return o.ask(c, wish{args[0], args[1], args[2], args[3], args[4], args[5:]}, func(in oracletypes.NewRequest) (uint64, error) {
		r, err := o.keeper.CreateRequest(c.Ctx, in)
		return r.Id, err
	})
}

func (o oracle) requestBatchInference(c *contract.Call, args []any) ([]byte, error) {
	count, err := contract.Uint64("batchSize", args[0])
	if err != nil {
		return nil, err
	}
	return o.ask(c, wish{args[1], args[2], args[3], args[4], args[5], args[6:]}, func(in oracletypes.NewRequest) (uint64, error) {
		requests, err := o.keeper.CreateBatch(c.Ctx, in, count)
		if err != nil {
			return 0, err
		}
		return requests[0].Id, nil
	})
}

// ask decodes a wish, lets create pay for it with the value of the call, and logs it as ORA does.
func (o oracle) ask(c *contract.Call, w wish, create func(oracletypes.NewRequest) (uint64, error)) ([]byte, error) {
	for _, da := range w.da {
		if n, ok := da.(uint8); !ok || n != 0 {
			return nil, errDA
		}
	}
	model, err := contract.Uint64("modelId", w.model)
	if err != nil {
		return nil, err
	}
	input, err := contract.Bytes("input", w.input)
	if err != nil {
		return nil, err
	}
	callback, err := callbackOf(w.callback, w.gas, w.data)
	if err != nil {
		return nil, err
	}
	in, err := o.pay(c, oracletypes.NewRequest{ModelID: model, Input: input, Callback: callback})
	if err != nil {
		return nil, err
	}
	number, err := create(in)
	if err != nil {
		return nil, err
	}
	id := new(big.Int).SetUint64(number)
	err = c.Log("AICallbackRequest", c.Frame.Caller(), id, new(big.Int).SetUint64(model), input, w.callback, w.gas, w.data)
	if err != nil {
		return nil, err
	}
	return c.Pack(id)
}

// callbackOf reads the callback of a request: all of it or none.
func callbackOf(target, gas, data any) (*oracletypes.NewCallback, error) {
	address, okAddress := target.(common.Address)
	limit, okGas := gas.(uint64)
	bytes, okData := data.([]byte)
	if !okAddress || !okGas || !okData {
		return nil, errArguments
	}
	switch none := address == (common.Address{}); {
	case none != (limit == 0):
		return nil, errGasLimit
	case none:
		return nil, nil
	}
	return &oracletypes.NewCallback{Contract: address.Bytes(), Gas: limit, Data: bytes}, nil
}

func (o oracle) requestWithSeed(c *contract.Call, args []any) ([]byte, error) {
	in, err := seeded(args[0], args[1], args[2], args[4])
	if err != nil {
		return nil, err
	}
	seed, ok := args[3].(uint64)
	if !ok {
		return nil, errArguments
	}
	in.Seed, in.SeedKind = seed, oracletypes.SeedKind_SEED_KIND_CHOSEN
	return o.create(c, in)
}

func (o oracle) requestWithAssignedSeed(c *contract.Call, args []any) ([]byte, error) {
	in, err := seeded(args[0], args[1], args[2], args[4])
	if err != nil {
		return nil, err
	}
	kind, ok := args[3].(uint8)
	if !ok {
		return nil, errArguments
	}
	in.SeedKind = oracletypes.SeedKind(kind)
	if in.SeedKind != oracletypes.SeedKind_SEED_KIND_CONTENT && in.SeedKind != oracletypes.SeedKind_SEED_KIND_MONEY {
		return nil, fmt.Errorf("seedKind is %d, must be 2 (content) or 3 (money)", kind)
	}
	if in.Callback, err = callbackOf(args[5], args[6], args[7]); err != nil {
		return nil, err
	}
	return o.create(c, in)
}

// seeded reads the arguments that both functions with a seed have.
func seeded(model, version, input, store any) (oracletypes.NewRequest, error) {
	id, err := contract.Uint64("modelId", model)
	if err != nil {
		return oracletypes.NewRequest{}, err
	}
	bytes, okInput := input.([]byte)
	number, okVersion := version.(uint32)
	keep, okStore := store.(bool)
	if !okInput || !okVersion || !okStore {
		return oracletypes.NewRequest{}, errArguments
	}
	return oracletypes.NewRequest{ModelID: id, Version: number, Input: bytes, StoreOutput: keep}, nil
}

func (o oracle) create(c *contract.Call, in oracletypes.NewRequest) ([]byte, error) {
	in, err := o.pay(c, in)
	if err != nil {
		return nil, err
	}
	request, err := o.keeper.CreateRequest(c.Ctx, in)
	if err != nil {
		return nil, err
	}
	return c.Pack(new(big.Int).SetUint64(request.Id))
}

// pay makes the caller pay up to the value of the call. What the fees do not take stays with it.
func (o oracle) pay(c *contract.Call, in oracletypes.NewRequest) (oracletypes.NewRequest, error) {
	in.Requester, in.Payer, in.Origin = c.Caller(), c.Caller(), origin
	in.MaxFee = sdk.NewCoins(sdk.NewCoin(o.denom, sdkmath.NewIntFromBigInt(c.Value)))
	return in, c.ReturnValue(o.bank, o.denom)
}
