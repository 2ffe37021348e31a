// Package flaglist keeps lists of content that a node does not serve: files on its disk and lists elsewhere that its operator
// subscribed to. They are advice for one node's own pages and touch nothing on chain, where flags are set by moderators.
//
// A list is text: on each line the output root of a piece of content, 64 hex digits, and behind a blank the reason, if one is given;
// lines that begin with # are for people. A list that breaks this, or its bounds, is refused as a whole and what it said before stays, as
// does what a list said that cannot be read at the moment: an outage shows nothing that was hidden.
package flaglist

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// Bounds of what is read.
const (
	// MaxLists bounds the subscriptions.
	MaxLists = 16
	// MaxBytes bounds one list, MaxEntries its lines with content.
	MaxBytes, MaxEntries = 16 << 20, 200_000
	// maxReason cuts a reason, in bytes.
	maxReason = 200
	// fetchTime bounds one request, maxRedirects where it leads.
	fetchTime, maxRedirects = 15 * time.Second, 3
	// MinRefresh spares the servers of lists.
	MinRefresh = time.Minute
)

// ErrList is returned for a list that breaks the format or its bounds.
var ErrList = errors.New("not a flag list")

// Config says which lists a node follows.
type Config struct {
	// Sources are absolute paths and https addresses; http only on this machine.
	Sources []string
	// Refresh is how often they are read.
	Refresh time.Duration
	// Logger receives a line for each list that could not be read.
	Logger *slog.Logger
}

// Lists are the lists that a node follows. Flagged may be called at any time, by anyone.
type Lists struct {
	cfg    Config
	client *http.Client
	each   []map[[32]byte]string // by source, what it said last; Run's alone
	all    atomic.Pointer[map[[32]byte]string]
}

// New checks the sources; Run reads them.
func New(cfg Config) (*Lists, error) {
	if len(cfg.Sources) > MaxLists {
		return nil, fmt.Errorf("%d flag lists, at most %d", len(cfg.Sources), MaxLists)
	}
	if cfg.Refresh < MinRefresh {
		return nil, fmt.Errorf("flag lists every %s, at most every %s", cfg.Refresh, MinRefresh)
	}
	for _, source := range cfg.Sources {
		if err := checkSource(source); err != nil {
			return nil, err
		}
	}
	l := &Lists{cfg: cfg, each: make([]map[[32]byte]string, len(cfg.Sources))}
	l.client = &http.Client{Timeout: fetchTime, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects {
			return errors.New("too many redirections")
		}
		return checkSource(next.URL.String())
	}}
	return l, nil
}

func checkSource(source string) error {
	if filepath.IsAbs(source) {
		return nil
	}
	u, err := url.Parse(source)
	if err != nil {
		return fmt.Errorf("flag list %q: %w", source, err)
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && local) {
		return fmt.Errorf("flag list %q is neither an absolute path nor an https address", source)
	}
	return nil
}

// Run reads the lists now and then again and again until the context ends.
func (l *Lists) Run(ctx context.Context) {
	ticker := time.NewTicker(l.cfg.Refresh)
	defer ticker.Stop()
	for {
		l.Refresh(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Refresh reads every list once.
func (l *Lists) Refresh(ctx context.Context) {
	all := map[[32]byte]string{}
	for i, source := range l.cfg.Sources {
		list, err := l.read(ctx, source)
		if err != nil {
			l.cfg.Logger.Error("flag list", "source", source, "kept", len(l.each[i]), "error", err)
		} else {
			l.each[i] = list
		}
		for root, why := range l.each[i] { //lint:maporder fills a map
			if all[root] == "" {
				all[root] = why
			}
		}
	}
	l.all.Store(&all)
}

// Flagged tells whether a list names an output root, and why.
func (l *Lists) Flagged(root [32]byte) (why string, flagged bool) {
	all := l.all.Load()
	if all == nil {
		return "", false
	}
	why, flagged = (*all)[root]
	return why, flagged
}

func (l *Lists) read(ctx context.Context, source string) (map[[32]byte]string, error) {
	if filepath.IsAbs(source) {
		file, err := os.Open(source)
		if err != nil {
			return nil, err
		}
		defer file.Close() //nolint:errcheck // opened for reading
		return Parse(file)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, source, nil)
	if err != nil {
		return nil, err
	}
	response, err := l.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // read to its end or given up
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answer %s", response.Status)
	}
	return Parse(response.Body)
}

// Parse reads a list: reasons by output root.
func Parse(in io.Reader) (map[[32]byte]string, error) {
	limited := &io.LimitedReader{R: in, N: MaxBytes + 1}
	lines := bufio.NewScanner(limited)
	out := map[[32]byte]string{}
	for n := 1; lines.Scan(); n++ {
		line := bytes.TrimSpace(lines.Bytes())
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		digits, reason, _ := strings.Cut(string(line), " ")
		var root [32]byte
		if len(digits) != 2*len(root) {
			return nil, fmt.Errorf("%w: line %d begins with no root of 64 hex digits", ErrList, n)
		}
		if _, err := hex.Decode(root[:], []byte(digits)); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrList, n, err)
		}
		out[root] = plain(reason)
		if len(out) > MaxEntries {
			return nil, fmt.Errorf("%w: more than %d entries", ErrList, MaxEntries)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrList, err)
	}
	if limited.N <= 0 {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrList, MaxBytes)
	}
	return out, nil
}

// plain makes a stranger's words fit for a log and an answer.
func plain(reason string) string {
	words := strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return '?'
		}
		return r
	}, strings.TrimSpace(reason))
	return words[:min(len(words), maxReason)]
}
