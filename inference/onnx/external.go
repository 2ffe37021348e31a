package onnx

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"

	"github.com/imochain/imod/inference/ir"
)

// errExternal is the answer where no folder was given.
var errExternal = errors.New("its data lie in another file (external data): pack the model from its folder, or save it as one file")

// externalFile is where a tensor's data lie: part of a file beside the model.
type externalFile struct {
	location       string
	offset, length int64
	stated         bool // the length is
}

// add reads one key and value.
func (e *externalFile) add(v field) error {
	b, err := v.message()
	if err != nil {
		return err
	}
	var key, value string
	err = fields(b, func(v field) (err error) {
		switch v.id {
		case 1:
			key, err = v.text()
		case 2:
			value, err = v.text()
		}
		return err
	})
	if err != nil {
		return err
	}
	switch key {
	case "location":
		e.location = value
	case "offset":
		e.offset, err = strconv.ParseInt(value, 10, 64)
	case "length":
		e.length, err = strconv.ParseInt(value, 10, 64)
		e.stated = true
	}
	if err != nil || e.offset < 0 || e.length < 0 {
		return fmt.Errorf("external data: %s %q is out of range", key, value)
	}
	return nil
}

// load fills in a tensor's external data: exactly the bytes that its shape needs.
// Those were taken from the budget before.
func (t *tensorProto) load(dir fs.FS, maxElems int64) error {
	e := t.file
	n, err := ir.Elems(t.dims, maxElems)
	if err != nil {
		return err
	}
	_, width, err := t.stored()
	if err != nil {
		return err
	}
	size := n * width
	switch {
	case t.hasRaw || len(t.lists) > 0:
		return errors.New("data both in the model and in another file")
	case !fs.ValidPath(e.location) || e.location == ".":
		return fmt.Errorf("external data in %q, outside the model's folder: put the file beside the model", e.location)
	case e.stated && e.length != size:
		return fmt.Errorf("external data of %d bytes for %d elements", e.length, n)
	}
	f, err := dir.Open(e.location)
	if err != nil {
		return fmt.Errorf("external data: %w", err)
	}
	defer f.Close() //nolint:errcheck // opened for reading
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("external data: %w", err)
	}
	if !info.Mode().IsRegular() || e.offset > info.Size() || size > info.Size()-e.offset {
		return fmt.Errorf("external data: %s has no %d bytes from %d on", e.location, size, e.offset)
	}
	at, ok := f.(io.ReaderAt)
	if !ok {
		return fmt.Errorf("external data: %s cannot be read in parts", e.location)
	}
	t.raw, t.hasRaw, t.external = make([]byte, size), true, false
	_, err = io.ReadFull(io.NewSectionReader(at, e.offset, size), t.raw)
	return err
}
