package kernel

import "golang.org/x/sys/cpu"

// detected also asks whether the operating system saves the registers; package
// cpu reports a set only then.
func detected() []ISA {
	var found []ISA
	x := cpu.X86
	if x.HasAVX2 {
		found = append(found, AVX2)
	}
	if x.HasAVX2 && x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL {
		found = append(found, AVX512)
		if x.HasAVX512VNNI {
			found = append(found, AVX512VNNI)
		}
	}
	return found
}
