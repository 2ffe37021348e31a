// Package disk has what the sidecar does to files besides reading them.
package disk

import (
	"errors"
	"os"
	"path/filepath"
)

// Replace replaces a file as a whole. With sync, either the old or the new
// content is there after a crash of the machine, and the new one once it returned.
func Replace(path string, content []byte, sync bool) (err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "tmp-")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, IgnoreMissing(os.Remove(f.Name())))
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

// IgnoreMissing is err unless it says that a file is not there.
func IgnoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// RemoveTemporary removes what a crash left of Replace.
func RemoveTemporary(dir string) error {
	left, err := filepath.Glob(filepath.Join(dir, "tmp-*"))
	if err != nil {
		return err
	}
	for _, f := range left {
		err = errors.Join(err, IgnoreMissing(os.Remove(f)))
	}
	return err
}
