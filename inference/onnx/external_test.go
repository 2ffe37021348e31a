package onnx_test

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/onnx"
)

// beside is a model that adds a weight whose data lie in another file.
func beside(entries ...string) []byte {
	w := tensorHead("w", 1, []int64{2})
	for i := 0; i < len(entries); i += 2 {
		w = w.bytes(13, message{}.text(1, entries[i]).text(2, entries[i+1]))
	}
	return model(13, input("x", 2), message{}.bytes(5, w.int(14, 1)), node("Add", names("x", "w"), names("y")), output("y", 2))
}

func TestExternalData(t *testing.T) {
	data := make([]byte, 4)
	for _, v := range []float32{1.5, -2.5} {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	dir := fstest.MapFS{"w.bin": {Data: data}, "deep/w.bin": {Data: data[4:]}}
	for name, entries := range map[string][]string{
		"ok: from an offset":         {"location", "w.bin", "offset", "4"},
		"ok: with a length":          {"location", "w.bin", "offset", "4", "length", "8"},
		"ok: in a folder below":      {"location", "deep/w.bin"},
		"ok: a checksum nobody uses": {"location", "deep/w.bin", "checksum", "00"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := onnx.Import(beside(entries...), onnx.Options{External: dir})
			require.NoError(t, err)
			require.Equal(t, []float32{1.5, -2.5}, m.Weights[0].F32)
		})
	}
	for name, c := range map[string]struct {
		want    string
		entries []string
	}{
		"fails: above the folder":  {"outside the model's folder", []string{"location", "../w.bin"}},
		"fails: absolute":          {"outside the model's folder", []string{"location", "/etc/passwd"}},
		"fails: no file named":     {"outside the model's folder", nil},
		"fails: absent":            {"w2.bin", []string{"location", "w2.bin"}},
		"fails: a folder":          {"deep has no", []string{"location", "deep"}},
		"fails: too short":         {"has no 8 bytes from 8 on", []string{"location", "w.bin", "offset", "8"}},
		"fails: offset at the end": {"has no 8 bytes", []string{"location", "w.bin", "offset", "9223372036854775807"}},
		"fails: negative offset":   {"out of range", []string{"location", "w.bin", "offset", "-4"}},
		"fails: another length":    {"external data of 9 bytes for 2 elements", []string{"location", "w.bin", "length", "9"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := onnx.Import(beside(c.entries...), onnx.Options{External: dir})
			require.ErrorContains(t, err, c.want)
			require.ErrorContains(t, err, `tensor "w"`)
		})
	}
	_, err := onnx.Import(beside("location", "w.bin"), onnx.Options{})
	require.ErrorContains(t, err, "pack the model from its folder")
}

// TestExternalLink: a link that leads out of the folder is refused by the operating system's root.
func TestExternalLink(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(secret, make([]byte, 8), 0o600))
	folder := t.TempDir()
	if err := os.Symlink(secret, filepath.Join(folder, "w.bin")); err != nil {
		t.Skip(err)
	}
	root, err := os.OpenRoot(folder)
	require.NoError(t, err)
	defer root.Close() //nolint:errcheck // opened for reading
	_, err = onnx.Import(beside("location", "w.bin"), onnx.Options{External: root.FS()})
	require.ErrorContains(t, err, "path escapes")
}
