package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// MaxURI bounds an address in bytes.
	MaxURI       = 512
	maxRedirects = 3
	maxHeader    = 32 << 10
	connectTime  = 5 * time.Second
	headerTime   = 10 * time.Second
	// A source must deliver minRate bytes a second after the first baseTime.
	baseTime = 20 * time.Second
	minRate  = 128 << 10
)

var (
	// ErrAddress marks an address that is not opened.
	ErrAddress = errors.New("address is refused")
	// ErrSource marks a source that answered with something else than asked for.
	ErrSource = errors.New("source is refused")
)

// Client downloads files.
type Client struct {
	http    *http.Client
	sources sources
}

// Options of a Client.
type Options struct {
	// LocalNetwork allows addresses of this machine and of private networks.
	LocalNetwork bool
}

// NewClient returns a Client.
func NewClient(o Options) *Client {
	dialer := &net.Dialer{Timeout: connectTime}
	if !o.LocalNetwork {
		dialer.Control = publicOnly
	}
	return &Client{sources: sources{resting: map[string]rest{}}, http: &http.Client{
		Transport: &http.Transport{
			// No proxy: it would make the check of the address void.
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    connectTime,
			ResponseHeaderTimeout:  headerTime,
			MaxResponseHeaderBytes: maxHeader,
			MaxConnsPerHost:        4,
			MaxIdleConns:           8,
			IdleConnTimeout:        30 * time.Second,
			DisableCompression:     true, // a small answer stays small
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return fmt.Errorf("%w: more than %d redirects", ErrSource, maxRedirects)
			}
			return checkURL(req.URL)
		},
	}}
}

// publicOnly runs after names are resolved, on the address that is connected to.
func publicOnly(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %q", ErrAddress, address)
	}
	if !Public(ap.Addr()) {
		return fmt.Errorf("%w: %s is not a public address; --allow-local-network permits it", ErrAddress, ap.Addr())
	}
	return nil
}

// special are ranges that are neither private by netip's word nor public.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	// These carry an IPv4 address inside, or belong to no one.
	netip.MustParsePrefix("::/96"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("100::/64"),
}

// Public reports whether an address belongs to the public internet.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.IsLoopback() || a.IsPrivate() || a.IsUnspecified() || a.IsMulticast() ||
		a.IsLinkLocalUnicast() || a.IsInterfaceLocalMulticast() || a.IsLinkLocalMulticast() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// CheckURI checks the form of an address without opening it.
func CheckURI(uri string) error {
	if len(uri) > MaxURI {
		return fmt.Errorf("%w: %d bytes, allowed are %d", ErrAddress, len(uri), MaxURI)
	}
	u, err := url.Parse(uri)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrAddress, err)
	}
	return checkURL(u)
}

func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%w: scheme %q is neither http nor https", ErrAddress, u.Scheme)
	case u.Host == "":
		return fmt.Errorf("%w: no host", ErrAddress)
	case u.User != nil:
		return fmt.Errorf("%w: it carries a user name", ErrAddress)
	}
	return nil
}

// Folder is the address of a bundle's folder below a base. A base that ends in the
// folder's name is the folder itself.
func Folder(base, name string) string {
	base = strings.TrimRight(base, "/")
	if strings.HasSuffix(base, "/"+name) {
		return base
	}
	return base + "/" + name
}

// Get reads the whole file at uri, of at most limit bytes.
func (c *Client) Get(ctx context.Context, uri string, limit uint64) ([]byte, error) {
	body, err := c.open(ctx, uri, 0, limit)
	if err != nil {
		return nil, err
	}
	defer body.Close() //nolint:errcheck // opened for reading
	b, err := io.ReadAll(io.LimitReader(body, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", uri, err)
	}
	if uint64(len(b)) > limit {
		return nil, fmt.Errorf("%w: %s has more than %d bytes", ErrSource, uri, limit)
	}
	return b, nil
}

// open starts reading the file at uri from a byte on. At most limit bytes will be
// read; the time for them is fixed now. A server that does not know ranges sends
// everything, and what was asked to be left out is skipped.
func (c *Client) open(ctx context.Context, uri string, from, limit uint64) (io.ReadCloser, error) {
	if err := CheckURI(uri); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, baseTime+time.Duration((from+limit)/minRate)*time.Second)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, uri, nil)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	req.Header.Set("User-Agent", "imod-sidecar")
	if from > 0 {
		req.Header.Set("Range", "bytes="+strconv.FormatUint(from, 10)+"-")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		cancel()
		return nil, err
	}
	body := &timedBody{ReadCloser: resp.Body, cancel: cancel}
	switch {
	case resp.StatusCode == http.StatusOK:
		if _, err := io.CopyN(io.Discard, body, int64(from)); err != nil {
			_ = body.Close() // the read's error is the one that matters
			return nil, fmt.Errorf("%s: %w", uri, err)
		}
		return body, nil
	case resp.StatusCode == http.StatusPartialContent && from > 0 &&
		strings.HasPrefix(resp.Header.Get("Content-Range"), "bytes "+strconv.FormatUint(from, 10)+"-"):
		return body, nil
	}
	_ = body.Close() // nothing was read
	return nil, fmt.Errorf("%w: %s answers %s", ErrSource, uri, resp.Status)
}

// timedBody ends the request's clock with the body.
type timedBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (b *timedBody) Close() error {
	err := b.ReadCloser.Close()
	b.cancel()
	return err
}
