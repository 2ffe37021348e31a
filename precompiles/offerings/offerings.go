// Package offerings is the precompiled contract at 0x…0a01: bids, collection, refunds, exits, markets and
// treasuries of x/imo for callers of the EVM. It holds no rule; the messages of x/imo do.
package offerings

import (
	"bytes"
	_ "embed"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	cmn "github.com/cosmos/evm/precompiles/common"

	"github.com/imochain/imod/precompiles/contract"
	imotypes "github.com/imochain/imod/x/imo/types"
)

// Address is where the contract lives, in its checksum form.
const Address = "0x0000000000000000000000000000000000000a01"

//go:embed abi.json
var abiJSON []byte

// Gas of the methods, taken before they run; state access is charged besides.
const (
	gasWrite = 20_000
	gasView  = 3_000
)

type offerings struct {
	msgs    imotypes.MsgServer
	queries imotypes.QueryServer
	bank    cmn.BankKeeper
	denom   string
}

// New returns the contract. denom is the gas coin, in which value travels.
func New(msgs imotypes.MsgServer, queries imotypes.QueryServer, bank cmn.BankKeeper, denom string) (*contract.Contract, error) {
	api, err := abi.JSON(bytes.NewReader(abiJSON))
	if err != nil {
		return nil, err
	}
	o := offerings{msgs: msgs, queries: queries, bank: bank, denom: denom}
	return contract.New("offerings", common.HexToAddress(Address), api, bank, map[string]contract.Method{
		"placeBid":              {Kind: contract.Payable, Gas: gasWrite, Run: o.placeBid},
		"placeOwnBid":           {Kind: contract.Payable, Gas: gasWrite, Run: o.placeOwnBid},
		"placeBidFor":           {Kind: contract.Payable, Gas: gasWrite, Run: o.placeBidFor},
		"cancelBid":             {Kind: contract.Write, Gas: gasWrite, Run: o.cancelBid},
		"finalize":              {Kind: contract.Write, Gas: gasWrite, Run: o.finalize},
		"collect":               {Kind: contract.Write, Gas: gasWrite, Run: o.collect},
		"collectFor":            {Kind: contract.Write, Gas: gasWrite, Run: o.collectFor},
		"refund":                {Kind: contract.Write, Gas: gasWrite, Run: o.refund},
		"refundFor":             {Kind: contract.Write, Gas: gasWrite, Run: o.refundFor},
		"exit":                  {Kind: contract.Write, Gas: gasWrite, Run: o.exit},
		"exitLot":               {Kind: contract.Write, Gas: gasWrite, Run: o.exitLot},
		"exitAtLeast":           {Kind: contract.Write, Gas: gasWrite, Run: o.exitAtLeast},
		"exitLotAtLeast":        {Kind: contract.Write, Gas: gasWrite, Run: o.exitLotAtLeast},
		"release":               {Kind: contract.Write, Gas: gasWrite, Run: o.release},
		"swap":                  {Kind: contract.Payable, Gas: gasWrite, Run: o.swap},
		"addLiquidity":          {Kind: contract.Payable, Gas: gasWrite, Run: o.addLiquidity},
		"removeLiquidity":       {Kind: contract.Write, Gas: gasWrite, Run: o.removeLiquidity},
		"collectPoolRevenue":    {Kind: contract.Write, Gas: gasWrite, Run: o.collectPoolRevenue},
		"collectPoolRevenueFor": {Kind: contract.Write, Gas: gasWrite, Run: o.collectPoolRevenueFor},
		"proposeSpend":          {Kind: contract.Write, Gas: gasWrite, Run: o.proposeSpend},
		"objectSpend":           {Kind: contract.Write, Gas: gasWrite, Run: o.objectSpend},
		"executeSpend":          {Kind: contract.Write, Gas: gasWrite, Run: o.executeSpend},
		"objectVersion":         {Kind: contract.Write, Gas: gasWrite, Run: o.objectVersion},
		"offering":              {Kind: contract.View, Gas: gasView, Run: o.offering},
		"allocation":            {Kind: contract.View, Gas: gasView, Run: o.allocation},
		"expectedPrice":         {Kind: contract.View, Gas: gasView, Run: o.expectedPrice},
		"expectedAllocation":    {Kind: contract.View, Gas: gasView, Run: o.expectedAllocation},
	}), nil
}
