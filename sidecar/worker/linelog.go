package worker

import (
	"bytes"
	"log/slog"
)

const (
	maxLine  = 512
	maxLines = 40 // of one child: a crash of the runtime prints hundreds
)

// lineLog writes what a child prints to the log, line by line and not without
// bound.
type lineLog struct {
	logger *slog.Logger
	buf    []byte
	lines  int
}

// Write implements io.Writer and never fails, or the child would block.
func (l *lineLog) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		l.buf = append(l.buf, line[:min(len(line), maxLine-len(l.buf))]...)
		if whole {
			l.flush()
		}
		rest = after
	}
	return len(p), nil
}

func (l *lineLog) flush() {
	if l.lines < maxLines && len(l.buf) > 0 {
		l.lines++
		l.logger.Warn("worker says", "line", string(l.buf))
	}
	l.buf = l.buf[:0]
}
