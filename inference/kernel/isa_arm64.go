package kernel

// detected: every arm64 processor that Go supports has NEON.
func detected() []ISA { return []ISA{NEON} }
