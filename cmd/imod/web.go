package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cast"
	"github.com/spf13/cobra"

	"github.com/cosmos/cosmos-sdk/client/flags"
	"github.com/cosmos/cosmos-sdk/server/api"
	"github.com/cosmos/cosmos-sdk/server/config"
	servertypes "github.com/cosmos/cosmos-sdk/server/types"

	evmserver "github.com/cosmos/evm/server"
	srvflags "github.com/cosmos/evm/server/flags"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/sidecar/serve"
	"github.com/imochain/imod/web"
)

const (
	// keyWebEnable is the key of app.toml that mounts the pages on the REST server.
	keyWebEnable = "web.enable"
	// maxBundleAnswers bounds the answers with model files in progress.
	maxBundleAnswers = 16
	webHeaderTime    = 5 * time.Second
	webStopTime      = 5 * time.Second
)

// webConfig is the section [web] of app.toml.
type webConfig struct {
	Enable bool `mapstructure:"enable"`
}

const webTemplate = `
###############################################################################
###                                   Pages                                 ###
###############################################################################

[web]

# enable serves the pages at /web/ of the REST server.
enable = {{ .Web.Enable }}
`

// withPages is an application whose REST server also serves the pages.
type withPages struct {
	*app.App
	pages http.Handler
}

// RegisterAPIRoutes mounts the pages before the API, whose routes end in one that takes all.
func (a withPages) RegisterAPIRoutes(server *api.Server, cfg config.APIConfig) {
	server.Router.PathPrefix(web.Prefix).Handler(a.pages)
	server.Router.Path("/").Methods(http.MethodGet, http.MethodHead).HandlerFunc(web.Redirect)
	a.App.RegisterAPIRoutes(server, cfg)
}

// addPages mounts the pages if app.toml says so.
func addPages(application *app.App, chainID string, options servertypes.AppOptions) evmserver.Application {
	if !cast.ToBool(options.Get(keyWebEnable)) {
		return application
	}
	home := cast.ToString(options.Get(flags.FlagHome))
	cfg := web.Config{Chain: networkInfo(chainID)}
	cfg.Chain.RPC = httpURL(cast.ToString(options.Get("rpc.laddr")))
	cfg.Chain.JSONRPC = httpURL(cast.ToString(options.Get(srvflags.JSONRPCAddress)))
	cfg.Bundles = serve.Handler(serve.Config{Dirs: []string{filepath.Join(home, "sidecar", "bundles")}, MaxRequests: maxBundleAnswers})
	return withPages{App: application, pages: web.Handler(cfg)}
}

// httpURL turns a listen address into one that a browser on this machine can open.
func httpURL(listen string) string {
	_, address, found := strings.Cut(listen, "://")
	if !found {
		address = listen
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func webCmd() *cobra.Command {
	var node, evm, rpc, listen, chainID string
	var dirs []string
	cmd := &cobra.Command{
		Use:   "web",
		Short: "Serve the pages of the chain, with the REST API of a node behind them",
		Long: `Serves the pages: models and how they were proved, offerings, income, works, validators, solvency. They read the
REST API of the node through this server, so that the visitor's browser talks to one origin only, and sign with the
visitor's own wallet. Nothing is kept here. Prompts that visitors send are public for ever.`,
		Example:           "  imod web --node-rest http://127.0.0.1:1317 --evm-rpc http://127.0.0.1:8545 --listen 127.0.0.1:8090",
		Args:              cobra.NoArgs,
		PersistentPreRunE: noApplication,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			address, err := serverURL("--node-rest", node)
			if err != nil {
				return err
			}
			for name, value := range map[string]string{"--evm-rpc": evm, "--rpc": rpc} {
				if _, err := serverURL(name, value); err != nil {
					return err
				}
			}
			if chainID == "" {
				if chainID, err = askChainID(ctx, address); err != nil {
					return fmt.Errorf("--node-rest %s: %w: start the node first, or say which chain it is with --chain-id", node, err)
				}
			}
			cfg := web.Config{Chain: networkInfo(chainID)}
			cfg.Chain.RPC, cfg.Chain.JSONRPC = rpc, evm
			if len(dirs) > 0 {
				cfg.Bundles = serve.Handler(serve.Config{Dirs: dirs, MaxRequests: maxBundleAnswers})
			}
			l, err := net.Listen("tcp", listen)
			if err != nil {
				return fmt.Errorf("--listen %s: %w", listen, err)
			}
			if _, err := fmt.Fprintf(cmd.OutOrStdout(), "pages on http://%s%s\n", l.Addr(), web.Prefix); err != nil {
				return err
			}
			return serveWeb(ctx, l, web.Proxy(cfg, address))
		},
	}
	cmd.Flags().StringVar(&node, "node-rest", "http://127.0.0.1:1317", "REST address of the node")
	cmd.Flags().StringVar(&evm, "evm-rpc", "http://127.0.0.1:8545", "Ethereum JSON-RPC that wallets are told of")
	cmd.Flags().StringVar(&rpc, "rpc", "http://127.0.0.1:26657", "CometBFT RPC that wallets are told of")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:8090", "address to listen on")
	cmd.Flags().StringVar(&chainID, "chain-id", "", "chain id (empty: ask the node)")
	cmd.Flags().StringSliceVar(&dirs, "bundles", nil, "folders of model bundles (none: those of the node)")
	return cmd
}

func serverURL(flag, value string) (*url.URL, error) {
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, fmt.Errorf("%s %q is not an address such as http://127.0.0.1:1317", flag, value)
	}
	u.Path = ""
	return u, nil
}

// askChainID asks the node which chain it runs.
func askChainID(ctx context.Context, node *url.URL) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, webHeaderTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, node.JoinPath("/cosmos/base/tendermint/v1beta1/node_info").String(), nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", errors.New("the node does not answer")
	}
	defer res.Body.Close() //nolint:errcheck // read only
	var answer struct {
		Info struct {
			Network string `json:"network"`
		} `json:"default_node_info"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, res.Body, 1<<20)).Decode(&answer); err != nil || answer.Info.Network == "" {
		return "", errors.New("the answer is not that of a node")
	}
	return answer.Info.Network, nil
}

func serveWeb(ctx context.Context, l net.Listener, handler http.Handler) error {
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: webHeaderTime, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), webStopTime)
		defer cancel()
		stopped <- srv.Shutdown(stop)
	}()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
