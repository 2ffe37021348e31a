// Package png writes pictures as PNG files whose bytes depend on nothing but the
// pixels: the same file on every machine, in a browser and after any Go release.
// The standard library's encoder promises the pixels only; its compression changes
// between releases.
//
// Surface: Encode. Compression is LZ77 with DEFLATE's fixed codes, or none where
// that is shorter, so a file is never more than a few bytes per row longer than its
// pixels. Changing anything here changes files that people compare: png_test.go
// pins some.
package png

import (
	"encoding/binary"
	"fmt"
	"hash/adler32"
	"hash/crc32"
)

// MaxSide is the largest width and height, in pixels.
const MaxSide = 1 << 12

// Signature starts every PNG file.
const Signature = "\x89PNG\r\n\x1a\n"

// Encode turns raw pixels, red, green and blue of each, row by row from the top,
// into a PNG file.
func Encode(width, height int, rgb []byte) ([]byte, error) {
	if width < 1 || height < 1 || width > MaxSide || height > MaxSide {
		return nil, fmt.Errorf("picture of %dx%d, sides are 1 to %d", width, height, MaxSide)
	}
	if want := 3 * width * height; len(rgb) != want {
		return nil, fmt.Errorf("picture of %dx%d has %d bytes, wanted %d", width, height, len(rgb), want)
	}
	header := binary.BigEndian.AppendUint32(nil, uint32(width))
	header = binary.BigEndian.AppendUint32(header, uint32(height))
	header = append(header, 8, 2, 0, 0, 0) // 8 bits a sample, truecolour, no interlacing
	file := chunk([]byte(Signature), "IHDR", header)
	file = chunk(file, "IDAT", compress(filter(3*width, rgb)))
	return chunk(file, "IEND", nil), nil
}

// chunk appends a chunk: length, type, data, checksum of type and data.
func chunk(file []byte, kind string, data []byte) []byte {
	file = binary.BigEndian.AppendUint32(file, uint32(len(data)))
	start := len(file)
	file = append(append(file, kind...), data...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(file[start:]))
}

// compress makes a zlib stream: header, DEFLATE data, checksum.
func compress(b []byte) []byte {
	out := []byte{0x78, 0x01}
	packed := deflate(b)
	if plain := stored(b); len(plain) <= len(packed) {
		packed = plain
	}
	return binary.BigEndian.AppendUint32(append(out, packed...), adler32.Checksum(b))
}
