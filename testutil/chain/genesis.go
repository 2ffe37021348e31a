package chain

import (
	"encoding/json"

	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	"github.com/imochain/imod/app"
)

// Funds is what every named account starts with.
var Funds = sdkmath.NewIntWithDecimal(1_000_000, app.Decimals)

// makeGenesis returns a genesis with bonded validators and funded accounts.
func (c *Chain) makeGenesis(change func(*app.App, map[string]json.RawMessage)) []byte {
	c.T.Helper()
	a := c.App()
	cdc := a.AppCodec()
	state := a.DefaultGenesis()

	var accounts []authtypes.GenesisAccount
	var balances []banktypes.Balance
	supply := sdk.NewCoins()
	fund := func(address sdk.AccAddress, amount sdkmath.Int) {
		coins := sdk.NewCoins(sdk.NewCoin(app.BaseDenom, amount))
		balances = append(balances, banktypes.Balance{Address: address.String(), Coins: coins})
		supply = supply.Add(coins...)
	}

	var validators []stakingtypes.Validator
	var delegations []stakingtypes.Delegation
	var infos []slashingtypes.SigningInfo
	bonded := sdkmath.ZeroInt()
	for _, v := range c.Validators {
		key, err := cryptocodec.FromCmtPubKeyInterface(v.Key.PubKey())
		require.NoError(c.T, err)
		packed, err := codectypes.NewAnyWithValue(key)
		require.NoError(c.T, err)
		tokens := sdkmath.NewInt(v.Power).Mul(sdk.DefaultPowerReduction)
		operator := sdk.ValAddress(v.Operator.Address())
		validators = append(validators, stakingtypes.Validator{
			OperatorAddress: operator.String(), ConsensusPubkey: packed, Status: stakingtypes.Bonded,
			Tokens: tokens, DelegatorShares: sdkmath.LegacyNewDecFromInt(tokens),
			Description: stakingtypes.Description{Moniker: v.Operator.Name},
			Commission:  stakingtypes.NewCommission(sdkmath.LegacyZeroDec(), sdkmath.LegacyZeroDec(), sdkmath.LegacyZeroDec()), MinSelfDelegation: sdkmath.OneInt(),
		})
		delegations = append(delegations, stakingtypes.NewDelegation(v.Operator.String(), operator.String(), sdkmath.LegacyNewDecFromInt(tokens)))
		address := sdk.ConsAddress(v.Address())
		infos = append(infos, slashingtypes.SigningInfo{
			Address:              address.String(),
			ValidatorSigningInfo: slashingtypes.ValidatorSigningInfo{Address: address.String()},
		})
		accounts = append(accounts, authtypes.NewBaseAccount(v.Operator.Address(), nil, 0, 0))
		fund(v.Operator.Address(), Funds)
		bonded = bonded.Add(tokens)
	}
	fund(authtypes.NewModuleAddress(stakingtypes.BondedPoolName), bonded)
	for _, account := range c.Accounts {
		accounts = append(accounts, authtypes.NewBaseAccount(account.Address(), nil, 0, 0))
		fund(account.Address(), Funds)
	}

	state[authtypes.ModuleName] = cdc.MustMarshalJSON(authtypes.NewGenesisState(authtypes.DefaultParams(), accounts))
	staking := stakingtypes.DefaultGenesisState()
	staking.Validators, staking.Delegations = validators, delegations
	state[stakingtypes.ModuleName] = cdc.MustMarshalJSON(staking)
	slashing := slashingtypes.DefaultGenesisState()
	slashing.SigningInfos = infos
	state[slashingtypes.ModuleName] = cdc.MustMarshalJSON(slashing)
	bank := banktypes.DefaultGenesisState()
	bank.DenomMetadata = []banktypes.Metadata{app.NativeMetadata()}
	bank.Balances, bank.Supply = balances, supply
	state[banktypes.ModuleName] = cdc.MustMarshalJSON(bank)

	if change != nil {
		change(a, state)
	}
	bytes, err := json.Marshal(state)
	require.NoError(c.T, err)
	return bytes
}
