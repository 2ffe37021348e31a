// Package token is the precompiled contract of a model's token: ERC-20 over the bank denom, as
// upstream implements it, and the holders' share of revenue (ERC-7641) over x/revshare.
package token

import (
	"bytes"
	"context"
	_ "embed"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"

	sdk "github.com/cosmos/cosmos-sdk/types"

	ibcutils "github.com/cosmos/evm/ibc"
	cmn "github.com/cosmos/evm/precompiles/common"
	"github.com/cosmos/evm/precompiles/erc20"
	erc20types "github.com/cosmos/evm/x/erc20/types"

	"github.com/imochain/imod/precompiles/contract"
)

//go:embed abi.json
var abiJSON []byte

// Gas of the methods that this package adds, taken before they run; state access is charged
// besides. syncGas is also the least gas with which a plain transfer is credited at once.
const (
	gasWrite = 20_000
	gasView  = 3_000
	syncGas  = 150_000
)

// RevenueKeeper is what the contract needs of x/revshare.
type RevenueKeeper interface {
	ClaimableRevenue(ctx context.Context, shareDenom string, holder sdk.AccAddress, upTo uint64) (sdk.Coins, error)
	RevenueOf(ctx context.Context, shareDenom string, holder sdk.AccAddress, epoch uint64) (sdk.Coins, error)
	Claim(ctx context.Context, holder sdk.AccAddress, shareDenom string, upTo uint64) (sdk.Coins, error)
	ClaimFor(ctx context.Context, caller, holder sdk.AccAddress, shareDenom string, upTo uint64) (sdk.Coins, error)
	CurrentEpoch(ctx context.Context) (uint64, error)
	Sweep(ctx context.Context, shareDenom string) (sdk.Coins, error)
	Unswept(ctx context.Context, shareDenom string) (sdk.Coins, error)
	Redeem(ctx context.Context, holder sdk.AccAddress, burnt sdk.Coin) (sdk.Coins, error)
	Redeemable(ctx context.Context, burnt sdk.Coin, lying sdk.Coins) (sdk.Coins, error)
	PermitNonce(ctx context.Context, shareDenom string, owner sdk.AccAddress) (uint64, error)
	UsePermit(ctx context.Context, shareDenom string, owner sdk.AccAddress) (uint64, error)
}

// Pairs knows the ERC-20 addresses of bank denoms.
type Pairs interface {
	GetTokenDenom(ctx sdk.Context, token common.Address) (string, error)
	GetCoinAddress(ctx sdk.Context, denom string) (common.Address, error)
}

// Deps are the keepers behind every token.
type Deps struct {
	Revenue  RevenueKeeper
	Bank     cmn.BankKeeper
	ERC20    erc20.Erc20Keeper
	Pairs    Pairs
	Transfer ibcutils.TransferKeeper
	// NativeDenom is the gas coin.
	NativeDenom string
	// ChainID is the EVM's chain id, part of every signed allowance.
	ChainID uint64

	api abi.ABI
}

// Prepare parses the interface once.
func (d Deps) Prepare() (Deps, error) {
	api, err := abi.JSON(bytes.NewReader(abiJSON))
	d.api = api
	return d, err
}

type token struct {
	Deps
	denom string
	base  *erc20.Precompile
}

// New returns the contract of one token.
func New(deps Deps, address common.Address, denom string) *contract.Contract {
	pair := erc20types.NewTokenPair(address, denom, erc20types.OWNER_MODULE)
	t := &token{Deps: deps, denom: denom, base: erc20.NewPrecompile(pair, deps.Bank, deps.ERC20, deps.Transfer)}
	return contract.New("model token", address, deps.api, deps.Bank, map[string]contract.Method{
		"name":         t.inherited(contract.View, erc20.GasName),
		"symbol":       t.inherited(contract.View, erc20.GasSymbol),
		"decimals":     t.inherited(contract.View, erc20.GasDecimals),
		"totalSupply":  t.inherited(contract.View, erc20.GasTotalSupply),
		"balanceOf":    t.inherited(contract.View, erc20.GasBalanceOf),
		"allowance":    t.inherited(contract.View, erc20.GasAllowance),
		"transfer":     {Kind: contract.Write, Gas: erc20.GasTransfer, Run: t.transfer},
		"approve":      t.inherited(contract.Write, erc20.GasApprove),
		"transferFrom": {Kind: contract.Write, Gas: erc20.GasTransferFrom, Run: t.transferFrom},

		"claimableRevenue": {Kind: contract.View, Gas: gasView, Run: t.claimableRevenue},
		"revenueOf":        {Kind: contract.View, Gas: gasView, Run: t.revenueOf},
		"claim":            {Kind: contract.Write, Gas: gasWrite, Run: t.claim},
		"claimBatch":       {Kind: contract.Write, Gas: gasWrite, Run: t.claimBatch},
		"claimFor":         {Kind: contract.Write, Gas: gasWrite, Run: t.claimFor},
		"snapshot":         {Kind: contract.Write, Gas: gasWrite, Run: t.snapshot},
		"claimableERC20":   {Kind: contract.View, Gas: gasView, Run: t.claimableERC20},

		"redeemableOnBurn":      {Kind: contract.View, Gas: gasView, Run: t.redeemableOnBurn},
		"redeemableERC20OnBurn": {Kind: contract.View, Gas: gasView, Run: t.redeemableERC20OnBurn},
		"burn":                  {Kind: contract.Write, Gas: gasWrite, Run: t.burn},

		"permit":           {Kind: contract.Write, Gas: gasPermit, Run: t.permit},
		"nonces":           {Kind: contract.View, Gas: gasView, Run: t.nonces},
		"DOMAIN_SEPARATOR": {Kind: contract.View, Gas: gasView, Run: t.domainSeparator},

		"sync": {Kind: contract.Write, Gas: gasWrite, Run: t.sync},
	}).WithReceive(contract.Method{Kind: contract.Payable, Gas: syncGas, Run: t.sync})
}

// inherited hands an ERC-20 method to upstream's implementation.
func (t *token) inherited(kind contract.Kind, gas uint64) contract.Method {
	return contract.Method{Kind: kind, Gas: gas, Run: func(c *contract.Call, args []any) ([]byte, error) {
		return t.base.HandleMethod(c.Ctx, c.Frame, c.State, c.Method, args)
	}}
}
