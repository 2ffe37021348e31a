package worker

import (
	"errors"
	"io/fs"
	"unsafe"

	"golang.org/x/sys/unix"
)

// landlockNetwork is the first version of the kernel's interface that knows TCP, landlockScope the
// first that knows signals and abstract sockets.
const (
	landlockNetwork = 4
	landlockScope   = 6
)

const (
	readFile = unix.LANDLOCK_ACCESS_FS_READ_FILE
	readTree = readFile | unix.LANDLOCK_ACCESS_FS_READ_DIR
	program  = readFile | unix.LANDLOCK_ACCESS_FS_EXECUTE
)

// loader are the places of a dynamically linked program's parts, and what the Go runtime reads of the
// kernel's settings. None of it is secret.
var loader = map[string]uint64{
	"/lib": readTree | program, "/lib64": readTree | program, "/usr/lib": readTree | program, "/usr/lib64": readTree | program,
	"/etc/ld.so.cache":                    readFile,
	"/sys/kernel/mm/transparent_hugepage": readTree,
}

// landlock leaves this thread, and what it will start, the program itself and the folders to read; no
// file to write, no TCP connection, no signal to others. It returns the version of the kernel's
// interface, 0 where there is none (Landlock, Linux 5.13; kernel documentation, userspace-api/landlock). The
// thread must have given up new privileges.
func landlock(self string, read []string) (version int, err error) {
	abi, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 {
		return 0, nil // the kernel has none, or it is switched off
	}
	version = int(abi)
	attr := handled(version)
	set, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr), 0)
	if errno != 0 {
		return 0, errno
	}
	defer func() { err = errors.Join(err, unix.Close(int(set))) }()
	for path, access := range loader {
		if err := allow(int(set), path, access); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return 0, err
		}
	}
	if err := allow(int(set), self, program); err != nil {
		return 0, err
	}
	for _, dir := range read {
		if err := allow(int(set), dir, readTree); err != nil {
			return 0, err
		}
	}
	if _, _, errno := unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, set, 0, 0); errno != 0 {
		return 0, errno
	}
	return version, nil
}

// handled is everything that a version of the interface can forbid.
func handled(version int) unix.LandlockRulesetAttr {
	attr := unix.LandlockRulesetAttr{Access_fs: 1<<13 - 1} // EXECUTE to MAKE_SYM
	for _, later := range []struct {
		since  int
		access uint64
	}{
		{2, unix.LANDLOCK_ACCESS_FS_REFER}, {3, unix.LANDLOCK_ACCESS_FS_TRUNCATE}, {5, unix.LANDLOCK_ACCESS_FS_IOCTL_DEV},
	} {
		if version >= later.since {
			attr.Access_fs |= later.access
		}
	}
	if version >= landlockNetwork {
		attr.Access_net = unix.LANDLOCK_ACCESS_NET_BIND_TCP | unix.LANDLOCK_ACCESS_NET_CONNECT_TCP
	}
	if version >= landlockScope {
		attr.Scoped = unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL
	}
	return attr
}

func allow(set int, path string, access uint64) (err error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return &fs.PathError{Op: "landlock", Path: path, Err: err}
	}
	defer func() { err = errors.Join(err, unix.Close(fd)) }()
	rule := unix.LandlockPathBeneathAttr{Allowed_access: access, Parent_fd: int32(fd)}
	_, _, errno := unix.Syscall6(unix.SYS_LANDLOCK_ADD_RULE, uintptr(set), unix.LANDLOCK_RULE_PATH_BENEATH, uintptr(unsafe.Pointer(&rule)), 0, 0, 0)
	if errno != 0 {
		return &fs.PathError{Op: "landlock", Path: path, Err: errno}
	}
	return nil
}
