package localnet

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const (
	modelsName = "models"
	// modelsPort is where the network offers the bundles of its folder to the sidecars, 100 above the faucet; from
	// mirrorPort on the sidecars offer theirs to each other.
	modelsPort, faucetPort, mirrorPort = 4600, 4500, 4800
)

// modelsListen moves with the network's other ports.
func (n *Network) modelsListen() string {
	offset := 0
	if n.Faucet != nil {
		if _, port, err := net.SplitHostPort(n.Faucet.Listen); err == nil {
			if p, err := strconv.Atoi(port); err == nil {
				offset = p - faucetPort
			}
		}
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(modelsPort+offset))
}

// ModelsDir is the folder whose bundles ServeModels offers.
func (n *Network) ModelsDir() string { return filepath.Join(n.home, modelsName) }

// ServeModels starts the server of the network's bundles unless it runs, and returns its address, which goes into
// MsgRegisterModel. It ends with the network.
func (n *Network) ServeModels(ctx context.Context, executable string) (string, error) {
	listen := n.modelsListen()
	url := "http://" + listen
	if n.pid(modelsName) != 0 {
		return url, nil
	}
	if err := os.MkdirAll(n.ModelsDir(), 0o755); err != nil {
		return "", err
	}
	probe, err := net.Listen("tcp", listen)
	if err != nil {
		return "", fmt.Errorf("server of models: %s is in use: %w", listen, err)
	}
	if err := probe.Close(); err != nil {
		return "", err
	}
	if executable == "" {
		if executable, err = os.Executable(); err != nil {
			return "", err
		}
	}
	cmd, err := n.launch(executable, modelsName, []string{"--listen", listen}, nil)
	if err != nil {
		return "", err
	}
	ended := make(chan string, 1)
	watch(cmd, modelsName, ended)
	for range 100 {
		if conn, err := net.DialTimeout("tcp", listen, time.Second); err == nil {
			return url, conn.Close()
		}
		select {
		case <-ctx.Done():
			return "", ctx.Err()
		case <-ended:
			return "", fmt.Errorf("server of models ended; see %s", n.LogFile(modelsName))
		case <-time.After(50 * time.Millisecond):
		}
	}
	return "", fmt.Errorf("server of models does not answer; see %s", n.LogFile(modelsName))
}
