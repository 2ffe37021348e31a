package localnet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/cosmos/cosmos-sdk/codec"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// appState is the application part of a genesis, by module.
type appState = map[string]json.RawMessage

// baseGenesis is the default genesis with config.yml's part laid over it, before accounts and validators.
func baseGenesis(chain Chain, cfg *Config) (*genutiltypes.AppGenesis, appState, []string, error) {
	state, err := json.Marshal(chain.DefaultGenesis())
	if err != nil {
		return nil, nil, nil, err
	}
	doc := genutiltypes.NewAppGenesisWithVersion(fmt.Sprint(cfg.Genesis["chain_id"]), state)
	doc.InitialHeight = 1
	doc.GenesisTime = time.Now().UTC().Truncate(time.Second)
	if err := doc.ValidateAndComplete(); err != nil {
		return nil, nil, nil, fmt.Errorf("genesis: %w", err)
	}
	if chain.CompleteGenesis != nil {
		chain.CompleteGenesis(doc)
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, nil, nil, err
	}
	var tree map[string]any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&tree); err != nil {
		return nil, nil, nil, err
	}
	warnings, err := mergeGenesis(tree, cfg.Genesis, "genesis")
	if err != nil {
		return nil, nil, nil, err
	}
	if raw, err = json.Marshal(tree); err != nil {
		return nil, nil, nil, err
	}
	if doc, err = genutiltypes.AppGenesisFromReader(bytes.NewReader(raw)); err != nil {
		return nil, nil, nil, fmt.Errorf("genesis: %w", err)
	}
	if err := doc.ValidateAndComplete(); err != nil {
		return nil, nil, nil, fmt.Errorf("genesis: %w", err)
	}
	var modules appState
	if err := json.Unmarshal(doc.AppState, &modules); err != nil {
		return nil, nil, nil, fmt.Errorf("genesis.app_state: %w", err)
	}
	return doc, modules, warnings, nil
}

// validator is what the genesis says of one, besides its transaction.
type validator struct {
	consensus cryptotypes.PubKey
	tip       []byte // of its hash chain; empty for none
	mirror    string // where its sidecar offers bundles
}

// buildGenesis completes the base with accounts, balances, the validators' signed transactions and what x/oracle knows of them,
// and validates the whole.
func buildGenesis(ctx context.Context, chain Chain, cfg *Config, members []member, validators []validator) ([]byte, []string, error) {
	doc, modules, warnings, err := baseGenesis(chain, cfg)
	if err != nil {
		return nil, nil, err
	}
	if err := markLocal(chain.Codec, cfg, modules); err != nil {
		return nil, nil, err
	}
	if err := addAccounts(chain.Codec, modules, members); err != nil {
		return nil, nil, err
	}
	if err := addNodes(chain.Codec, modules, validators); err != nil {
		return nil, nil, err
	}
	var staking stakingtypes.GenesisState
	if err := unmarshalModule(chain.Codec, modules, stakingtypes.ModuleName, &staking); err != nil {
		return nil, nil, err
	}
	byName := make(map[string]member, len(members))
	for _, m := range members {
		byName[m.Name] = m
	}
	txs := make([]sdk.Tx, 0, len(validators))
	for i, v := range validators {
		tx, err := genTx(ctx, chain, cfg, i, byName[cfg.Validators[i].Name], v.consensus, staking.Params.BondDenom)
		if err != nil {
			return nil, nil, err
		}
		txs = append(txs, tx)
	}
	if modules, err = genutil.SetGenTxsInAppGenesisState(chain.Codec, chain.TxConfig.TxJSONEncoder(), modules, txs); err != nil {
		return nil, nil, err
	}
	if err := chain.ValidateGenesis(modules); err != nil {
		return nil, nil, fmt.Errorf("genesis.app_state: %w", err)
	}
	if doc.AppState, err = json.MarshalIndent(modules, "", "  "); err != nil {
		return nil, nil, err
	}
	raw, err := json.MarshalIndent(doc, "", "  ")
	return raw, warnings, err
}

// markLocal writes into the genesis that the network is a local one: its keys are public, so nothing may say otherwise.
func markLocal(cdc codec.Codec, cfg *Config, modules appState) error {
	var imo imotypes.GenesisState
	if err := unmarshalModule(cdc, modules, imotypes.ModuleName, &imo); err != nil {
		return err
	}
	const local = imotypes.NETWORK_KIND_LOCAL
	if stated := lookup(cfg.Genesis, "app_state.imo.network_kind"); stated != nil && imo.NetworkKind != local {
		return keyError("genesis.app_state.imo.network_kind", stated, "a network of public keys on one machine is %s", local)
	}
	imo.NetworkKind = local
	var err error
	modules[imotypes.ModuleName], err = cdc.MarshalJSON(&imo)
	return err
}

// addNodes registers the hash chains of the validators, so that seeds are assigned from the first block on, and their
// mirrors, so that sidecars find each other's bundles.
func addNodes(cdc codec.Codec, modules appState, validators []validator) error {
	var oracle oracletypes.GenesisState
	if err := unmarshalModule(cdc, modules, oracletypes.ModuleName, &oracle); err != nil {
		return err
	}
	for _, v := range validators {
		address := sdk.ConsAddress(v.consensus.Address()).String()
		if len(v.tip) != 0 {
			oracle.BeaconChains = append(oracle.BeaconChains, oracletypes.BeaconChain{Validator: address, Tip: v.tip})
		}
		oracle.Policies = append(oracle.Policies, oracletypes.Policy{Validator: address, Mirror: v.mirror})
	}
	var err error
	modules[oracletypes.ModuleName], err = cdc.MarshalJSON(&oracle)
	return err
}

// addAccounts puts every account with its coins into auth and bank and counts the supply.
func addAccounts(cdc codec.Codec, modules appState, members []member) error {
	var auth authtypes.GenesisState
	if err := unmarshalModule(cdc, modules, authtypes.ModuleName, &auth); err != nil {
		return err
	}
	var bank banktypes.GenesisState
	if err := unmarshalModule(cdc, modules, banktypes.ModuleName, &bank); err != nil {
		return err
	}
	accounts, err := authtypes.UnpackAccounts(auth.Accounts)
	if err != nil {
		return err
	}
	for _, m := range members {
		for _, present := range accounts {
			if present.GetAddress().Equals(m.addr) {
				return keyError("accounts", m.Name, "%s is already in genesis.app_state.auth", m.Address)
			}
		}
		accounts = append(accounts, authtypes.NewBaseAccount(m.addr, nil, 0, 0))
		bank.Balances = append(bank.Balances, banktypes.Balance{Address: m.Address, Coins: m.coins})
		bank.Supply = bank.Supply.Add(m.coins...)
		for _, total := range bank.Supply {
			if total.Amount.BigInt().BitLen() > maxAmountBits {
				return keyError("accounts", m.Name, "with its coins the supply of %s passes 2^%d", total.Denom, maxAmountBits)
			}
		}
	}
	accounts = authtypes.SanitizeGenesisAccounts(accounts)
	bank.Balances = banktypes.SanitizeGenesisBalances(bank.Balances)
	if auth.Accounts, err = authtypes.PackAccounts(accounts); err != nil {
		return err
	}
	if modules[authtypes.ModuleName], err = cdc.MarshalJSON(&auth); err != nil {
		return err
	}
	modules[banktypes.ModuleName], err = cdc.MarshalJSON(&bank)
	return err
}

func unmarshalModule(cdc codec.JSONCodec, modules appState, name string, target interface {
	Reset()
	String() string
	ProtoMessage()
},
) error {
	raw, ok := modules[name]
	if !ok {
		return fmt.Errorf("the application has no module %s", name)
	}
	if err := cdc.UnmarshalJSON(raw, target); err != nil {
		return fmt.Errorf("genesis.app_state.%s: %s", name, strings.TrimSpace(err.Error()))
	}
	return nil
}
