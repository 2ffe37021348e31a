package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"

	"github.com/cometbft/cometbft/privval"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cast"
	"github.com/spf13/cobra"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/client/flags"
	sdkserver "github.com/cosmos/cosmos-sdk/server"
	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/sidecar"
	oraclenode "github.com/imochain/imod/x/oracle/node"
	"github.com/imochain/imod/x/oracle/node/link"
)

// Settings of the sidecar: flags of start, and keys of the section [sidecar] of app.toml.
const (
	keySidecarDisable   = "sidecar.disable"
	keySidecarAddress   = "sidecar.address"
	keySidecarArgs      = "sidecar.args"
	keySidecarValidator = "sidecar.validator"
	keySidecarToken     = "sidecar.token-file"
	keySidecarCA        = "sidecar.tls-ca"
	keySidecarCert      = "sidecar.tls-cert"
	keySidecarKey       = "sidecar.tls-key"
	keySidecarName      = "sidecar.tls-name"
	keySidecarPreview   = "sidecar.preview"
	// keySidecarAttach is set by start itself, so that no other command dials a sidecar.
	keySidecarAttach = "sidecar.attach"
	// keyArchive is the switch of the archive of receipts, keyArchiveFile its file, set by start itself.
	keyArchive     = "receipts.archive"
	keyArchiveFile = "receipts.file"
)

// addStartFlags adds the flags of the block executor, which the EVM's start command leaves out,
// and those of the sidecar, and makes start run the sidecar as its child.
func addStartFlags(cmd *cobra.Command) {
	cmd.Flags().String(sdkserver.FlagBlockExecutor, serverconfig.DefaultBlockExecutor, "block executor: sequential or block-stm")
	cmd.Flags().Int(sdkserver.FlagBlockSTMWorkers, 0, "workers of the block-stm executor (0: one per core)")
	cmd.Flags().Bool(sdkserver.FlagBlockSTMPreEstimate, false, "estimate the keys of a transaction before running it (block-stm)")

	cmd.Flags().Bool(keySidecarDisable, false, "run and use no sidecar: the node attests nothing")
	cmd.Flags().String(keySidecarAddress, "", "sidecar that already runs, unix:///absolute/path or host:port (empty: start one as a child process)")
	cmd.Flags().String(keySidecarToken, "", "file with the token that the sidecar asks for over TCP")
	cmd.Flags().String(keySidecarCA, "", "authority of the sidecar's certificate; a sidecar on another machine needs this, a certificate and a key")
	cmd.Flags().String(keySidecarCert, "", "this node's certificate for the sidecar")
	cmd.Flags().String(keySidecarKey, "", "its private key")
	cmd.Flags().String(keySidecarName, "", "name in the sidecar's certificate (empty: the host of its address)")
	cmd.Flags().StringSlice(keySidecarArgs, nil, "further arguments of the child, as in `imod sidecar --help`")
	cmd.Flags().Bool(keySidecarPreview, false, "run models for queries that no request pays for, if the sidecar does")
	cmd.Flags().Bool(keyArchive, false, "keep the receipts of all blocks in data/receipts.dat, to prove results after the chain forgot them")
	cmd.Flags().String(keySidecarValidator, "", "consensus address in hex, when a remote signer holds the key")

	inner := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		settings := sdkserver.GetServerContextFromCmd(cmd).Viper
		if settings.GetBool(keyArchive) {
			settings.Set(keyArchiveFile, archiveFile(settings.GetString(flags.FlagHome)))
		}
		stop, err := startSidecar(cmd)
		if err != nil {
			return err
		}
		defer stop()
		return inner(cmd, args)
	}
}

// startSidecar starts the sidecar as a supervised child unless told of another one, and tells the
// application where it listens.
func startSidecar(cmd *cobra.Command) (stop func(), err error) {
	settings := sdkserver.GetServerContextFromCmd(cmd).Viper
	if settings.GetBool(keySidecarDisable) {
		return func() {}, nil
	}
	address := settings.GetString(keySidecarAddress)
	if address != "" {
		settings.Set(keySidecarAttach, address)
		return func() {}, nil
	}
	home, err := filepath.Abs(settings.GetString(flags.FlagHome))
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	listen := sidecar.DefaultConfig(filepath.Join(home, "sidecar")).Listen
	settings.Set(keySidecarAttach, listen)
	command := slices.Concat([]string{self, "sidecar", "--supervised", "--home", home, "--listen", listen}, settings.GetStringSlice(keySidecarArgs))

	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := sidecar.Supervise(ctx, command, os.Environ(), slog.New(slog.NewTextHandler(os.Stderr, nil))); err != nil {
			fmt.Fprintln(os.Stderr, "sidecar:", err)
		}
	}()
	return func() {
		cancel()
		<-ended
	}, nil
}

// attach connects the application of a running node to its archive, its sidecar and its validator key.
func attach(application *app.App, logger log.Logger, options servertypes.AppOptions, chainID string) error {
	var node app.Node
	if err := attachArchive(&node, options, chainID); err != nil {
		return err
	}
	if err := attachFlagLists(&node, options); err != nil {
		return err
	}
	address := cast.ToString(options.Get(keySidecarAttach))
	if address == "" {
		application.Attach(node)
		return nil
	}
	remote, err := sidecarLink(address, logger, options)
	if err != nil {
		return err
	}
	client, err := oraclenode.New(remote)
	if err != nil {
		return err
	}
	validator, err := validatorAddress(options)
	if err != nil {
		return err
	}
	client.SetValidator(validator)
	go func() { // ends with the process
		if err := client.Run(context.Background()); err != nil {
			logger.Error("sidecar client", "error", err)
		}
	}()
	if err := prometheus.Register(client); err != nil {
		return err
	}
	if cast.ToBool(options.Get(keySidecarPreview)) {
		node.Previews = client
	}
	node.Results, node.Outputs, node.Validator = client, client, validator
	node.Update, node.Performances, node.Pins = client.Update, client.Performances, client.Pin
	chain, err := readBeacon(beaconFile(cast.ToString(options.Get(flags.FlagHome))))
	if err != nil {
		return fmt.Errorf("beacon: %w", err)
	}
	if chain != nil {
		node.Beacon = chain
	}
	application.Attach(node)
	return nil
}

// sidecarLink says how the sidecar is reached.
func sidecarLink(address string, logger log.Logger, options servertypes.AppOptions) (oraclenode.Config, error) {
	text := func(key string) string { return cast.ToString(options.Get(key)) }
	token, err := readToken(text(keySidecarToken))
	return oraclenode.Config{
		Address: address, Token: token, Logger: logger,
		TLS:     link.Files{CA: text(keySidecarCA), Cert: text(keySidecarCert), Key: text(keySidecarKey)},
		TLSName: text(keySidecarName),
	}, err
}

// validatorAddress returns the consensus address that this node signs with: the one stated, or
// that of the key file.
func validatorAddress(options servertypes.AppOptions) ([]byte, error) {
	if stated := cast.ToString(options.Get(keySidecarValidator)); stated != "" {
		address, err := hex.DecodeString(stated)
		if err != nil || len(address) != 20 {
			return nil, fmt.Errorf("%s %q is not a consensus address of 40 hex digits", keySidecarValidator, stated)
		}
		return address, nil
	}
	home := cast.ToString(options.Get(flags.FlagHome))
	keyFile := filepath.Join(home, "config", "priv_validator_key.json")
	if _, err := os.Stat(keyFile); err != nil {
		return nil, nil //nolint:nilerr // a node without a key does not vote
	}
	return privval.LoadFilePVEmptyState(keyFile, "").GetAddress(), nil
}
