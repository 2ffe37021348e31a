package worker

import (
	"fmt"
	"strings"
)

// Confinement is what the system keeps a child from, as the child found it.
type Confinement struct {
	// Landlock is the version of the kernel's interface, 0 where it has none: the child could then read
	// what its user can.
	Landlock int `json:"landlock"`
	// Network tells that no socket can be opened, no program started, no other process read.
	Network bool `json:"network"`
	// Memory is the most bytes of writable memory, 0 where the system sets no limit.
	Memory uint64 `json:"memory"`
	// OpenFiles is the most open files, 0 where the system sets no limit; none can be written.
	OpenFiles uint64 `json:"open_files"`
}

// Full tells that nothing that a current kernel offers is missing.
func (c Confinement) Full() bool {
	return c.Landlock > 0 && c.Network && c.Memory > 0 && c.OpenFiles > 0
}

// String says what holds and what is missing.
func (c Confinement) String() string {
	var missing []string
	if c.Landlock == 0 {
		missing = append(missing, "landlock")
	}
	if !c.Network {
		missing = append(missing, "filter of system calls")
	}
	if c.Memory == 0 {
		missing = append(missing, "process limits")
	}
	if len(missing) == 0 {
		return fmt.Sprintf("full (landlock %d, %d MiB)", c.Landlock, c.Memory>>20)
	}
	return "without " + strings.Join(missing, ", ")
}
