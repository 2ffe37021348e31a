package content

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// PNG is the media type that carries the mark in the file.
const PNG = "image/png"

const (
	signature = "\x89PNG\r\n\x1a\n"
	// keyword names an iTXt chunk that holds XMP; flags for no compression, an empty
	// language and an empty translated keyword follow.
	keyword = "XML:com.adobe.xmp\x00"
	plain   = "\x00\x00\x00\x00"
	// chunkFrame is what a chunk has besides its data: length, type, checksum.
	chunkFrame = 12
	headerSize = 13
)

// ErrFile marks a file that is not what its media type says.
var ErrFile = errors.New("file does not fit its media type")

// Mark returns the file with the provenance inside, and whether its type can carry
// it. A packet that the file has already is replaced.
func Mark(file []byte, mediaType string, p Provenance) (marked []byte, inFile bool, err error) {
	if mediaType != PNG {
		return file, false, nil
	}
	marked, err = markPNG(file, Packet(p))
	return marked, err == nil, err
}

// markPNG puts an iTXt chunk behind the header chunk.
func markPNG(file, packet []byte) ([]byte, error) {
	rest, ok := bytes.CutPrefix(file, []byte(signature))
	if !ok {
		return nil, fmt.Errorf("%w: no PNG signature", ErrFile)
	}
	out := make([]byte, 0, len(file)+len(keyword)+len(plain)+len(packet)+chunkFrame)
	out = append(out, signature...)
	for first := true; ; first = false {
		c, kind, data, err := nextChunk(rest)
		if err != nil {
			return nil, err
		}
		if first != (kind == "IHDR") || first && len(data) != headerSize {
			return nil, fmt.Errorf("%w: header chunk is missing, repeated or has a wrong size", ErrFile)
		}
		if rest = rest[len(c):]; kind == "iTXt" && bytes.HasPrefix(data, []byte(keyword)) {
			continue
		}
		if out = append(out, c...); first {
			out = appendChunk(out, "iTXt", []byte(keyword+plain), packet)
		}
		if kind != "IEND" {
			continue
		}
		if len(rest) > 0 || len(data) > 0 {
			return nil, fmt.Errorf("%w: %d bytes behind the end", ErrFile, len(rest)+len(data))
		}
		return out, nil
	}
}

// nextChunk takes a chunk from the front and returns it whole, its type and its data.
func nextChunk(b []byte) (chunk []byte, kind string, data []byte, err error) {
	if len(b) < chunkFrame {
		return nil, "", nil, fmt.Errorf("%w: it ends without an end chunk", ErrFile)
	}
	size := binary.BigEndian.Uint32(b)
	if uint64(size) > uint64(len(b)-chunkFrame) {
		return nil, "", nil, fmt.Errorf("%w: a chunk of %d bytes does not fit", ErrFile, size)
	}
	end := chunkFrame + int(size)
	if crc32.ChecksumIEEE(b[4:end-4]) != binary.BigEndian.Uint32(b[end-4:]) {
		return nil, "", nil, fmt.Errorf("%w: a checksum is wrong", ErrFile)
	}
	return b[:end], string(b[4:8]), b[8 : end-4], nil
}

func appendChunk(out []byte, kind string, parts ...[]byte) []byte {
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	out = binary.BigEndian.AppendUint32(out, uint32(size))
	start := len(out)
	out = append(out, kind...)
	for _, p := range parts {
		out = append(out, p...)
	}
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[start:]))
}
