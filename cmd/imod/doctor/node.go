package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	askTime   = 3 * time.Second
	maxAnswer = 1 << 20
	// maxAge is how old the last block of a healthy network may be, maxAhead how far it may lie in the
	// future by this machine's clock.
	maxAge   = 30 * time.Second
	maxAhead = 2 * time.Second
)

// nodeStatus is what is read of /status and /net_info.
type nodeStatus struct {
	Result struct {
		NodeInfo struct {
			Network string `json:"network"`
		} `json:"node_info"`
		SyncInfo struct {
			Height     string    `json:"latest_block_height"`
			Time       time.Time `json:"latest_block_time"`
			CatchingUp bool      `json:"catching_up"`
		} `json:"sync_info"`
		ValidatorInfo struct {
			Power string `json:"voting_power"`
		} `json:"validator_info"`
		Peers string `json:"n_peers"`
	} `json:"result"`
}

// node checks the node itself, its clock and its peers.
func (e *examination) node() {
	var s, peers nodeStatus
	if err := e.get(e.in.RPC+"/status", &s); err != nil {
		e.add(Fail, "node", "start it: imod start", "%v", err)
		return
	}
	sync := s.Result.SyncInfo
	switch {
	case e.in.ChainID != "" && s.Result.NodeInfo.Network != e.in.ChainID:
		e.add(Fail, "node", "another node answers at this address", "it is of %s, the genesis file of %s", s.Result.NodeInfo.Network, e.in.ChainID)
	case sync.CatchingUp:
		e.add(Warn, "node", "wait until it caught up", "it is at height %s and catching up", sync.Height)
	default:
		e.add(OK, "node", "", "%s at height %s", s.Result.NodeInfo.Network, sync.Height)
	}
	switch age := e.in.Now().Sub(sync.Time); {
	case age < -maxAhead:
		e.add(Fail, "clock", "set the clock: a proposal with a wrong time is refused", "the last block is %s in the future", (-age).Round(time.Millisecond))
	case age > maxAge && !sync.CatchingUp:
		e.add(Fail, "clock", "either the network stands still or this machine's clock is ahead", "the last block is %s old", age.Round(time.Second))
	default:
		e.add(OK, "clock", "", "the last block is %s old", age.Round(time.Millisecond))
	}
	if len(e.in.Validator) > 0 {
		if s.Result.ValidatorInfo.Power == "0" {
			e.add(Warn, "validator", "stake and leave jail, or this node is no validator yet", "%X has no voting power", e.in.Validator)
		} else {
			e.add(OK, "validator", "", "%X has voting power %s", e.in.Validator, s.Result.ValidatorInfo.Power)
		}
	}
	if err := e.get(e.in.RPC+"/net_info", &peers); err != nil {
		e.add(Fail, "peers", "", "%v", err)
		return
	}
	level := OK
	if peers.Result.Peers == "0" {
		level = Warn
	}
	e.add(level, "peers", "set persistent_peers or seeds in config.toml; a network of one node has none", "%s", peers.Result.Peers)
}

// ports checks that every server that is switched on answers.
func (e *examination) ports() {
	for _, name := range slices.Sorted(maps.Keys(e.in.Ports)) {
		address := e.in.Ports[name]
		ctx, cancel := context.WithTimeout(e.ctx, askTime)
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		cancel()
		if err != nil {
			e.add(Fail, "port "+name, "it is switched on and does not answer", "%v", err)
			continue
		}
		_ = conn.Close() // it answered
		e.add(OK, "port "+name, "", "%s", address)
	}
}

// get reads JSON from a server.
func (e *examination) get(url string, into any) error {
	ctx, cancel := context.WithTimeout(e.ctx, askTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.Replace(url, "tcp://", "http://", 1), nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // opened for reading
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(into)
}
