package localnet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	// startTimeout bounds the wait for the first blocks: four nodes take about 4 s when nothing else runs.
	startTimeout = 3 * time.Minute
	startPoll    = 50 * time.Millisecond
	progressStep = 3 * time.Second
	// startBlocks is how many blocks every node must add before the network counts as running.
	startBlocks = 1
	tailLines   = 20
)

// Start brings the network of config.yml up: it stops the one that runs in the same home, makes a new chain unless the old data
// fit, launches nodes and faucet detached, and returns when every node has added blocks. What fails is stopped again.
func Start(ctx context.Context, chain Chain, cfg *Config, opts Options) (*Network, error) {
	if err := opts.complete(); err != nil {
		return nil, err
	}
	p, err := newPlan(ctx, chain, cfg, opts)
	if err != nil {
		return nil, err
	}
	stopped, err := Stop(opts.Home)
	if err != nil {
		return nil, err
	}
	if len(stopped) > 0 {
		fmt.Fprintf(opts.Progress, "stopped the network that ran in %s\n", opts.Home)
	}
	n, err := Open(opts.Home)
	if err != nil || opts.Reset || n.Fingerprint != p.network.Fingerprint {
		fmt.Fprintf(opts.Progress, "making a new chain %s with %d validators in %s\n", p.network.ChainID, len(p.network.Nodes), opts.Home)
		var warnings []string
		if n, warnings, err = Init(ctx, chain, cfg, opts); err != nil {
			return nil, err
		}
		for _, w := range warnings {
			fmt.Fprintf(opts.Progress, "warning: %s\n", w)
		}
	} else {
		fmt.Fprintf(opts.Progress, "going on with chain %s in %s (--reset starts a new one)\n", n.ChainID, opts.Home)
		if err := n.probePorts(); err != nil {
			return nil, err
		}
	}
	if err := n.up(ctx, chain, opts); err != nil {
		_, stopErr := n.stop(stopGrace)
		return nil, errors.Join(err, stopErr)
	}
	return n, nil
}

// up launches everything and waits.
func (n *Network) up(ctx context.Context, chain Chain, opts Options) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startTimeout, fmt.Errorf("no blocks within %s", startTimeout))
	defer cancel()
	ended := make(chan string, len(n.Nodes)+1)
	for _, node := range n.Nodes {
		cmd, err := n.launch(opts.Executable, node.Name, chain.StartArgs, nil)
		if err != nil {
			return err
		}
		watch(cmd, node.Name, ended)
	}
	if n.Faucet != nil { // beside the nodes: it waits for the first of them by itself
		cmd, err := n.launch(opts.Executable, faucetName, nil, nil)
		if err != nil {
			return err
		}
		watch(cmd, faucetName, ended)
	}
	if err := n.waitBlocks(ctx, opts.Progress, ended); err != nil {
		return err
	}
	if n.Faucet == nil {
		return nil
	}
	return n.waitFor(ctx, ended, func() (bool, string) {
		_, err := get(ctx, n.Faucet.URL+"/info")
		return err == nil, ""
	}, io.Discard)
}

// watch reports a process that ends while we wait for it.
func watch(cmd *exec.Cmd, name string, ended chan<- string) {
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		ended <- name
	}()
}

// waitBlocks waits until every node is startBlocks above where it began.
func (n *Network) waitBlocks(ctx context.Context, progress io.Writer, ended <-chan string) error {
	first := make([]int64, len(n.Nodes))
	return n.waitFor(ctx, ended, func() (bool, string) {
		ready := true
		heights := make([]string, len(n.Nodes))
		for i, node := range n.Nodes {
			height, err := node.Height(ctx)
			if err != nil {
				ready, heights[i] = false, "-"
				continue
			}
			if first[i] == 0 {
				first[i] = max(height, 1)
			}
			ready = ready && height >= first[i]+startBlocks
			heights[i] = fmt.Sprint(height)
		}
		return ready, "blocks " + strings.Join(heights, " ")
	}, progress)
}

// waitFor polls until ready, a process ends, or the context does.
func (n *Network) waitFor(ctx context.Context, ended <-chan string, ready func() (bool, string), progress io.Writer) error {
	begin := time.Now()
	said := begin
	for {
		done, state := ready()
		if done {
			if state != "" {
				fmt.Fprintf(progress, "%s after %s\n", state, time.Since(begin).Round(100*time.Millisecond))
			}
			return nil
		}
		select {
		case name := <-ended:
			return fmt.Errorf("%s ended; the end of %s:\n%s", name, n.LogFile(name), n.logTail(name, tailLines))
		case <-ctx.Done():
			return fmt.Errorf("waiting for the network: %w; see the logs in %s", context.Cause(ctx), n.LogFile("*"))
		case <-time.After(startPoll):
		}
		if time.Since(said) >= progressStep {
			said = time.Now()
			fmt.Fprintf(progress, "waiting for blocks: %s (%s)\n", state, time.Since(begin).Round(time.Second))
		}
	}
}

// Height asks the node for its latest block.
func (node Node) Height(ctx context.Context) (int64, error) {
	raw, err := get(ctx, node.RPC+"/status")
	if err != nil {
		return 0, err
	}
	var status struct {
		Result struct {
			SyncInfo struct {
				Height int64 `json:"latest_block_height,string"`
			} `json:"sync_info"`
		} `json:"result"`
	}
	if err := json.Unmarshal(raw, &status); err != nil {
		return 0, err
	}
	return status.Result.SyncInfo.Height, nil
}

// get reads a small page.
func get(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close() //nolint:errcheck // read to its end or given up
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, 1<<20))
}

// StartNode launches one node of a network, detached, with environment variables added. It does not wait.
func (n *Network) StartNode(chain Chain, name, executable string, env ...string) error {
	if executable == "" {
		var err error
		if executable, err = os.Executable(); err != nil {
			return err
		}
	}
	cmd, err := n.launch(executable, name, chain.StartArgs, env)
	if err != nil {
		return err
	}
	watch(cmd, name, make(chan string, 1)) // collects it when it ends
	return nil
}

// SignalNode sends a signal to one node, for tests that kill or freeze it.
func (n *Network) SignalNode(name string, s syscall.Signal) error {
	pid := n.pid(name)
	if pid == 0 {
		return fmt.Errorf("%s does not run", name)
	}
	return signal(pid, s)
}

// Running says whether a node or the faucet runs.
func (n *Network) Running(name string) bool { return n.pid(name) != 0 }
