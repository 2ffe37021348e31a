package ir

// Limits bound what a graph may be and cost. They are checked before anything of
// the size they bound is allocated.
type Limits struct {
	MaxBytes       int64 // encoded graph
	MaxNodes       int
	MaxWeights     int
	MaxPorts       int   // graph inputs, and graph outputs
	MaxNodeInputs  int   // inputs of one node
	MaxAttrs       int   // Ints, and Floats, of one node
	MaxElems       int64 // elements of one tensor
	MaxWeightBytes int64 // all weights together
	MaxPeakBytes   int64 // live activations at any one time
	MaxMACs        int64 // multiply-adds of one run
	MaxWork        int64 // WorkUnits of one run
}

// DefaultLimits is what the chain's tools accept. A deployment may lower them.
func DefaultLimits() Limits {
	return Limits{
		MaxBytes:       8 << 20,
		MaxNodes:       16384,
		MaxWeights:     8192,
		MaxPorts:       64,
		MaxNodeInputs:  256,
		MaxAttrs:       64,
		MaxElems:       1 << 28,
		MaxWeightBytes: 2 << 30,
		MaxPeakBytes:   1 << 30,
		MaxMACs:        1 << 40,
		MaxWork:        1 << 40,
	}
}
