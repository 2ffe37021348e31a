package localnet

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Print shows people where the network answers and where its files lie.
func (n *Network) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "chain\t%s (EVM %d)\n", n.ChainID, n.EVMChainID)
	fmt.Fprintln(w, "node\tRPC\tREST\tgRPC\tJSON-RPC\tmetrics")
	for _, node := range n.Nodes {
		fmt.Fprintf(w, "%s (%s)\t%s\t%s\t%s\t%s\t%s\n", node.Name, node.Moniker, node.RPC, node.REST, node.GRPC, node.JSONRPC, node.Metrics)
	}
	if n.Faucet != nil {
		fmt.Fprintf(w, "faucet\t%s\n", n.Faucet.URL)
	}
	fmt.Fprintf(w, "keys\t%s\n", n.home+"/"+keysFile)
	fmt.Fprintf(w, "logs\t%s\n", n.LogFile("*"))
	return w.Flush()
}
