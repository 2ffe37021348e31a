package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/x/oracle/beacon"
)

// beaconLength is the length of a node's hash chain: with four validators and blocks of a second it
// lasts 48 days, with a hundred more than three years.
const beaconLength = 1 << 20

func beaconCmd() *cobra.Command {
	var home string
	var renew bool
	cmd := &cobra.Command{
		Use:   "beacon",
		Short: "Print the tip of this validator's hash chain, to be registered",
		Long: `A validator's part of the chain's randomness comes from a secret in its home. This command makes the secret if there
is none and prints the tip of the hash chain, 64 hex digits. Register it, then restart the node:

  imod tx oracle set-beacon $(imod beacon) --from operator

The validators of a local network are registered by its genesis.

When the chain is used up, or the secret was seen by somebody, make a new one with --new and register again.`,
		Example:           "  imod beacon --home ~/.imod",
		Args:              cobra.NoArgs,
		PersistentPreRunE: noApplication,
		RunE: func(cmd *cobra.Command, _ []string) error {
			path := beaconFile(home)
			if renew {
				if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
					return err
				}
			}
			tip, err := beaconTip(home)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), hex.EncodeToString(tip[:]))
			return nil
		},
	}
	cmd.Flags().StringVar(&home, "home", app.DefaultNodeHome, "home of the node")
	cmd.Flags().BoolVar(&renew, "new", false, "replace the secret; the registered chain cannot be revealed any more")
	return cmd
}

// beaconTip makes a node's secret, unless there is one, and returns the tip of its hash chain.
func beaconTip(home string) (tip beacon.Value, err error) {
	if err := makeBeaconSecret(beaconFile(home)); err != nil {
		return tip, err
	}
	chain, err := readBeacon(beaconFile(home))
	if err != nil {
		return tip, err
	}
	return chain.Tip(), nil
}

// beaconFile is where a node keeps its secret.
func beaconFile(home string) string { return filepath.Join(home, "config", "beacon_secret") }

// makeBeaconSecret writes a secret that only the owner can read, unless there is one.
func makeBeaconSecret(path string) error {
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = file.WriteString(hex.EncodeToString(secret) + "\n")
	return errors.Join(err, file.Close())
}

// readBeacon computes a node's hash chain. A node without a secret has none.
func readBeacon(path string) (*beacon.Chain, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // most nodes are no validators
	}
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil || len(secret) != 32 {
		return nil, fmt.Errorf("%s does not hold 64 hex digits", path)
	}
	return beacon.NewChain(beacon.Value(secret), beaconLength)
}
