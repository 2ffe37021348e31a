package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	minFree     = 5 << 30 // bytes
	minFreePart = 20      // one in so many
	slowSync    = 100 * time.Millisecond
	minFiles    = 4096
)

// files checks the home and the modes of secrets.
func (e *examination) files() {
	for _, name := range []string{"config/config.toml", "config/app.toml", "config/genesis.json"} {
		if _, err := os.Stat(filepath.Join(e.in.Home, name)); err != nil {
			e.add(Fail, "home", "make a home with `imod init`, or name another with --home", "%v", err)
			return
		}
	}
	e.add(OK, "home", "", "%s", e.in.Home)
	wide := 0
	for _, path := range e.in.Secrets {
		info, err := os.Stat(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			e.add(Fail, "secret", "", "%v", err)
			wide++
			continue
		}
		if info.Mode().Perm()&0o077 != 0 {
			e.add(Fail, "secret", "chmod 600 "+path, "%s has mode %o: others can read it", path, info.Mode().Perm())
			wide++
		}
	}
	if wide == 0 {
		e.add(OK, "secrets", "", "only their owner can read them")
	}
	for _, v := range e.in.Environ {
		if name, _, _ := strings.Cut(v, "="); name == "FAIL_TEST_INDEX" {
			e.add(Fail, "environment", "unset FAIL_TEST_INDEX", "FAIL_TEST_INDEX ends a node on purpose")
		}
	}
}

// machine checks disk and limits.
func (e *examination) machine() {
	data := filepath.Join(e.in.Home, "data")
	var fs syscall.Statfs_t
	if err := syscall.Statfs(data, &fs); err != nil {
		e.add(Fail, "disk", "", "%s: %v", data, err)
		return
	}
	free, all := fs.Bavail*uint64(fs.Bsize), fs.Blocks*uint64(fs.Bsize)
	level := OK
	if free < minFree || free < all/minFreePart {
		level = Fail
	}
	e.add(level, "disk", "a node whose disk is full stops signing: make room or prune more", "%d of %d GiB are free", free>>30, all>>30)

	took, err := syncTime(data)
	switch {
	case err != nil:
		e.add(Fail, "disk write", "", "%v", err)
	case took > slowSync:
		e.add(Warn, "disk write", "a slow disk delays every block", "a write takes %s", took.Round(time.Millisecond))
	default:
		e.add(OK, "disk write", "", "a write takes %s", took.Round(time.Microsecond))
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err == nil {
		level := OK
		if files.Cur < minFiles {
			level = Warn
		}
		e.add(level, "open files", "raise the limit: ulimit -n, or LimitNOFILE of the service", "%d are allowed", files.Cur)
	}
}

// syncTime measures how long a small write takes to be on disk.
func syncTime(dir string) (took time.Duration, err error) {
	f, err := os.CreateTemp(dir, "doctor-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.WriteString("doctor"); err != nil {
		return 0, err
	}
	began := time.Now()
	err = f.Sync()
	return time.Since(began), err
}
