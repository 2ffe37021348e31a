package worker

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	// niceness keeps models behind the node's own threads.
	niceness = 10
	// maxOpen bounds the open files of a child.
	maxOpen = 64
	// confinedEnv marks, and describes, a child that was replaced by its confined self.
	confinedEnv = "IMOD_WORKER_CONFINED"
)

// confine takes from this process everything that running models does not need. Landlock binds single
// threads and what they start, and a Go program has many: so one thread binds itself and then replaces
// the whole process by the same program, which is bound from its first instruction. In that second life
// confine forbids the system calls that remain, in all threads at once, and returns.
func confine(l Limits) (Confinement, error) {
	if told, again := os.LookupEnv(confinedEnv); again {
		var c Confinement
		if err := json.Unmarshal([]byte(told), &c); err != nil {
			return c, fmt.Errorf("%s: %w", confinedEnv, err)
		}
		c.Network = filterCalls()
		return c, c.check()
	}
	runtime.LockOSThread() // until the process is replaced; on an error it ends
	c := Confinement{Memory: l.Memory, OpenFiles: maxOpen}
	for _, r := range []struct {
		name     string
		resource int
		value    uint64
	}{
		// RLIMIT_DATA counts writable private memory, unlike RLIMIT_AS, which would also count the address
		// space that the Go runtime reserves and never touches.
		{"memory", unix.RLIMIT_DATA, l.Memory},
		{"core files", unix.RLIMIT_CORE, 0},
		{"written files", unix.RLIMIT_FSIZE, 0},
		{"open files", unix.RLIMIT_NOFILE, maxOpen},
	} {
		if err := unix.Setrlimit(r.resource, &unix.Rlimit{Cur: r.value, Max: r.value}); err != nil {
			return c, fmt.Errorf("%s: %w", r.name, err)
		}
	}
	// A priority belongs to a thread; what it starts inherits it.
	if err := unix.Setpriority(unix.PRIO_PROCESS, 0, niceness); err != nil {
		return c, fmt.Errorf("priority: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return c, fmt.Errorf("privileges: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return c, err
	}
	c.Landlock, err = landlock(self, l.Read)
	if err != nil {
		return c, fmt.Errorf("landlock: %w", err)
	}
	told, err := json.Marshal(c)
	if err != nil {
		return c, err
	}
	return c, fmt.Errorf("%s: %w", self, syscall.Exec(self, os.Args, append(os.Environ(), confinedEnv+"="+string(told))))
}

// check tries what must not work, so that a child never claims a bound that does not hold.
func (c Confinement) check() error {
	if c.Network {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
		if err == nil {
			return errors.Join(errors.New("the filter of system calls does not hold: a socket was opened"), unix.Close(fd))
		}
	}
	if c.Landlock == 0 {
		return nil
	}
	root, err := os.Open("/")
	if err == nil {
		return errors.Join(errors.New("landlock does not hold: / can be read"), root.Close())
	}
	if !errors.Is(err, os.ErrPermission) {
		return err
	}
	return nil
}

// limitCPU ends this process, by SIGXCPU and cpuExceeded, after so many further seconds of processor
// time on all cores, less than one of them already used; 0 lifts the limit.
func limitCPU(seconds uint64) error {
	limit := uint64(unix.RLIM_INFINITY)
	if seconds > 0 {
		var used unix.Rusage
		if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
			return err
		}
		limit = uint64(used.Utime.Sec+used.Stime.Sec) + seconds
	}
	return unix.Setrlimit(unix.RLIMIT_CPU, &unix.Rlimit{Cur: limit, Max: unix.RLIM_INFINITY})
}

// cpuExceeded is the signal of a process that used up its processor time.
var cpuExceeded os.Signal = unix.SIGXCPU
