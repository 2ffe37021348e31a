// Package doctor looks for what is wrong with a validator's installation. It changes nothing, asks the node
// and its sidecar as any client would, and says what can be done.
package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	oraclenode "github.com/imochain/imod/x/oracle/node"
)

// Level is how bad a finding is.
type Level string

// Levels.
const (
	OK   Level = "ok"
	Warn Level = "warn" // works, and may not for long
	Fail Level = "fail"
	Skip Level = "skip" // not of this installation, or hidden by a failure above
)

// Finding is what one check saw.
type Finding struct {
	Name   string `json:"name"`
	Level  Level  `json:"level"`
	Detail string `json:"detail"`
	// Advice says what to do, when something is to be done.
	Advice string `json:"advice,omitempty"`
}

// Report is what all checks saw.
type Report struct {
	// OK is false when a check failed.
	OK       bool      `json:"ok"`
	Findings []Finding `json:"findings"`
}

// Installation is what is looked at.
type Installation struct {
	// Home is the node's home.
	Home string
	// ChainID is that of the genesis file.
	ChainID string
	// RPC is the address of the node's CometBFT RPC, GRPC that of its gRPC server; GRPC may be empty.
	RPC, GRPC string
	// Ports are further servers of the node that are switched on, by name.
	Ports map[string]string
	// Sidecar says how the node reaches its sidecar; nil when it uses none.
	Sidecar *oraclenode.Config
	// Version is this program's, which the sidecar's must equal.
	Version string
	// Validator is the consensus address, empty on a node that does not vote.
	Validator []byte
	// Beacon tells whether a registered tip is of this node's hash chain; nil when it keeps none.
	Beacon func(tip [32]byte) bool
	// Secrets are files that only the owner may read.
	Secrets []string
	// Environ is the environment, as "name=value".
	Environ []string
	// Now is the clock.
	Now func() time.Time
}

// Run does all checks. It takes no longer than a few seconds for each server that does not answer.
func Run(ctx context.Context, in Installation) Report {
	e := &examination{in: in, ctx: ctx}
	e.files()
	e.machine()
	e.node()
	e.ports()
	e.sidecar()
	e.chain()
	r := Report{OK: true, Findings: e.findings}
	for _, f := range r.Findings {
		r.OK = r.OK && f.Level != Fail
	}
	return r
}

// examination collects findings.
type examination struct {
	in       Installation
	ctx      context.Context
	findings []Finding
}

func (e *examination) add(level Level, name, advice, format string, args ...any) {
	if level == OK {
		advice = ""
	}
	e.findings = append(e.findings, Finding{Name: name, Level: level, Detail: fmt.Sprintf(format, args...), Advice: advice})
}

// Table writes a report for people.
func (r Report) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range r.Findings {
		if _, err := fmt.Fprintf(t, "%s\t%s\t%s\n", f.Level, f.Name, f.Detail); err != nil {
			return err
		}
		if f.Advice != "" {
			if _, err := fmt.Fprintf(t, "\t\t→ %s\n", f.Advice); err != nil {
				return err
			}
		}
	}
	return t.Flush()
}

// JSON writes a report for programs.
func (r Report) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}
