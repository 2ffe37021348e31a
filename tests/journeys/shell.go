package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// mark ends the output of a step; "ok" or "end" follows it.
const mark = "\x01journeys: step done\x01"

// stepLimit bounds one step.
const stepLimit = 5 * time.Minute

// shell is one bash in which the blocks of one guide run one after the other, so that variables and background
// programs live on as they do for a reader.
type shell struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	done chan struct{}

	mu      sync.Mutex
	output  bytes.Buffer
	arrived chan string // what followed a mark
}

func startShell(dir string, env []string) (*shell, error) {
	cmd := exec.Command("bash", "--noprofile", "--norc")
	cmd.Dir, cmd.Env = dir, env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that background programs end with it
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = write, write
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if err := write.Close(); err != nil {
		return nil, err
	}
	s := &shell{cmd: cmd, in: in, done: make(chan struct{}), arrived: make(chan string, 2)}
	go s.read(read)
	go func() {
		_ = cmd.Wait() // how it ended shows in the output
		close(s.done)
	}()
	_, err = fmt.Fprintf(in, "set -euo pipefail\ntrap \"printf '%%s\\n' '%send'\" EXIT\n", mark)
	return s, err
}

func (s *shell) read(r io.Reader) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		before, word, marked := strings.Cut(line, mark)
		s.mu.Lock()
		s.output.WriteString(before)
		s.mu.Unlock()
		if marked {
			s.arrived <- strings.TrimSpace(word)
		}
		if err != nil {
			return
		}
	}
}

// run runs a block and returns what it printed. A failed command ends the shell.
func (s *shell) run(file, code string) (string, error) {
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintf(s.in, "source '%s' </dev/null\nprintf '%%s\\n' '%sok'\n", file, mark); err != nil {
		return s.take(), fmt.Errorf("the shell is gone: %w", err)
	}
	limit := time.NewTimer(stepLimit)
	defer limit.Stop()
	select {
	case word := <-s.arrived:
		if word == "ok" {
			return s.take(), nil
		}
		<-s.done
		return s.take(), fmt.Errorf("a command failed: %s", s.cmd.ProcessState)
	case <-s.done: // killed, or ended by an earlier step
		return s.take(), fmt.Errorf("the shell ended: %s", s.cmd.ProcessState)
	case <-limit.C:
		return s.take(), fmt.Errorf("not done after %s", stepLimit)
	}
}

func (s *shell) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.output.Reset()
	return s.output.String()
}

// close ends the shell and what it started in the background.
func (s *shell) close() {
	_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGTERM) // an error means that it is gone already
	select {
	case <-s.done:
	case <-time.After(5 * time.Second):
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-s.done
	}
}
