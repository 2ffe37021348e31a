package bundle

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/bundle/internal/wire"
	"github.com/imochain/imod/inference/merkle"
)

// Hash is a SHA-256 digest.
type Hash = merkle.Hash

// Versions of the format and of the numeric rules.
const (
	FormatVersion = 1
	SemanticsV1   = 1
)

// Bounds of the format. A chain's parameters may be tighter.
const (
	MaxManifest    = 16 << 10
	MaxIR          = 8 << 20
	MaxTable       = 80 << 20 // hashes of MaxWeights in chunks, and the shapes
	MaxWeights     = 2 << 30
	MaxCard        = 64 << 10
	MaxPeakMemory  = 1 << 30
	MaxWorkUnits   = 1 << 40
	MaxName        = 64
	MaxSummary     = 512
	MaxLicence     = 80
	MaxDomain      = 512
	MaxVectors     = 16
	MaxVectorInput = 8 << 10
)

var (
	// ErrManifest marks a manifest that breaks a rule of FORMAT.md.
	ErrManifest = errors.New("manifest is invalid")
	// ErrBundle marks files that do not match their manifest.
	ErrBundle = errors.New("bundle does not match its manifest")

	magic = [4]byte{'i', 'm', 'o', 'm'}
)

// Vector is a test vector: an input with the result that every runner must get.
type Vector struct {
	Input      []byte
	Seed       uint64
	OutputRoot Hash
	Witness    Hash
}

// Manifest describes one version of a model and commits to all of its parts.
type Manifest struct {
	// Semantics is the version of the numeric rules the model was packed for.
	Semantics uint32
	// Creator is the account that may register the model.
	Creator [20]byte
	// Name, Summary, Licence and Domain are for readers; Domain says in words which
	// inputs the model is meant for.
	Name, Summary, Licence, Domain string

	// IRRoot is the root of the graph, IRBytesRoot that of its encoding as bytes.
	IRRoot, IRBytesRoot Hash
	// WeightsRoot is the list root over the tensor roots of the weights.
	WeightsRoot Hash
	// CardRoot is the root of the model card's bytes.
	CardRoot Hash
	// ONNXHash is the SHA-256 of the file the graph was imported from.
	ONNXHash Hash

	// IRBytes, TableBytes, WeightBytes and CardBytes are the lengths of the files,
	// TotalBytes their sum.
	IRBytes, TableBytes, WeightBytes, CardBytes, TotalBytes uint64

	// WorkUnits of the longest run and PeakMemory (bytes of live activations) are
	// computed from the graph and the pipeline; a runner computes them again.
	WorkUnits, PeakMemory uint64
	// MaxInputBytes and MaxOutputBytes are the pipeline's bounds.
	MaxInputBytes, MaxOutputBytes uint32

	// Pipeline says what goes in and what comes out.
	Pipeline descriptor.Pipeline
	// Vectors are the test vectors, at least one.
	Vectors []Vector
}

// DecodeManifest decodes and validates a manifest. It is canonical: a manifest has
// exactly one encoding.
func DecodeManifest(b []byte) (*Manifest, error) {
	if len(b) > MaxManifest {
		return nil, fmt.Errorf("%w: %d bytes, allowed are %d", ErrManifest, len(b), MaxManifest)
	}
	m, err := decodeManifest(wire.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	if err := m.Validate(); err != nil {
		return nil, err
	}
	if !bytes.Equal(m.Encode(), b) {
		return nil, fmt.Errorf("%w: encoding is not canonical", ErrManifest)
	}
	return m, nil
}

func decodeManifest(r *wire.Reader) (*Manifest, error) {
	if [4]byte(append(r.Bytes(4, "magic"), 0, 0, 0, 0)) != magic {
		r.Fail("not a manifest")
	}
	if v := r.U16("format version"); v != FormatVersion {
		r.Fail("format version %d is not %d", v, FormatVersion)
	}
	m := &Manifest{Semantics: r.U32("semantics version")}
	copy(m.Creator[:], r.Bytes(20, "creator"))
	m.Name = r.Text(MaxName, "name")
	m.Summary = r.Text(MaxSummary, "summary")
	m.Licence = r.Text(MaxLicence, "licence")
	m.Domain = r.Text(MaxDomain, "domain")
	m.IRRoot = r.Hash("IR root")
	m.IRBytesRoot = r.Hash("IR bytes root")
	m.WeightsRoot = r.Hash("weights root")
	m.CardRoot = r.Hash("card root")
	m.ONNXHash = r.Hash("ONNX hash")
	m.IRBytes = r.U64("IR bytes")
	m.TableBytes = r.U64("table bytes")
	m.WeightBytes = r.U64("weight bytes")
	m.CardBytes = r.U64("card bytes")
	m.TotalBytes = r.U64("total bytes")
	m.WorkUnits = r.U64("work units")
	m.PeakMemory = r.U64("peak memory")
	m.MaxInputBytes = r.U32("input bytes")
	m.MaxOutputBytes = r.U32("output bytes")
	m.Pipeline = descriptor.Decode(r)
	for range r.Count(MaxVectors, 2+8+32+32, "vectors") {
		m.Vectors = append(m.Vectors, Vector{
			Input:      r.Data(MaxVectorInput, "vector input"),
			Seed:       r.U64("vector seed"),
			OutputRoot: r.Hash("vector output root"),
			Witness:    r.Hash("vector witness"),
		})
	}
	return m, r.End()
}

// Encode returns the canonical encoding. It does not validate.
func (m *Manifest) Encode() []byte {
	b := make([]byte, 0, 1024)
	b = append(b, magic[:]...)
	b = wire.U16(b, FormatVersion)
	b = wire.U32(b, m.Semantics)
	b = append(b, m.Creator[:]...)
	b = wire.Text(b, m.Name)
	b = wire.Text(b, m.Summary)
	b = wire.Text(b, m.Licence)
	b = wire.Text(b, m.Domain)
	for _, h := range []Hash{m.IRRoot, m.IRBytesRoot, m.WeightsRoot, m.CardRoot, m.ONNXHash} {
		b = append(b, h[:]...)
	}
	for _, v := range []uint64{m.IRBytes, m.TableBytes, m.WeightBytes, m.CardBytes, m.TotalBytes, m.WorkUnits, m.PeakMemory} {
		b = wire.U64(b, v)
	}
	b = wire.U32(b, m.MaxInputBytes)
	b = wire.U32(b, m.MaxOutputBytes)
	b = descriptor.Encode(b, m.Pipeline)
	b = wire.U16(b, uint16(len(m.Vectors)))
	for _, v := range m.Vectors {
		b = wire.Text(b, v.Input)
		b = wire.U64(b, v.Seed)
		b = append(b, v.OutputRoot[:]...)
		b = append(b, v.Witness[:]...)
	}
	return b
}

// Root is the hash that names the version: SHA-256("imod/manifest/v1" ‖ encoding).
func (m *Manifest) Root() Hash { return RootOf(m.Encode()) }

// RootOf is the root of an encoded manifest.
func RootOf(encoded []byte) Hash {
	return sha256.Sum256(append([]byte("imod/manifest/v1"), encoded...))
}
