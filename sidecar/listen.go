package sidecar

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/imochain/imod/sidecar/internal/disk"
)

// listen opens the node's door. A unix socket is made under another name, closed to
// everybody else, and then moved into place, so that it is never open to others.
func (c Config) listen() (net.Listener, error) {
	path, ok := c.socket()
	if !ok {
		return net.Listen("tcp", c.Listen)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	if err := freeSocket(path); err != nil {
		return nil, err
	}
	fresh := path + ".new"
	if err := disk.IgnoreMissing(os.Remove(fresh)); err != nil {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: fresh, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // it would unlink the first name
	if err := errors.Join(os.Chmod(fresh, 0o600), os.Rename(fresh, path)); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return socketListener{l, path}, nil
}

// freeSocket removes a socket that a crash left behind and nobody answers on.
func freeSocket(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.Mode().Type() != os.ModeSocket {
		return fmt.Errorf("%s is in the way: it is not a socket", path)
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		return errors.Join(fmt.Errorf("another program listens on %s", path), conn.Close())
	}
	return os.Remove(path)
}

// socketListener removes its path when it closes.
type socketListener struct {
	*net.UnixListener
	path string
}

// Close implements net.Listener.
func (l socketListener) Close() error {
	return errors.Join(l.UnixListener.Close(), disk.IgnoreMissing(os.Remove(l.path)))
}
