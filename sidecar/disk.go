package sidecar

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// replaceFile replaces a file as a whole. With sync, either the old or the new
// content is there after a crash of the machine, and the new one once it returned.
func replaceFile(path string, content []byte, sync bool) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "tmp-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreMissing(os.Remove(f.Name())))
		}
	}()
	_, err = f.Write(content)
	if err == nil && sync {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = os.Rename(f.Name(), path); err != nil {
		return err
	}
	if !sync {
		return nil
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// removeTemporary removes what a crash left of replaceFile.
func removeTemporary(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, "tmp-*"))
	if err != nil {
		return err
	}
	for _, f := range left {
		err = errors.Join(err, ignoreMissing(os.Remove(f)))
	}
	return err
}

// lockHome makes sure that one sidecar works in a folder; the lock ends with the
// process.
func lockHome(home string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(home, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("folder %s is in use by another sidecar: %w", home, err), f.Close())
	}
	return f, nil
}
