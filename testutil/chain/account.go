package chain

import (
	"crypto/sha256"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"

	"github.com/cosmos/evm/crypto/ethsecp256k1"
	evmtypes "github.com/cosmos/evm/x/vm/types"

	"github.com/imochain/imod/app"
)

// Account is a key whose two addresses are the same 20 bytes.
type Account struct {
	Name string
	Key  *ethsecp256k1.PrivKey
}

// NewAccount derives an account from a name.
func NewAccount(name string) Account {
	seed := sha256.Sum256([]byte("account " + name))
	return Account{Name: name, Key: &ethsecp256k1.PrivKey{Key: seed[:]}}
}

// Address returns the account's address.
func (a Account) Address() sdk.AccAddress { return sdk.AccAddress(a.Key.PubKey().Address()) }

// String returns the bech32 address.
func (a Account) String() string { return a.Address().String() }

// EVM returns the account's address as the EVM writes it.
func (a Account) EVM() common.Address { return common.BytesToAddress(a.Address()) }

// Fees of test transactions: a price above any base fee that a test reaches.
const (
	DefaultGas  = 2_000_000
	gasPriceWei = 20_000_000_000
)

// Account returns a funded account by its name.
func (c *Chain) Account(name string) Account {
	c.T.Helper()
	i := slices.IndexFunc(c.Accounts, func(a Account) bool { return a.Name == name })
	require.GreaterOrEqual(c.T, i, 0, "no account %q", name)
	return c.Accounts[i]
}

// Tx signs messages with the account's next sequence.
func (c *Chain) Tx(from Account, msgs ...sdk.Msg) []byte {
	c.T.Helper()
	return c.TxAt(from, 0, msgs...)
}

// TxAt signs messages for the sequence that lies ahead of the committed one.
func (c *Chain) TxAt(from Account, ahead uint64, msgs ...sdk.Msg) []byte {
	c.T.Helper()
	return c.TxWithGas(from, ahead, DefaultGas, msgs...)
}

// TxWithGas signs messages with a gas limit.
func (c *Chain) TxWithGas(from Account, ahead, gas uint64, msgs ...sdk.Msg) []byte {
	c.T.Helper()
	fee := sdk.NewCoins(sdk.NewCoin(app.BaseDenom, sdkmath.NewIntFromUint64(gas).MulRaw(gasPriceWei)))
	return c.TxWithFee(from, ahead, gas, fee, msgs...)
}

// TxWithFee signs messages with a gas limit and a fee, which may be none.
func (c *Chain) TxWithFee(from Account, ahead, gas uint64, fee sdk.Coins, msgs ...sdk.Msg) []byte {
	c.T.Helper()
	config := c.App().TxConfig()
	account := c.App().AccountKeeper.GetAccount(c.Context(), from.Address())
	require.NotNil(c.T, account, "%s has no account", from.Name)
	sequence := account.GetSequence() + ahead

	builder := config.NewTxBuilder()
	require.NoError(c.T, builder.SetMsgs(msgs...))
	builder.SetGasLimit(gas)
	builder.SetFeeAmount(fee)

	sign := c.Wallet
	if sign == nil {
		sign = Direct
	}
	require.NoError(c.T, builder.SetSignatures(signing.SignatureV2{
		PubKey: from.Key.PubKey(), Data: &signing.SingleSignatureData{SignMode: sign.Mode}, Sequence: sequence,
	}))
	document, err := authsigning.GetSignBytesAdapter(c.T.Context(), config.SignModeHandler(), sign.Mode, authsigning.SignerData{
		Address: from.String(), ChainID: ID, AccountNumber: account.GetAccountNumber(), Sequence: sequence, PubKey: from.Key.PubKey(),
	}, builder.GetTx())
	require.NoError(c.T, err)
	signature, err := sign.Sign(from, document)
	require.NoError(c.T, err, "%s: %T", sign.Name, msgs[0])
	require.NoError(c.T, builder.SetSignatures(signing.SignatureV2{
		PubKey: from.Key.PubKey(), Data: &signing.SingleSignatureData{SignMode: sign.Mode, Signature: signature}, Sequence: sequence,
	}))
	bytes, err := config.TxEncoder()(builder.GetTx())
	require.NoError(c.T, err)
	return bytes
}

// Call describes an Ethereum transaction.
type Call struct {
	To    *common.Address
	Value *big.Int
	Data  []byte
	Gas   uint64
	// Ahead is added to the committed nonce.
	Ahead uint64
}

// EthTx signs an Ethereum transaction.
func (c *Chain) EthTx(from Account, call Call) []byte {
	c.T.Helper()
	key, err := ethcrypto.ToECDSA(from.Key.Key)
	require.NoError(c.T, err)
	if call.Gas == 0 {
		call.Gas = DefaultGas
	}
	signer := ethtypes.LatestSignerForChainID(new(big.Int).SetUint64(app.EVMChainID))
	signed, err := ethtypes.SignNewTx(key, signer, &ethtypes.DynamicFeeTx{
		ChainID: new(big.Int).SetUint64(app.EVMChainID), Nonce: c.App().EVMKeeper.GetNonce(c.Context(), from.EVM()) + call.Ahead,
		GasTipCap: big.NewInt(0), GasFeeCap: big.NewInt(gasPriceWei), Gas: call.Gas, To: call.To, Value: call.Value, Data: call.Data,
	})
	require.NoError(c.T, err)
	var msg evmtypes.MsgEthereumTx
	require.NoError(c.T, msg.FromSignedEthereumTx(signed, signer))
	tx, err := msg.BuildTx(c.App().TxConfig().NewTxBuilder(), app.BaseDenom)
	require.NoError(c.T, err)
	bytes, err := c.App().TxConfig().TxEncoder()(tx)
	require.NoError(c.T, err)
	return bytes
}

// Balance returns what an account has of a denom.
func (c *Chain) Balance(address sdk.AccAddress, denom string) sdkmath.Int {
	return c.App().BankKeeper.GetBalance(c.Context(), address, denom).Amount
}
