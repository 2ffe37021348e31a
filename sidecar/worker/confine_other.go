//go:build !linux

package worker

import (
	"os"
	"syscall"
)

// confine relies on the soft memory limit and the parent's clock where the
// process limits of Linux do not exist.
func confine(Limits) (Confinement, error) { return Confinement{}, nil }

// limitCPU does nothing: the parent's clock bounds a job.
func limitCPU(uint64) error { return nil }

// cpuExceeded never comes.
var cpuExceeded os.Signal = syscall.SIGTERM
