package localnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	clienttypes "github.com/cosmos/ibc-go/v11/modules/core/02-client/types"
	ibcexported "github.com/cosmos/ibc-go/v11/modules/core/exported"

	"github.com/imochain/imod/localnet/relayer"
)

const (
	relayerName = "relayer" // account on both chains, process, folder
	// relayerPrice is how many times the floor the relayer pays per gas, so that it goes on while blocks are full.
	relayerPrice = 2
	syncTimeout  = time.Minute
	linkTimeout  = 5 * time.Minute
)

// link links the chains unless they are, and starts the relayer.
func (n *Network) link(ctx context.Context, chain Chain, peer *Network, rly string, progress io.Writer) error {
	r := n.relayer(peer)
	r.Executable = rly
	if !n.linkedTo(ctx, chain, peer) {
		if err := n.newLink(ctx, chain, peer, r, progress); err != nil {
			return err
		}
	}
	return n.relay(ctx, r)
}

// relayer describes rly's home.
func (n *Network) relayer(peer *Network) relayer.Relayer {
	r := relayer.Relayer{Home: filepath.Join(n.home, relayerName)}
	for i, one := range []*Network{n, peer} {
		r.Chains[i] = relayer.Chain{
			ID: one.ChainID, RPC: one.Nodes[0].RPC, Prefix: sdk.GetConfig().GetBech32AccountAddrPrefix(), Key: relayerName, CoinType: coinType,
			GasPrices: one.relayerPrice(),
		}
	}
	return r
}

// relayerPrice is what the relayer pays per gas.
func (n *Network) relayerPrice() string {
	price, err := sdk.ParseDecCoin(n.GasPrice)
	if err != nil {
		return n.GasPrice
	}
	price.Amount = price.Amount.MulInt(math.NewInt(relayerPrice))
	return price.String()
}

// linkedTo tells whether the link of an earlier start still holds: the same two chains, and clients that nobody has to renew.
func (n *Network) linkedTo(ctx context.Context, chain Chain, peer *Network) bool {
	if n.IBC == nil || n.IBC.PeerNode != peer.Nodes[0].ID {
		return false
	}
	for i, one := range []*Network{n, peer} {
		client, err := one.Client(chain, 0)
		if err != nil {
			return false
		}
		res, err := clienttypes.NewQueryClient(client.Conn()).ClientStatus(ctx, &clienttypes.QueryClientStatusRequest{ClientId: n.IBC.Ends[i].Client})
		if client.Close() != nil || err != nil || res.Status != ibcexported.Active.String() {
			return false
		}
	}
	return true
}

// newLink makes a home for the relayer, links the chains and notes the link in network.json.
func (n *Network) newLink(ctx context.Context, chain Chain, peer *Network, r relayer.Relayer, progress io.Writer) error {
	began := time.Now()
	if err := os.RemoveAll(r.Home); err != nil {
		return err
	}
	if err := r.Write(); err != nil {
		return err
	}
	for i, one := range []*Network{n, peer} {
		if err := one.copyKey(chain, relayerName, r.Keys(r.Chains[i].ID)); err != nil {
			return err
		}
	}
	log, err := os.OpenFile(n.LogFile(relayerName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close() //nolint:errcheck // the process has its own descriptor
	linking, cancel := context.WithTimeoutCause(ctx, linkTimeout, fmt.Errorf("not within %s", linkTimeout))
	defer cancel()
	if err := r.Link(linking, log, progress); err != nil {
		return fmt.Errorf("%w; the end of %s:\n%s", err, n.LogFile(relayerName), n.logTail(relayerName, tailLines))
	}
	client, err := n.Client(chain, 0)
	if err != nil {
		return err
	}
	defer client.Close() //nolint:errcheck // nothing was written
	ends, err := r.Ends(ctx, client.Conn())
	if err != nil {
		return err
	}
	n.IBC = &Link{Home: peer.home, PeerNode: peer.Nodes[0].ID, Relayer: n.LogFile(relayerName)}
	for i, one := range []*Network{n, peer} {
		n.IBC.Ends[i] = LinkEnd{ChainID: one.ChainID, RPC: one.Nodes[0].RPC, GRPC: one.Nodes[0].GRPC, REST: one.Nodes[0].REST, End: ends[i]}
	}
	fmt.Fprintf(progress, "linked %s (%s) and %s (%s) after %s\n", n.ChainID, ends[0].Channel, peer.ChainID, ends[1].Channel,
		time.Since(began).Round(100*time.Millisecond))
	return writeJSON(filepath.Join(n.home, networkFile), n)
}

// copyKey puts an account's key into the test keyring of a folder.
func (n *Network) copyKey(chain Chain, name, dir string) error {
	records, err := n.Keys()
	if err != nil {
		return err
	}
	for _, record := range records {
		if record.Name == name {
			return saveKeys(chain, dir, []member{{KeyRecord: record}})
		}
	}
	return fmt.Errorf("the network has no account %s", name)
}

// relay starts the relaying process and waits until it has caught up with both chains.
func (n *Network) relay(ctx context.Context, r relayer.Relayer) error {
	said := n.synced()
	cmd, err := n.launch(r.Executable, relayerName, nil, nil)
	if err != nil {
		return err
	}
	ended := make(chan string, 1)
	watch(cmd, relayerName, ended)
	ctx, cancel := context.WithTimeoutCause(ctx, syncTimeout, fmt.Errorf("the relayer has not caught up within %s", syncTimeout))
	defer cancel()
	return n.waitFor(ctx, ended, func() (bool, string) {
		return n.synced() >= said+len(r.Chains), ""
	}, io.Discard)
}

// synced counts how often the relayer said that it has caught up with a chain; a log that cannot be read says nothing.
func (n *Network) synced() int {
	raw, err := os.ReadFile(n.LogFile(relayerName))
	if err != nil {
		return 0
	}
	return strings.Count(string(raw), relayer.Synced)
}

// StartRelayer starts the relayer of a linked network that was ended. It returns when the process has caught up.
func (n *Network) StartRelayer(ctx context.Context, rly string) error {
	if n.IBC == nil {
		return errors.New("the network is not linked; start it with --ibc")
	}
	return n.relay(ctx, relayer.Relayer{Home: filepath.Join(n.home, relayerName), Executable: rly})
}
