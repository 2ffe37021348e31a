package sidecar

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"time"
)

const (
	childStop  = 5 * time.Second
	firstWait  = 500 * time.Millisecond
	lastWait   = 30 * time.Second
	stableTime = time.Minute
)

// Supervise runs a sidecar as a child process until ctx ends, and starts it again,
// after a growing pause, when it ends by itself. The child's standard input is a
// pipe that ends with this process, however it dies; a child started with
// --supervised ends then.
func Supervise(ctx context.Context, command, env []string, logger *slog.Logger) error {
	if len(command) == 0 {
		return errors.New("no command to start a sidecar")
	}
	wait := firstWait
	for {
		began := time.Now()
		err := child(ctx, command, env)
		if ctx.Err() != nil {
			return nil
		}
		if time.Since(began) > stableTime {
			wait = firstWait
		}
		logger.Error("sidecar ended", "error", err, "next_start", wait)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*wait, lastWait)
	}
}

// child runs the command once. When ctx ends it closes the child's input, and kills
// it if that is not enough.
func child(ctx context.Context, command, env []string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, os.Stderr, os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	_ = in.Close() // the child may have closed its end already
	select {
	case err := <-ended:
		return err
	case <-time.After(childStop):
		return errors.Join(cmd.Process.Kill(), <-ended)
	}
}

// UntilInputEnds returns a context that ends with ctx or when the standard input
// does: the other half of Supervise.
func UntilInputEnds(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		var b [64]byte
		for {
			if _, err := os.Stdin.Read(b[:]); err != nil {
				return
			}
		}
	}()
	return ctx, cancel
}
