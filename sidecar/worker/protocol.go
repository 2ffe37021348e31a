package worker

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
)

// maxFrame bounds a message in either direction: the outputs of a proof's challenges,
// 4 MiB each, in base64.
const maxFrame = 24 << 20

// Op is what a job asks for.
type Op string

// Jobs.
const (
	// OpRun runs a model once.
	OpRun Op = "run"
	// OpProve runs all vectors and challenges of a model.
	OpProve Op = "prove"
	// opCancel ends the running job early.
	opCancel Op = "cancel"
)

// Job is one piece of work.
type Job struct {
	ID uint64 `json:"id"`
	Op Op     `json:"op"`
	// Store is the folder of bundles that holds Root; it comes from the operator.
	Store  string   `json:"store,omitempty"`
	Root   [32]byte `json:"root"`
	Input  []byte   `json:"input,omitempty"`
	Seed   uint64   `json:"seed,omitempty"`
	Beacon [32]byte `json:"beacon"`
	// CPU is the most seconds of processor time, over all cores; 0 sets no limit.
	CPU uint64 `json:"cpu,omitempty"`
	// Memory is the child's limit in bytes for this job, 0 for that of the Config. A child with another
	// limit is replaced first.
	Memory uint64 `json:"-"`
}

// Reply answers a job.
type Reply struct {
	ID uint64 `json:"id"`
	// OutputRoot is the root of the output, or the results root of a proof.
	OutputRoot [32]byte `json:"output_root"`
	InputRoot  [32]byte `json:"input_root"`
	Witness    [32]byte `json:"witness"`
	Output     []byte   `json:"output,omitempty"`
	MediaType  string   `json:"media_type,omitempty"`
	// Results are the encoded results of a proof, Challenges the raw outputs of its
	// challenges.
	Results    []byte   `json:"results,omitempty"`
	Challenges [][]byte `json:"challenges,omitempty"`
	// Refused is the reason byte when every runner must find that the model cannot
	// be run.
	Refused uint8 `json:"refused,omitempty"`
	// Damaged tells that the files in Store do not match the root.
	Damaged bool `json:"damaged,omitempty"`
	// Error says what went wrong; with neither Refused nor Damaged it says nothing
	// about the model.
	Error string `json:"error,omitempty"`
}

// hello is the child's first message.
type hello struct {
	SelfTest    string      `json:"self_test"` // empty when the test passed
	Confinement Confinement `json:"confinement"`
}

func writeFrame(w io.Writer, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(body) > maxFrame {
		return fmt.Errorf("message of %d bytes, allowed are %d", len(body), maxFrame)
	}
	// One write, so that a reader never waits for the second half of a header.
	_, err = w.Write(append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body))), body...))
	return err
}

func readFrame(r io.Reader, v any) error {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > maxFrame {
		return fmt.Errorf("message of %d bytes, allowed are %d", n, maxFrame)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return err
	}
	return json.Unmarshal(body, v)
}
