package sidecar

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/imochain/imod/sidecar/worker"
	"github.com/imochain/imod/x/oracle/node/link"
)

const (
	// MinWorkerMemory is the least memory with which a worker starts reliably.
	MinWorkerMemory = 512 << 20
	// maxSocketPath is what the system takes for the path of a unix socket.
	maxSocketPath = 100
	minToken      = 16
)

// Config is everything a sidecar needs to know. Zero values of limits mean the
// defaults of DefaultConfig.
type Config struct {
	// Home is the folder of results, outputs and downloaded bundles.
	Home string
	// Listen is where the node connects: unix:///absolute/path or host:port.
	Listen string
	// Token must accompany every call when Listen is not a unix socket; with TLS it may be empty.
	Token string
	// TLS are this end's certificate and the authority of the node's. Without it only this machine
	// may connect.
	TLS link.Files
	// Models are read-only folders of bundles.
	Models []string
	// Mirrors are addresses asked for bundles after their own.
	Mirrors []string
	// LocalNetwork allows downloads from this machine and private networks.
	LocalNetwork bool
	// MaxBundle, MaxStore and MaxOutputs bound one bundle, all downloaded bundles
	// and all kept outputs, in bytes. A quarter of the outputs' space is for the
	// challenge outputs of proofs.
	MaxBundle, MaxStore, MaxOutputs uint64
	// Workers is how many processes run models, each with Worker's limits.
	Workers int
	Worker  worker.Limits
	// PerModel are limits of single models instead of those.
	PerModel []ModelLimits
	// Confined refuses to work where the kernel cannot confine workers (worker.Confinement).
	Confined bool
	// WorkerCommand starts a worker; limits are appended as flags. Env is its
	// whole environment.
	WorkerCommand []string
	WorkerEnv     []string
	// RunTime and ProofTime bound one request and one proof.
	RunTime, ProofTime time.Duration
	// Preview allows runs that no request asked for.
	Preview bool
	// Serve is host:port where bundles are offered over HTTP; empty offers none.
	Serve string
	// Version is the program's version. Results of another version are not used.
	Version string
	Logger  *slog.Logger
}

// DefaultConfig returns the configuration of a sidecar with its data below home.
func DefaultConfig(home string) Config {
	return Config{
		Home:       home,
		Listen:     "unix://" + filepath.Join(home, "sidecar.sock"),
		MaxBundle:  1 << 30,
		MaxStore:   20 << 30,
		MaxOutputs: 1 << 30,
		Workers:    2,
		Worker:     worker.Limits{Memory: 4 << 30, Threads: 1},
		RunTime:    time.Minute,
		ProofTime:  10 * time.Minute,
	}
}

// normalize checks the configuration and fills in what is left open.
func (c Config) normalize() (Config, error) {
	d := DefaultConfig(c.Home)
	if !filepath.IsAbs(c.Home) {
		return c, fmt.Errorf("home %q is not an absolute path", c.Home)
	}
	for _, limit := range []struct{ value, fallback *uint64 }{
		{&c.MaxBundle, &d.MaxBundle}, {&c.MaxStore, &d.MaxStore}, {&c.MaxOutputs, &d.MaxOutputs}, {&c.Worker.Memory, &d.Worker.Memory},
	} {
		if *limit.value == 0 {
			*limit.value = *limit.fallback
		}
	}
	if c.Listen == "" {
		c.Listen = d.Listen
	}
	if c.Workers < 1 {
		c.Workers = d.Workers
	}
	if c.Worker.Threads < 1 {
		c.Worker.Threads = d.Worker.Threads
	}
	if c.RunTime <= 0 {
		c.RunTime = d.RunTime
	}
	if c.ProofTime <= 0 {
		c.ProofTime = d.ProofTime
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	if c.Worker.Memory < MinWorkerMemory {
		return c, fmt.Errorf("worker memory is %d bytes, at least %d are needed", c.Worker.Memory, uint64(MinWorkerMemory))
	}
	if len(c.WorkerCommand) == 0 {
		return c, errors.New("no command to start a worker")
	}
	for _, m := range c.PerModel {
		if err := m.check(); err != nil {
			return c, err
		}
	}
	for i, m := range c.Models {
		abs, err := filepath.Abs(m)
		if err != nil {
			return c, err
		}
		c.Models[i] = abs // workers run in another folder
	}
	return c, c.checkListen()
}

func (c Config) checkListen() error {
	if path, ok := c.socket(); ok {
		if c.TLS.Set() {
			return fmt.Errorf("socket %q takes no TLS: only this user can open it", path)
		}
		if !filepath.IsAbs(path) {
			return fmt.Errorf("socket %q is not an absolute path", path)
		}
		if len(path) > maxSocketPath {
			return fmt.Errorf("socket path %q has %d bytes, allowed are %d", path, len(path), maxSocketPath)
		}
		return nil
	}
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return fmt.Errorf("address %q is neither unix:///path nor host:port: %w", c.Listen, err)
	}
	if ip := net.ParseIP(host); !c.TLS.Set() && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("address %s can be reached from other machines: that needs TLS (ca, cert and key in [tls])", c.Listen)
	}
	if len(c.Token) < minToken && (c.Token != "" || !c.TLS.Set()) {
		return fmt.Errorf("address %s needs a token of at least %d characters", c.Listen, minToken)
	}
	return nil
}

// socket returns the path of the unix socket, if it is one.
func (c Config) socket() (string, bool) { return strings.CutPrefix(c.Listen, "unix://") }
