package localnet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

const (
	loopback = "127.0.0.1"
	// portStep is the distance between two nodes: Ignite's.
	portStep = 10
)

// Port is one address that a node listens on.
type Port struct {
	File   string // config.toml, app.toml or sidecar.toml
	Key    string // dotted key of the address
	Base   uint16 // port of the first node
	Scheme string // tcp:// where the file wants one
	Unused bool   // written so that two nodes never share it, but nothing listens unless asked to
}

const (
	configFile  = "config.toml"
	appFile     = "app.toml"
	clientFile  = "client.toml"
	sidecarFile = "sidecar.toml"

	keyRPC     = "rpc.laddr"
	keyP2P     = "p2p.laddr"
	keyMetrics = "instrumentation.prometheus_listen_addr"
	keyREST    = "api.address"
	keyGRPC    = "grpc.address"
	keyEVM     = "json-rpc.address"
	keyEVMWS   = "json-rpc.ws-address"
	keyMirror  = "serve" // where the node's sidecar offers bundles
)

// nodePorts is every address of a node. Ignite shifts the first four for the second node; all of them are shifted here.
func nodePorts() []Port {
	return []Port{
		{File: configFile, Key: keyRPC, Base: 26657, Scheme: "tcp://"},
		{File: configFile, Key: keyP2P, Base: 26656, Scheme: "tcp://"},
		{File: appFile, Key: keyGRPC, Base: 9090},
		{File: appFile, Key: keyREST, Base: 1317, Scheme: "tcp://"},
		{File: appFile, Key: keyEVM, Base: 8545},
		{File: appFile, Key: keyEVMWS, Base: 8546},
		{File: configFile, Key: keyMetrics, Base: 26660},
		{File: appFile, Key: "json-rpc.metrics-address", Base: 6065, Unused: true},
		{File: appFile, Key: "evm.geth-metrics-address", Base: 8100},
		{File: sidecarFile, Key: keyMirror, Base: mirrorPort},
	}
}

// hostPort is a checked loopback address and the key it came from.
type hostPort struct {
	key  string
	addr netip.AddrPort
}

func (h hostPort) String() string { return h.addr.String() }

// parseAddress reads host:port with or without tcp://. Only loopback addresses are accepted: the keys of such a network are on disk in clear.
func parseAddress(key, value string) (hostPort, error) {
	host, port, err := net.SplitHostPort(strings.TrimPrefix(value, "tcp://"))
	if err != nil {
		return hostPort{}, keyError(key, value, "is not an address such as %s:1234", loopback)
	}
	if host == "localhost" {
		host = loopback
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !ip.IsLoopback() {
		return hostPort{}, keyError(key, value, "a local network listens on %s only", loopback)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return hostPort{}, keyError(key, value, "the port must be from 1 to 65535")
	}
	return hostPort{key: key, addr: netip.AddrPortFrom(ip, uint16(n))}, nil
}

// shifted is the address of a port for the node with the given index.
func (p Port) shifted(index, offset int) (string, error) {
	n := int(p.Base) + portStep*index + offset
	if n < 1 || n > 65535 {
		return "", fmt.Errorf("%s: port %d of node%d is outside 1 to 65535; choose another --port-offset", p.Key, n, index)
	}
	return p.Scheme + net.JoinHostPort(loopback, strconv.Itoa(n)), nil
}

// probe makes sure that every address is free and none is used twice. It binds each one for a moment.
func probe(addresses []hostPort) error {
	var errs []error
	seen := make(map[uint16]string)
	for _, a := range addresses {
		if other, twice := seen[a.addr.Port()]; twice {
			errs = append(errs, fmt.Errorf("port %d is wanted by %s and by %s", a.addr.Port(), other, a.key))
			continue
		}
		seen[a.addr.Port()] = a.key
		listener, err := net.Listen("tcp", a.addr.String())
		if err != nil {
			errs = append(errs, fmt.Errorf("port %d (%s) is busy: %w; stop the program that has it or shift all ports with --port-offset",
				a.addr.Port(), a.key, errors.Unwrap(err)))
			continue
		}
		if err := listener.Close(); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
