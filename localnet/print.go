package localnet

import (
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"text/tabwriter"

	imotypes "github.com/imochain/imod/x/imo/types"
)

// DevMnemonic is the test mnemonic that Ethereum's tools share. Its keys are public: whatever a network of value holds there is gone.
const DevMnemonic = "test test test test test test test test test test test junk"

// Print shows people where the network answers, where its files lie, and on a local network the accounts with public keys.
func (n *Network) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "chain id\t%s (%s network)\n", n.ChainID, n.Kind)
	fmt.Fprintf(w, "EVM chain id\t%d\n", n.EVMChainID)
	fmt.Fprintf(w, "pages\t%s\n", n.Pages())
	if n.Faucet != nil {
		fmt.Fprintf(w, "faucet\t%s\n", n.Faucet.URL)
	}
	fmt.Fprintf(w, "keys\t%s\n", filepath.Join(n.home, keysFile))
	fmt.Fprintf(w, "logs\t%s\n", n.LogFile("*"))
	fmt.Fprintln(w, "\nnode\tRPC\tREST\tgRPC\tJSON-RPC\tmetrics")
	for _, node := range n.Nodes {
		fmt.Fprintf(w, "%s (%s)\t%s\t%s\t%s\t%s\t%s\n", node.Name, node.Moniker, node.RPC, node.REST, node.GRPC, node.JSONRPC, node.Metrics)
	}
	if n.IBC != nil && n.Running(relayerName) {
		n.IBC.print(w)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return n.printDevAccounts(out)
}

// print shows the second chain and the channel between both.
func (l *Link) print(out io.Writer) {
	fmt.Fprintln(out, "\nIBC\tRPC\tREST\tgRPC\tclient\ttransfer channel")
	for _, end := range l.Ends {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n", end.ChainID, end.RPC, end.REST, end.GRPC, end.Client, end.Channel)
	}
	fmt.Fprintf(out, "second chain\t%s (--home)\n", l.Home)
	fmt.Fprintf(out, "relayer\t%s\n", l.Relayer)
}

// Pages is where a browser finds the pages of the network.
func (n *Network) Pages() string { return n.Nodes[0].REST + "/web/" }

// printDevAccounts prints private keys that everybody knows, so that a wallet or a script can use them at once.
func (n *Network) printDevAccounts(out io.Writer) error {
	if n.Kind != imotypes.NETWORK_KIND_LOCAL.Word() {
		return nil
	}
	records, err := n.Keys()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	count := 0
	for _, r := range records {
		if r.Mnemonic != DevMnemonic {
			continue
		}
		key, err := n.Key(r.Name)
		if err != nil {
			return err
		}
		if count++; count == 1 {
			fmt.Fprint(w, "\nFunded accounts. EVERYBODY has these keys: use them on this machine only, never on another network.\n")
			fmt.Fprintln(w, "account\taddress\tEthereum address\tprivate key")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t0x%s\n", r.Name, r.Address, r.EthAddress, hex.EncodeToString(key.Priv.Key))
	}
	if count > 0 {
		fmt.Fprintf(w, "mnemonic\t%s (m/44'/60'/0'/0/i)\n", DevMnemonic)
	}
	return w.Flush()
}
