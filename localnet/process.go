package localnet

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/imochain/imod/localnet/relayer"
)

const (
	// stopGrace is how long a process may take to end by itself: a node closes its databases.
	stopGrace = 20 * time.Second
	// killGrace is how long the system may take to remove a killed process.
	killGrace = 5 * time.Second
	stopPoll  = 50 * time.Millisecond
)

// args is the command line of a node, the faucet, or another process of the network. It is also how a pid is recognised as ours.
func (n *Network) args(name string) []string {
	switch name {
	case faucetName:
		return []string{"testnet", "faucet", "--home", n.home}
	case modelsName:
		return []string{"model", "serve", n.ModelsDir()}
	case relayerName:
		return relayer.Relayer{Home: filepath.Join(n.home, relayerName)}.StartArgs()
	default:
	}
	return []string{"start", "--home", n.NodeHome(name)}
}

func (n *Network) pidFile(name string) string { return filepath.Join(n.home, pidsDir, name+".pid") }

// pid is the process id of a running node or faucet; 0 if it does not run.
func (n *Network) pid(name string) int {
	raw, err := os.ReadFile(n.pidFile(name))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil || pid <= 1 || !runs(pid, n.args(name)) {
		return 0
	}
	return pid
}

// running names the processes of this network that run.
func (n *Network) running() []string {
	files, err := filepath.Glob(n.pidFile("*"))
	if err != nil {
		return nil
	}
	var out []string
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".pid"); n.pid(name) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// launch starts one process in its own session, so that it outlives this one, with its output appended to its log.
func (n *Network) launch(executable, name string, extra, env []string) (*exec.Cmd, error) {
	if pid := n.pid(name); pid != 0 {
		return nil, fmt.Errorf("%s runs already (pid %d)", name, pid)
	}
	for _, dir := range []string{logsDir, pidsDir} {
		if err := os.MkdirAll(filepath.Join(n.home, dir), 0o755); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(n.LogFile(name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close() //nolint:errcheck // the process has its own descriptor
	cmd := exec.Command(executable, append(n.args(name), extra...)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := os.WriteFile(n.pidFile(name), fmt.Appendf(nil, "%d\n", cmd.Process.Pid), 0o644); err != nil {
		return nil, errors.Join(err, cmd.Process.Kill(), cmd.Wait())
	}
	return cmd, nil
}

// runs says whether the process exists and has these arguments. A process that ended but was not collected has no arguments any more.
func runs(pid int, args []string) bool {
	return strings.Contains(commandLine(pid), "\x00"+strings.Join(args, "\x00")+"\x00")
}

// commandLine is the NUL-terminated argument list of a process; empty if it does not exist.
func commandLine(pid int) string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err == nil {
		return string(raw)
	}
	if _, err := os.Stat("/proc/self/cmdline"); err == nil {
		return ""
	}
	// no /proc: ask ps, whose output separates by spaces
	out, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(out)), "\x00") + "\x00"
}

// children are the processes of a session without its leader: the sidecar of a node that was killed.
func children(session int) []int {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil
	}
	var out []int
	for _, path := range stats {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		// pid (name) state parent group session …; the name may hold spaces and brackets
		end := bytes.LastIndexByte(raw, ')')
		if end < 0 {
			continue
		}
		fields := strings.Fields(string(raw[end+1:]))
		if len(fields) < 4 || fields[0] == "Z" || fields[3] != strconv.Itoa(session) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil && pid != session {
			out = append(out, pid)
		}
	}
	return out
}

// waitGone waits until done or the time is over.
func waitGone(limit time.Duration, done func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(stopPoll) {
		if done() {
			return true
		}
	}
	return done()
}

// logTail is the end of a log, for an error message.
func (n *Network) logTail(name string, lines int) string {
	raw, err := os.ReadFile(n.LogFile(name))
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
