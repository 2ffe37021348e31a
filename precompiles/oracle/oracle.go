// Package oracle is the precompiled contract at 0x…0A00: it asks models, reads results and calls
// the contracts that wait for them, with the function selectors that contracts written for ORA
// expect.
package oracle

import (
	"bytes"
	"context"
	_ "embed"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	sdk "github.com/cosmos/cosmos-sdk/types"

	cmn "github.com/cosmos/evm/precompiles/common"

	"github.com/imochain/imod/precompiles/contract"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// Address is where the contract lives, in its checksum form.
const Address = "0x0000000000000000000000000000000000000A00"

//go:embed abi.json
var abiJSON []byte

//go:embed receiver.json
var receiverJSON []byte

// Gas of the methods, taken before they run; state access is charged besides. A delivery hashes
// the output, 1 KiB at a time, which the price per byte of calldata covers.
const (
	gasRequest = 40_000
	gasDeliver = 20_000
	gasView    = 3_000
)

// Keeper is what the contract needs of x/oracle.
type Keeper interface {
	CreateRequest(ctx context.Context, in oracletypes.NewRequest) (oracletypes.Request, error)
	CreateBatch(ctx context.Context, in oracletypes.NewRequest, count uint64) ([]oracletypes.Request, error)
	Request(ctx context.Context, id uint64) (oracletypes.Request, error)
	Finalized(ctx context.Context, id uint64) (bool, error)
	EstimateLargestFee(ctx context.Context, modelID, callbackGas, count uint64) (networkFee, modelPrice, callback sdk.Coin, err error)
	HandOver(ctx context.Context, in oracletypes.Delivery, purse sdk.AccAddress) (oracletypes.Handover, error)
}

type oracle struct {
	keeper Keeper
	bank   cmn.BankKeeper
	denom  string
}

// Precompile is the contract together with the call that follows a delivery.
type Precompile struct {
	*contract.Contract
	keeper   Keeper
	receiver abi.ABI
}

// New returns the contract. denom is the gas coin, in which value travels.
func New(keeper Keeper, bank cmn.BankKeeper, denom string) (*Precompile, error) {
	api, err := abi.JSON(bytes.NewReader(abiJSON))
	if err != nil {
		return nil, err
	}
	receiver, err := abi.JSON(bytes.NewReader(receiverJSON))
	if err != nil {
		return nil, err
	}
	o := oracle{keeper: keeper, bank: bank, denom: denom}
	table := contract.New("oracle", common.HexToAddress(Address), api, bank, map[string]contract.Method{
		"requestCallback":         {Kind: contract.Payable, Gas: gasRequest, Run: o.requestCallback},
		"requestCallback0":        {Kind: contract.Payable, Gas: gasRequest, Run: o.requestCallback},
		"requestBatchInference":   {Kind: contract.Payable, Gas: gasRequest, Run: o.requestBatchInference},
		"requestWithSeed":         {Kind: contract.Payable, Gas: gasRequest, Run: o.requestWithSeed},
		"requestWithAssignedSeed": {Kind: contract.Payable, Gas: gasRequest, Run: o.requestWithAssignedSeed},
		"estimateFee":             {Kind: contract.View, Gas: gasView, Run: o.estimateFee},
		"estimateFeeBatch":        {Kind: contract.View, Gas: gasView, Run: o.estimateFee},
		"isFinalized":             {Kind: contract.View, Gas: gasView, Run: o.isFinalized},
		"result":                  {Kind: contract.View, Gas: gasView, Run: o.result},
		"seedOf":                  {Kind: contract.View, Gas: gasView, Run: o.seedOf},
		// Precompile.Run takes deliveries itself: they need the EVM.
		"deliver": {Kind: contract.Write, Gas: gasDeliver},
	})
	return &Precompile{Contract: table, keeper: keeper, receiver: receiver}, nil
}
