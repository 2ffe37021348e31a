package localnet

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

const (
	modelsName = "models"
	// modelsListen is where the network offers the bundles of its folder to the sidecars.
	modelsListen = "127.0.0.1:4600"
)

// ModelsDir is the folder whose bundles ServeModels offers.
func (n *Network) ModelsDir() string { return filepath.Join(n.home, modelsName) }

// ServeModels starts the server of the network's bundles unless it runs, and returns its address, which goes into
// MsgRegisterModel. It ends with the network.
func (n *Network) ServeModels(ctx context.Context, executable string) (string, error) {
	url := "http://" + modelsListen
	if n.pid(modelsName) != 0 {
		return url, nil
	}
	if err := os.MkdirAll(n.ModelsDir(), 0o755); err != nil {
		return "", err
	}
	probe, err := net.Listen("tcp", modelsListen)
	if err != nil {
		return "", fmt.Errorf("server of models: %s is in use: %w", modelsListen, err)
	}
	if err := probe.Close(); err != nil {
		return "", err
	}
	if executable == "" {
		if executable, err = os.Executable(); err != nil {
			return "", err
		}
	}
	cmd, err := n.launch(executable, modelsName, []string{"--listen", modelsListen}, nil)
	if err != nil {
		return "", err
	}
	ended := make(chan string, 1)
	watch(cmd, modelsName, ended)
	for range 100 {
		if conn, err := net.DialTimeout("tcp", modelsListen, time.Second); err == nil {
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
