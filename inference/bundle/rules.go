package bundle

import (
	"fmt"
	"strings"

	"github.com/imochain/imod/inference/bundle/internal/wire"
)

// Validate checks every rule that follows from the manifest alone.
func (m *Manifest) Validate() error {
	if err := m.validate(); err != nil {
		return fmt.Errorf("%w: %w", ErrManifest, err)
	}
	return nil
}

func (m *Manifest) validate() error {
	if m.Semantics != SemanticsV1 {
		return fmt.Errorf("semantics version %d is not supported by this version, which has %d", m.Semantics, SemanticsV1)
	}
	if m.Creator == ([20]byte{}) {
		return fmt.Errorf("creator is the zero address")
	}
	if err := m.validateTexts(); err != nil {
		return err
	}
	if err := m.validateSizes(); err != nil {
		return err
	}
	if m.Pipeline == nil {
		return fmt.Errorf("pipeline is missing")
	}
	if err := m.Pipeline.Validate(); err != nil {
		return err
	}
	if got, want := m.MaxInputBytes, m.Pipeline.InputBound(); got != want {
		return fmt.Errorf("input limit is %d bytes, the pipeline's is %d", got, want)
	}
	if got, want := m.MaxOutputBytes, m.Pipeline.OutputBound(); got != want {
		return fmt.Errorf("output limit is %d bytes, the pipeline's is %d", got, want)
	}
	if n := len(m.Vectors); n < 1 || n > MaxVectors {
		return fmt.Errorf("%d test vectors, allowed are 1 to %d", n, MaxVectors)
	}
	for i, v := range m.Vectors {
		if len(v.Input) > MaxVectorInput {
			return fmt.Errorf("test vector %d has %d bytes of input, allowed are %d", i, len(v.Input), MaxVectorInput)
		}
		if err := m.Pipeline.ValidateInput(v.Input); err != nil {
			return fmt.Errorf("test vector %d: %w", i, err)
		}
	}
	return nil
}

func (m *Manifest) validateTexts() error {
	if err := wire.CheckText(m.Name, 1, MaxName, "name"); err != nil {
		return err
	}
	if strings.TrimSpace(m.Name) != m.Name {
		return fmt.Errorf("name begins or ends with a space")
	}
	if err := wire.CheckText(m.Summary, 0, MaxSummary, "summary"); err != nil {
		return err
	}
	if err := wire.CheckText(m.Domain, 0, MaxDomain, "domain"); err != nil {
		return err
	}
	return checkLicence(m.Licence)
}

// checkLicence accepts the characters of SPDX expressions without blanks around
// operators: one identifier, or LicenseRef- and the hash of a text.
func checkLicence(s string) error {
	if len(s) < 1 || len(s) > MaxLicence {
		return fmt.Errorf("licence has %d bytes, allowed are 1 to %d", len(s), MaxLicence)
	}
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+') {
			return fmt.Errorf("licence %q is not an SPDX identifier", s)
		}
	}
	return nil
}

func (m *Manifest) validateSizes() error {
	total := uint64(0)
	for _, f := range []struct {
		name        string
		size        uint64
		least, most uint64
	}{
		{"ir", m.IRBytes, 1, MaxIR},
		{"tensors", m.TableBytes, 1, MaxTable},
		{"weights", m.WeightBytes, 0, MaxWeights},
		{"card.md", m.CardBytes, 0, MaxCard},
	} {
		if f.size < f.least || f.size > f.most {
			return fmt.Errorf("file %s has %d bytes, allowed are %d to %d", f.name, f.size, f.least, f.most)
		}
		total += f.size
	}
	if m.TotalBytes != total {
		return fmt.Errorf("total is %d bytes, the files have %d", m.TotalBytes, total)
	}
	if m.WorkUnits < 1 || m.WorkUnits > MaxWorkUnits {
		return fmt.Errorf("%d work units, allowed are 1 to %d", m.WorkUnits, uint64(MaxWorkUnits))
	}
	if m.PeakMemory < 1 || m.PeakMemory > MaxPeakMemory {
		return fmt.Errorf("peak memory is %d bytes, allowed are 1 to %d", m.PeakMemory, uint64(MaxPeakMemory))
	}
	return nil
}

// ValidateInput checks a raw input; the chain calls it before it takes a request.
func (m *Manifest) ValidateInput(input []byte) error { return m.Pipeline.ValidateInput(input) }
