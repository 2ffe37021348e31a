package sidecar

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	maxConcurrent = 64
	handshakeTime = 10 * time.Second
	// minPing is the least time between two signs of life of a node.
	minPing = 10 * time.Second
	// strangerLog is the least time between two log lines about strangers.
	strangerLog = int64(time.Second)
)

// serverOptions bound messages and let in the node only: by the socket's mode, by its certificate, by
// the token.
func (c Config) serverOptions(maxMessage int) ([]grpc.ServerOption, error) {
	opts := []grpc.ServerOption{
		grpc.MaxRecvMsgSize(maxMessage),
		grpc.MaxSendMsgSize(maxMessage),
		grpc.MaxConcurrentStreams(maxConcurrent),
		grpc.ConnectionTimeout(handshakeTime),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: minPing, PermitWithoutStream: true}),
	}
	if _, unix := c.socket(); unix {
		return opts, nil
	}
	if c.TLS.Set() {
		tlsConfig, err := c.TLS.Server()
		if err != nil {
			return nil, err
		}
		opts = append(opts, grpc.Creds(&handshakes{TransportCredentials: credentials.NewTLS(tlsConfig), log: c.Logger}))
	}
	if c.Token == "" {
		return opts, nil
	}
	check := tokenCheck(c.Token)
	return append(opts,
		grpc.UnaryInterceptor(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
			if err := check(ctx); err != nil {
				return nil, err
			}
			return next(ctx, req)
		}),
		grpc.StreamInterceptor(func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
			if err := check(stream.Context()); err != nil {
				return err
			}
			return next(srv, stream)
		})), nil
}

// tokenCheck compares hashes in constant time, so that neither length nor content of the token shows.
func tokenCheck(token string) func(context.Context) error {
	want := sha256.Sum256([]byte(token))
	return func(ctx context.Context) error {
		for _, given := range metadata.ValueFromIncomingContext(ctx, "authorization") {
			token, ok := strings.CutPrefix(given, "Bearer ")
			got := sha256.Sum256([]byte(token))
			if ok && subtle.ConstantTimeCompare(got[:], want[:]) == 1 {
				return nil
			}
		}
		return status.Error(codes.Unauthenticated, "token is missing or wrong")
	}
}

// handshakes logs refused ones, which gRPC keeps to itself, and not more often than strangerLog.
type handshakes struct {
	credentials.TransportCredentials
	log  *slog.Logger
	last atomic.Int64 // time of the last line
}

// ServerHandshake implements credentials.TransportCredentials.
func (h *handshakes) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	secured, info, err := h.TransportCredentials.ServerHandshake(conn)
	if err != nil {
		now, last := time.Now().UnixNano(), h.last.Load()
		if now-last >= strangerLog && h.last.CompareAndSwap(last, now) {
			h.log.Warn("connection refused", "from", conn.RemoteAddr().String(), "error", err)
		}
	}
	return secured, info, err
}

// Clone implements credentials.TransportCredentials.
func (h *handshakes) Clone() credentials.TransportCredentials {
	return &handshakes{TransportCredentials: h.TransportCredentials.Clone(), log: h.log}
}
