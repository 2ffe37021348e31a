package node

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	"cosmossdk.io/log/v2"

	"github.com/imochain/imod/x/oracle/node/link"
	"github.com/imochain/imod/x/oracle/types"
)

// keepAlive is how long a silent connection is believed.
const keepAlive = 20 * time.Second

// Config says where the sidecar is and how the connection to it is protected.
type Config struct {
	// Address is unix:///path, a path, or host:port. A host other than this machine needs TLS.
	Address string
	// Token accompanies every call over TCP; empty sends none.
	Token string
	// TLS are this node's certificate and the authority of the sidecar's; empty means plain text.
	TLS link.Files
	// TLSName is the name that the sidecar's certificate must carry; empty: the host of Address.
	TLSName string
	Logger  log.Logger
}

// dial prepares the connection without making it.
func (c Config) dial() (*grpc.ClientConn, error) {
	target, host, err := c.target()
	if err != nil {
		return nil, err
	}
	protection := insecure.NewCredentials()
	if c.TLS.Set() {
		name := c.TLSName
		if name == "" {
			name = host
		}
		tlsConfig, err := c.TLS.Client(name)
		if err != nil {
			return nil, fmt.Errorf("sidecar %s: %w", c.Address, err)
		}
		protection = credentials.NewTLS(tlsConfig)
	}
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(protection),
		grpc.WithNoProxy(),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff:           backoff.Config{BaseDelay: firstBackOff, Multiplier: 2, Jitter: 0.2, MaxDelay: lastBackOff},
			MinConnectTimeout: submitTimeout,
		}),
		// A sidecar that went away without a word, with its machine, is noticed.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: keepAlive, Timeout: keepAlive / 2}),
		grpc.WithDefaultCallOptions(
			grpc.MaxCallRecvMsgSize(types.MaxSidecarMessage),
			grpc.MaxCallSendMsgSize(types.MaxSidecarMessage),
		),
	}
	if c.Token != "" && host != "" {
		options = append(options, grpc.WithPerRPCCredentials(bearer(c.Token)))
	}
	connection, err := grpc.NewClient(target, options...)
	if err != nil {
		return nil, fmt.Errorf("sidecar %s: %w", c.Address, err)
	}
	return connection, nil
}

// target turns the address into a gRPC target; host is empty for a unix socket.
func (c Config) target() (target, host string, err error) {
	path := strings.TrimPrefix(c.Address, "unix://")
	if filepath.IsAbs(path) {
		if c.TLS.Set() {
			return "", "", fmt.Errorf("sidecar address %q: a unix socket takes no TLS", c.Address)
		}
		return "unix://" + path, "", nil
	}
	host, port, err := net.SplitHostPort(c.Address)
	if err != nil {
		return "", "", fmt.Errorf("sidecar address %q: want unix:///path or host:port: %w", c.Address, err)
	}
	if ip := net.ParseIP(host); !c.TLS.Set() && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", "", fmt.Errorf("sidecar address %q: another machine needs TLS: set sidecar.tls-ca, tls-cert and tls-key", c.Address)
	}
	return "dns:///" + net.JoinHostPort(host, port), host, nil
}

// bearer sends a token with every call. That plain text stays on this machine is target's business.
type bearer string

// GetRequestMetadata implements credentials.PerRPCCredentials.
func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

// RequireTransportSecurity implements credentials.PerRPCCredentials.
func (bearer) RequireTransportSecurity() bool { return false }
