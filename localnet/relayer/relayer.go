// Package relayer prepares and runs rly, the IBC relayer, for two chains on this machine: it writes rly's home, links the
// chains by clients, a connection and a transfer channel, and says how the relaying process is started. `make relayer`
// builds the program (tools/rly).
package relayer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"google.golang.org/grpc"

	transfertypes "github.com/cosmos/ibc-go/v11/modules/apps/transfer/types"
	channeltypes "github.com/cosmos/ibc-go/v11/modules/core/04-channel/types"
)

const (
	// path is rly's name for the two chains.
	path = "link"
	// progressStep is how often a link that takes long says so.
	progressStep = 5 * time.Second
	// Synced is what rly's log says of each of the two chains when it has caught up with it.
	Synced = "Chain is in sync"
)

// Chain is what rly needs to know of a chain.
type Chain struct {
	ID     string
	RPC    string // http://127.0.0.1:26657
	Prefix string // of the chain's addresses
	// Key names the account that pays and signs, in the test keyring of Relayer.Keys.
	Key       string
	CoinType  int
	GasPrices string // such as 2000000000aimo
}

// Relayer is a home of rly with the path between two chains.
type Relayer struct {
	Home       string
	Executable string
	Chains     [2]Chain
}

// End is what a chain has of a link.
type End struct {
	Client     string `json:"client_id"`
	Connection string `json:"connection_id"`
	Channel    string `json:"channel_id"`
}

// Check says whether the program is there, and if not, how to get it.
func Check(executable string) error {
	info, err := os.Stat(executable)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the IBC relayer %s is not built: run `make relayer` (minutes, the first time)", executable)
	}
	if err == nil && (info.IsDir() || info.Mode()&0o111 == 0) {
		return fmt.Errorf("the IBC relayer %s is no program", executable)
	}
	return err
}

// Keys is the folder whose test keyring holds the key for a chain.
func (r Relayer) Keys(chainID string) string { return filepath.Join(r.Home, "keys", chainID) }

// StartArgs are the arguments of the process that relays, which runs until it is ended. It looks back for packets that were
// sent while it was away.
func (r Relayer) StartArgs() []string {
	return []string{"start", path, "--home", r.Home, "--flush-interval", "1m"}
}

// Link makes clients, connection and transfer channel, or what is missing of them, and returns when the channel is open: 20
// seconds with blocks of one second. What rly says goes to log, lines for people to progress.
func (r Relayer) Link(ctx context.Context, log, progress io.Writer) error {
	cmd := exec.CommandContext(ctx, r.Executable, "tx", "link", path, "--home", r.Home,
		"--src-port", transfertypes.PortID, "--dst-port", transfertypes.PortID, "--version", transfertypes.V1, "--max-retries", "5")
	cmd.Stdout, cmd.Stderr = log, log
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	for {
		select {
		case err := <-done:
			if err != nil {
				return fmt.Errorf("linking %s and %s: %w", r.Chains[0].ID, r.Chains[1].ID, err)
			}
			return nil
		case <-time.After(progressStep):
			fmt.Fprintf(progress, "linking %s and %s: clients, connection, channel (%s)\n",
				r.Chains[0].ID, r.Chains[1].ID, time.Since(began).Round(time.Second))
		}
	}
}

// Ends reads what Link made: clients and connections from rly's home, the channels from the first chain.
func (r Relayer) Ends(ctx context.Context, first grpc.ClientConnInterface) ([2]End, error) {
	ends, err := r.linked()
	if err != nil {
		return ends, err
	}
	res, err := channeltypes.NewQueryClient(first).ConnectionChannels(ctx, &channeltypes.QueryConnectionChannelsRequest{Connection: ends[0].Connection})
	if err != nil {
		return ends, err
	}
	for _, c := range res.Channels {
		if c.State == channeltypes.OPEN && c.PortId == transfertypes.PortID {
			ends[0].Channel, ends[1].Channel = c.ChannelId, c.Counterparty.ChannelId
			return ends, nil
		}
	}
	return ends, fmt.Errorf("%s has no open transfer channel over %s", r.Chains[0].ID, ends[0].Connection)
}
