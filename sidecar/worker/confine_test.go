//go:build linux

package worker_test

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/imochain/imod/sidecar/internal/tiny"
	"github.com/imochain/imod/sidecar/worker"
)

const probeArg = "imod-test-probe"

// probe is what a confined process could do.
type probe struct {
	Confinement                             worker.Confinement
	Read, Other, Secret, List, Write, Local error2
	Connect, Listen, Datagram, Exec, Signal error2
	Nice                                    int
}

// error2 is the text of an error: empty when it worked.
type error2 string

func said(err error) error2 {
	if err == nil {
		return ""
	}
	return error2(err.Error())
}

// maybeProbe turns the test binary into a confined process that tries what a worker must not:
// arguments are the folder it may read, another one, an address, and a process.
func maybeProbe() {
	if len(os.Args) < 2 || os.Args[1] != probeArg {
		return
	}
	dir, other, address := os.Args[2], os.Args[3], os.Args[4]
	pid, err := strconv.Atoi(os.Args[5])
	if err != nil {
		os.Exit(2)
	}
	var p probe
	p.Confinement, err = worker.Confine(worker.Limits{Memory: memory, Threads: 1, Read: []string{dir}})
	if err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(2)
	}
	open := func(path string) error2 {
		f, err := os.Open(path)
		if err == nil {
			err = f.Close()
		}
		return said(err)
	}
	p.Read, p.Other, p.Secret = open(filepath.Join(dir, "file")), open(filepath.Join(other, "file")), open("/etc/passwd")
	_, err = os.ReadDir("/")
	p.List = said(err)
	p.Write, p.Local = said(os.WriteFile(filepath.Join(other, "new"), []byte("x"), 0o600)), said(os.WriteFile(filepath.Join(dir, "new"), []byte("x"), 0o600))
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err == nil {
		err = conn.Close()
	}
	p.Connect = said(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err == nil {
		err = l.Close()
	}
	p.Listen = said(err)
	conn, err = net.Dial("udp", address)
	if err == nil {
		err = conn.Close()
	}
	p.Datagram = said(err)
	p.Exec = said(exec.Command("/bin/true").Run())
	p.Signal = said(syscall.Kill(pid, syscall.SIGURG))
	p.Nice, err = unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil || json.NewEncoder(os.Stdout).Encode(p) != nil {
		os.Exit(2)
	}
	os.Exit(0)
}

// TestConfined: a worker reads its bundles and nothing else of the file system, writes nothing, opens no
// connection, starts no program and reaches no process; what its kernel cannot forbid it reports.
func TestConfined(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	for _, d := range []string{dir, other} {
		require.NoError(t, os.WriteFile(filepath.Join(d, "file"), []byte("x"), 0o600))
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close() //nolint:errcheck // test
	cmd := exec.Command(os.Args[0], probeArg, dir, other, l.Addr().String(), strconv.Itoa(os.Getpid()))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var p probe
	require.NoError(t, json.Unmarshal(out, &p))
	require.Empty(t, p.Read)
	require.EqualValues(t, memory, p.Confinement.Memory)
	require.Equal(t, 20-10, p.Nice, "the system call gives 20 less the niceness")
	require.NotEmpty(t, p.Local, "written files have no room")
	if p.Confinement.Landlock == 0 {
		require.Contains(t, p.Confinement.String(), "without landlock")
		t.Skip("this kernel has no Landlock")
	}
	for name, e := range map[string]error2{"other": p.Other, "secret": p.Secret, "list": p.List, "write": p.Write, "program": p.Exec} {
		require.Contains(t, e, "permission denied", name)
	}
	if p.Confinement.Network {
		for name, e := range map[string]error2{"connect": p.Connect, "listen": p.Listen, "datagram": p.Datagram} {
			require.Contains(t, e, "not permitted", name)
		}
	}
	if p.Confinement.Landlock >= 6 {
		require.Contains(t, p.Signal, "not permitted")
	}
}

// TestProcessorTime: a job that uses up its processor time loses its worker, whatever the clock says.
func TestProcessorTime(t *testing.T) {
	dir := t.TempDir()
	slow := tiny.Write(t, dir, tiny.Slow(t))
	w := newWorker(t, dir)
	_, err := w.Do(t.Context(), worker.Job{Op: worker.OpRun, Store: dir, Root: slow, Input: make([]byte, 16), CPU: 1})
	require.ErrorIs(t, err, worker.ErrDied)
	require.ErrorContains(t, err, "exit status 3")
}

// TestMemoryOfOneModel: a job with a limit of its own gets a worker with that limit, and the next one
// with the usual limit another.
func TestMemoryOfOneModel(t *testing.T) {
	dir := t.TempDir()
	good := tiny.Write(t, dir, tiny.Picture(t))
	w := newWorker(t, dir)
	run := func(memory uint64, root [32]byte, input string) error {
		r, err := w.Do(t.Context(), worker.Job{Op: worker.OpRun, Store: dir, Root: root, Input: []byte(input), Memory: memory})
		if err == nil && r.Error != "" {
			err = errors.New(r.Error)
		}
		return err
	}
	require.NoError(t, run(0, good, "red on red"))
	first := w.PID()
	require.NoError(t, run(1<<30, good, "red on red"))
	require.NotEqual(t, first, w.PID())
	c, ok := w.Confinement()
	require.True(t, ok)
	require.EqualValues(t, 1<<30, c.Memory)
	require.NoError(t, run(0, good, "red on red"))
	c, _ = w.Confinement()
	require.EqualValues(t, memory, c.Memory)
	require.Zero(t, w.Deaths())
}
