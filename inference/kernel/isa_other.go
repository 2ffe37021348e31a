//go:build !amd64 && !arm64

package kernel

func detected() []ISA { return nil }
