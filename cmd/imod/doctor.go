package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/viper"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/cmd/imod/doctor"
	"github.com/imochain/imod/sidecar"
)

// errUnwell makes a command fail whose report says why.
var errUnwell = errors.New("something is wrong with this installation")

// maxGenesis bounds the genesis file that doctor reads.
const maxGenesis = 1 << 30

func doctorCmd() *cobra.Command {
	var home, output string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Look for what is wrong with a validator's installation",
		Long: `Looks at files and modes, disk, limits, the node, its clock, peers and ports, the sidecar, its version, confinement,
certificates and models, the registered hash chain, and what the validator answered. It changes nothing. The exit code is
1 when a check fails; warnings do not count.`,
		Example:           "  imod doctor --home ~/.imod\n  imod doctor --output json | jq '.findings[] | select(.level != \"ok\")'",
		Args:              cobra.NoArgs,
		PersistentPreRunE: noApplication,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in, err := examine(home)
			if err != nil {
				return err
			}
			report := doctor.Run(cmd.Context(), in)
			print := report.Table
			if output == "json" {
				print = report.JSON
			}
			if err := print(cmd.OutOrStdout()); err != nil {
				return err
			}
			if !report.OK {
				return errUnwell
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&home, "home", app.DefaultNodeHome, "home of the node")
	cmd.Flags().StringVar(&output, "output", "text", "text or json")
	return cmd
}

// examine reads from a node's files what there is to look at. Files that are missing leave their part empty:
// to say so is the doctor's work.
func examine(home string) (doctor.Installation, error) {
	home, err := filepath.Abs(home)
	if err != nil {
		return doctor.Installation{}, err
	}
	settings := viper.New()
	for _, name := range []string{"config.toml", "app.toml"} {
		settings.SetConfigFile(filepath.Join(home, "config", name))
		if err := settings.MergeInConfig(); err != nil && !errors.Is(err, os.ErrNotExist) {
			return doctor.Installation{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	in := doctor.Installation{
		Home: home, ChainID: genesisChain(home), RPC: settings.GetString("rpc.laddr"), Version: programVersion(),
		Environ: os.Environ(), Now: time.Now, Ports: map[string]string{},
	}
	for name, key := range map[string]string{"grpc": "grpc", "rest": "api", "json-rpc": "json-rpc"} {
		if settings.GetBool(key + ".enable") {
			in.Ports[name] = strings.TrimPrefix(settings.GetString(key+".address"), "tcp://")
		}
	}
	in.GRPC = in.Ports["grpc"]
	in.Ports["p2p"] = loopback(settings.GetString("p2p.laddr"))
	config := filepath.Join(home, "config")
	in.Secrets = []string{filepath.Join(config, "priv_validator_key.json"), filepath.Join(config, "node_key.json"), beaconFile(home)}
	settings.Set("home", home)
	if in.Validator, err = validatorAddress(settings); err != nil {
		return in, err
	}
	chain, err := readBeacon(beaconFile(home))
	if err != nil {
		return in, err
	}
	if chain != nil {
		in.Beacon = func(tip [32]byte) bool {
			_, ok := chain.Before(tip)
			return ok
		}
	}
	if settings.GetBool(keySidecarDisable) {
		return in, nil
	}
	address := settings.GetString(keySidecarAddress)
	if address == "" {
		address = sidecar.DefaultConfig(filepath.Join(home, "sidecar")).Listen
	}
	link, err := sidecarLink(address, nil, settings)
	in.Sidecar = &link
	return in, err
}

// loopback turns an address that a server listens on into one to reach it from here.
func loopback(listen string) string {
	address := strings.TrimPrefix(listen, "tcp://")
	if rest, all := strings.CutPrefix(address, "0.0.0.0:"); all {
		return "127.0.0.1:" + rest
	}
	return address
}

// genesisChain reads the chain id of the genesis file; empty when there is none.
func genesisChain(home string) string {
	raw, err := readFile(filepath.Join(home, "config", "genesis.json"), maxGenesis)
	if err != nil {
		return ""
	}
	var genesis struct {
		ChainID string `json:"chain_id"`
	}
	if err := json.Unmarshal(raw, &genesis); err != nil {
		return ""
	}
	return genesis.ChainID
}
