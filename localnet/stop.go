package localnet

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Stopped says how one process ended.
type Stopped struct {
	Name   string `json:"name"`
	Pid    int    `json:"pid"`
	Killed bool   `json:"killed"` // it did not end by itself
}

// Stop ends the processes whose pids the network in home wrote down and which still are what was started, those of the second
// chain beside it included; nothing else. A folder without a network is nothing to stop.
func Stop(home string) ([]Stopped, error) {
	abs, err := filepath.Abs(home)
	if err != nil {
		return nil, err
	}
	stopped, err := (&Network{home: abs}).stop(stopGrace)
	peers, peerErr := (&Network{home: filepath.Join(abs, peerName)}).stop(stopGrace)
	for _, s := range peers {
		s.Name = filepath.Join(peerName, s.Name)
		stopped = append(stopped, s)
	}
	return stopped, errors.Join(err, peerErr)
}

func (n *Network) stop(grace time.Duration) ([]Stopped, error) {
	files, err := filepath.Glob(n.pidFile("*"))
	if err != nil {
		return nil, err
	}
	var out []Stopped
	var errs []error
	sessions := make(map[string]int)
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".pid")
		sessions[name] = readPid(file)
		if pid := n.pid(name); pid != 0 {
			out = append(out, Stopped{Name: name, Pid: pid})
			errs = append(errs, signal(pid, syscall.SIGTERM))
		}
	}
	for i := range out {
		s := &out[i]
		gone := func() bool { return !runs(s.Pid, n.args(s.Name)) }
		if waitGone(grace, gone) {
			continue
		}
		s.Killed = true
		errs = append(errs, signal(s.Pid, syscall.SIGKILL))
		if !waitGone(killGrace, gone) {
			errs = append(errs, fmt.Errorf("%s (pid %d) does not end", s.Name, s.Pid))
		}
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".pid")
		errs = append(errs, endSession(sessions[name]), os.Remove(file))
	}
	return out, errors.Join(errs...)
}

// endSession kills what a node left behind. While a session has members its id is given to no other process, so they are the node's.
func endSession(leader int) error {
	if leader <= 1 || commandLine(leader) != "" { // alive or reused: not ours to touch
		return nil
	}
	var errs []error
	for _, pid := range children(leader) {
		errs = append(errs, signal(pid, syscall.SIGKILL))
	}
	return errors.Join(errs...)
}

func readPid(file string) int {
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		return 0
	}
	return pid
}

// signal sends a signal; a process that is gone already is no error.
func signal(pid int, s syscall.Signal) error {
	if err := syscall.Kill(pid, s); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("signal %s to pid %d: %w", s, pid, err)
	}
	return nil
}
