package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/clients/chaininfo"
)

// maxMetadata bounds what a node answers when it is asked for its coins.
const maxMetadata = 8 << 20

// networkInfo is what this program tells others of a network of the chain.
func networkInfo(chainID string) chaininfo.Chain {
	test := strings.Contains(chainID, "local") || strings.Contains(chainID, "test")
	name := app.DisplayDenom
	if test {
		name += "testnet"
	}
	return chaininfo.Chain{
		Name: name, PrettyName: "IMO (" + chainID + ")", ChainID: chainID, EVMChainID: app.EVMChainID, Bech32Prefix: app.Bech32Prefix,
		CoinType: sdk.GetConfig().GetCoinType(), Denom: app.BaseDenom, Display: app.DisplayDenom, Symbol: strings.ToUpper(app.DisplayDenom),
		Decimals: app.Decimals, GasPrice: app.MinGasPrice, Daemon: app.Name, Home: "$HOME/.imod", Repository: "https://github.com/imochain/imod",
		TestNetwork: test,
	}
}

func chainInfoCmd() *cobra.Command {
	var chainID, rpc, rest, grpc, evm, out string
	var tokens bool
	cmd := &cobra.Command{
		Use:   "chain-info [format]",
		Short: "Describe the network to wallets, the chain registry and relayers",
		Long: `Writes what other programs are told of the network: ` + strings.Join(chaininfo.Formats(), ", ") + `.
chain.json and assetlist.json are those of the Cosmos chain registry, keplr.json is the argument of experimentalSuggestChain,
metamask.json that of wallet_addEthereumChain, hermes.toml a section for the Hermes relayer (a sample, untested).
With --tokens the coins that the node at --rest knows, model tokens among them, are listed as well.`,
		Example:           "  imod chain-info keplr.json\n  imod chain-info --out build/info --tokens",
		Args:              cobra.MaximumNArgs(1),
		ValidArgs:         chaininfo.Formats(),
		PersistentPreRunE: noApplication,
		RunE: func(cmd *cobra.Command, args []string) error {
			chain := networkInfo(chainID)
			chain.RPC, chain.REST, chain.GRPC, chain.JSONRPC = rpc, rest, grpc, evm
			if tokens {
				var err error
				if chain.Tokens, err = askTokens(cmd.Context(), rest, chain.Denom); err != nil {
					return fmt.Errorf("--tokens asks %s: %w", rest, err)
				}
			}
			if len(args) == 1 {
				text, err := chain.Describe(args[0])
				if err != nil {
					return err
				}
				_, err = cmd.OutOrStdout().Write(text)
				return err
			}
			return writeChainInfo(cmd, chain, out)
		},
	}
	cmd.Flags().StringVar(&chainID, "chain-id", "imo-local-1", "chain id")
	cmd.Flags().StringVar(&rpc, "rpc", "http://127.0.0.1:26657", "CometBFT RPC that programs are told of")
	cmd.Flags().StringVar(&rest, "rest", "http://127.0.0.1:1317", "REST address that programs are told of")
	cmd.Flags().StringVar(&grpc, "grpc", "http://127.0.0.1:9090", "gRPC address that programs are told of")
	cmd.Flags().StringVar(&evm, "evm-rpc", "http://127.0.0.1:8545", "Ethereum JSON-RPC that programs are told of")
	cmd.Flags().StringVar(&out, "out", ".", "folder for all formats, when none is named")
	cmd.Flags().BoolVar(&tokens, "tokens", false, "list the coins that the node knows")
	return cmd
}

func writeChainInfo(cmd *cobra.Command, chain chaininfo.Chain, folder string) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	for _, format := range chaininfo.Formats() {
		text, err := chain.Describe(format)
		if err != nil {
			return err
		}
		path := filepath.Join(folder, format)
		if err := os.WriteFile(path, text, 0o644); err != nil { //nolint:gosec // public
			return err
		}
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), path); err != nil {
			return err
		}
	}
	return nil
}

// askTokens reads the coins that a node has metadata of, but for the base denom.
func askTokens(ctx context.Context, rest, base string) ([]chaininfo.Token, error) {
	address, err := url.JoinPath(rest, "cosmos/bank/v1beta1/denoms_metadata")
	if err != nil {
		return nil, err
	}
	var tokens []chaininfo.Token
	for key := ""; ; {
		page, next, err := askMetadata(ctx, address+"?pagination.limit=100&pagination.key="+url.QueryEscape(key))
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			if t, ok := m.token(); ok && t.Base != base {
				tokens = append(tokens, t)
			}
		}
		if next == "" {
			return tokens, nil
		}
		key = next
	}
}

// metadata is a coin as the bank's REST query writes it.
type metadata struct {
	Description string `json:"description"`
	Base        string `json:"base"`
	Display     string `json:"display"`
	Name        string `json:"name"`
	Symbol      string `json:"symbol"`
	Units       []struct {
		Denom    string `json:"denom"`
		Exponent int    `json:"exponent"`
	} `json:"denom_units"`
}

func (m metadata) token() (chaininfo.Token, bool) {
	for _, unit := range m.Units {
		if unit.Denom == m.Display {
			return chaininfo.Token{
				Description: m.Description, Base: m.Base, Display: m.Display, Name: m.Name, Symbol: m.Symbol, Decimals: unit.Exponent,
			}, true
		}
	}
	return chaininfo.Token{}, false
}

func askMetadata(ctx context.Context, address string) ([]metadata, string, error) {
	ctx, cancel := context.WithTimeout(ctx, webHeaderTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close() //nolint:errcheck // read only
	var answer struct {
		Metadatas  []metadata `json:"metadatas"`
		Pagination struct {
			Next string `json:"next_key"`
		} `json:"pagination"`
	}
	if res.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("the node answers %s", res.Status)
	}
	err = json.NewDecoder(http.MaxBytesReader(nil, res.Body, maxMetadata)).Decode(&answer)
	return answer.Metadatas, answer.Pagination.Next, err
}
