package demo

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// patience is how long a wait stays silent on a terminal, whose last line it then rewrites.
	patience = time.Second
	// plainPatience is how far apart two lines about one wait are where lines stay.
	plainPatience = 5 * time.Second
)

// progress says what happens, in which block, and how many seconds into the job. On a terminal a
// wait shows as one line that is rewritten; elsewhere every line stays. It is safe for concurrent use.
type progress struct {
	out      io.Writer
	terminal bool
	began    time.Time

	mu     sync.Mutex
	height int64
	live   int // columns of the line that is being rewritten
}

func newProgress(out io.Writer, began time.Time) *progress {
	p := &progress{out: out, began: began}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// at tells of a block that was seen.
func (p *progress) at(height int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.height = max(p.height, height)
}

// stamp begins a line; the caller holds the lock.
func (p *progress) stamp() string {
	block := "no block yet"
	if p.height > 0 {
		block = fmt.Sprintf("block %d", p.height)
	}
	return fmt.Sprintf("     %5.1f s  %-9s  ", time.Since(p.began).Seconds(), block)
}

// note prints a line that stays.
func (p *progress) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.line(p.stamp() + fmt.Sprintf(format, args...))
}

// line replaces the rewritten line, if there is one; the caller holds the lock.
func (p *progress) line(text string) {
	fmt.Fprintln(p.out, p.overwrite(text))
	p.live = 0
}

// end leaves the rewritten line as it is.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.live > 0 {
		fmt.Fprintln(p.out)
		p.live = 0
	}
}

// overwrite puts text where the rewritten line stands: blanks cover what was longer.
func (p *progress) overwrite(text string) string {
	if p.live == 0 {
		return text
	}
	return "\r" + text + strings.Repeat(" ", max(0, p.live-len(text)))
}

// wait says once more that something is waited for.
func (p *progress) wait(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text := p.stamp() + "waiting for " + what
	if !p.terminal {
		p.line(text)
		return
	}
	fmt.Fprint(p.out, p.overwrite(text))
	p.live = len(text)
}

// pause is how long a wait is silent, at first and between two lines.
func (p *progress) pause() time.Duration {
	if p.terminal {
		return patience
	}
	return plainPatience
}
