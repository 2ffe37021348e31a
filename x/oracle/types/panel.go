package types

import (
	"github.com/imochain/imod/x/oracle/attestation"
)

// Subject returns what the executors of a panel bind: the same as validators would, with the account in the place of
// the consensus address.
func (p Panel) Subject(chain [32]byte) (attestation.Subject, error) {
	s, err := subject(attestation.Kind(p.Kind), p.Id, p.DueHeight, p.ManifestRoot, p.InputRoot, p.Seed)
	if err != nil {
		return s, err
	}
	if len(p.Beacon) != 32 {
		return s, ErrInvalidState.Wrapf("beacon of panel %s %d has %d bytes", p.Kind, p.Id, len(p.Beacon))
	}
	s.Draw = attestation.Draw(chain, s, [32]byte(p.Beacon))
	return s, nil
}
