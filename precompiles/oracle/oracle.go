// Package oracle is the precompiled contract at 0x…0A00: it asks models and reads results for
// callers of the EVM, with the function selectors that contracts written for ORA expect.
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
	Request(ctx context.Context, id uint64) (oracletypes.Request, error)
	EstimateLargestFee(ctx context.Context, modelID uint64) (networkFee, modelPrice sdk.Coin, err error)
	Deliver(ctx context.Context, id uint64, output []byte) error
}

type oracle struct {
	keeper Keeper
	bank   cmn.BankKeeper
	denom  string
}

// New returns the contract. denom is the gas coin, in which value travels.
func New(keeper Keeper, bank cmn.BankKeeper, denom string) (*contract.Contract, error) {
	api, err := abi.JSON(bytes.NewReader(abiJSON))
	if err != nil {
		return nil, err
	}
	o := oracle{keeper: keeper, bank: bank, denom: denom}
	return contract.New("oracle", common.HexToAddress(Address), api, bank, map[string]contract.Method{
		"requestCallback": {Kind: contract.Payable, Gas: gasRequest, Run: o.requestCallback},
		"requestWithSeed": {Kind: contract.Payable, Gas: gasRequest, Run: o.requestWithSeed},
		"deliver":         {Kind: contract.Write, Gas: gasDeliver, Run: o.deliver},
		"estimateFee":     {Kind: contract.View, Gas: gasView, Run: o.estimateFee},
		"isFinalized":     {Kind: contract.View, Gas: gasView, Run: o.isFinalized},
		"result":          {Kind: contract.View, Gas: gasView, Run: o.result},
	}), nil
}
