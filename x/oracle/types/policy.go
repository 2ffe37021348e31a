package types

import (
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/attestation"
)

const (
	// MaxPolicyLicences bounds each list of licences of a published policy, MaxPolicyModels that of models.
	MaxPolicyLicences = 32
	MaxPolicyModels   = 256
	// MaxMirrors bounds the published mirrors that a node hands to its sidecar.
	MaxMirrors = 64
)

// Policy is what the message publishes for a validator from a block on.
func (m *MsgSetPolicy) Policy(validator sdk.ConsAddress, height int64) Policy {
	return Policy{
		Validator: validator.String(), MaxBundleBytes: m.MaxBundleBytes, MaxWorkUnits: m.MaxWorkUnits,
		AllowLicences: m.AllowLicences, DenyLicences: m.DenyLicences, DenyModels: m.DenyModels,
		Mirror: m.Mirror, Height: height,
	}
}

// Empty tells that a policy says nothing: it declines nothing and names no mirror.
func (p Policy) Empty() bool {
	return p.MaxBundleBytes == 0 && p.MaxWorkUnits == 0 && len(p.AllowLicences) == 0 && len(p.DenyLicences) == 0 &&
		len(p.DenyModels) == 0 && p.Mirror == ""
}

// Validate checks the form and the bounds of a published policy. Whether a model exists is not asked: models
// come and go, and a policy that names one too many harms nobody.
func (p Policy) Validate() error {
	validator, err := sdk.ConsAddressFromBech32(p.Validator)
	if err != nil || len(validator) != attestation.AddressSize {
		return ErrInvalidPolicy.Wrapf("validator %q", p.Validator)
	}
	if p.Empty() {
		return ErrInvalidPolicy.Wrapf("of validator %s: it says nothing", p.Validator)
	}
	for _, list := range [][]string{p.AllowLicences, p.DenyLicences} {
		if len(list) > MaxPolicyLicences {
			return ErrInvalidPolicy.Wrapf("%d licences in a list, allowed are %d", len(list), MaxPolicyLicences)
		}
		for _, licence := range list {
			if err := CheckLicencePattern(licence); err != nil {
				return err
			}
		}
	}
	if len(p.DenyModels) > MaxPolicyModels {
		return ErrInvalidPolicy.Wrapf("%d models, allowed are %d", len(p.DenyModels), MaxPolicyModels)
	}
	var last uint64
	for _, model := range p.DenyModels {
		if model <= last {
			return ErrInvalidPolicy.Wrapf("model %d after %d: ids are from 1 and ascend", model, last)
		}
		last = model
	}
	if p.Mirror == "" {
		return nil
	}
	if err := imotypes.CheckURI("mirror", p.Mirror, "http", "https"); err != nil {
		return ErrInvalidPolicy.Wrap(err.Error())
	}
	if strings.ContainsAny(p.Mirror, "?#") { // names of bundles and files are appended to it
		return ErrInvalidPolicy.Wrapf("mirror %q has a query or a fragment", p.Mirror)
	}
	return nil
}

// CheckLicencePattern checks a licence of a policy: an SPDX id or a LicenseRef- name, or its beginning and a
// final * for any rest.
func CheckLicencePattern(pattern string) error {
	start := strings.TrimSuffix(pattern, "*")
	if pattern == "" || len(pattern) > imotypes.MaxLicenceLength {
		return ErrInvalidPolicy.Wrapf("licence %q has %d characters, allowed are 1 to %d", pattern, len(pattern), imotypes.MaxLicenceLength)
	}
	for i := range len(start) {
		c := start[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+') {
			return ErrInvalidPolicy.Wrapf("licence %q: want an SPDX id, or its beginning and *", pattern)
		}
	}
	return nil
}
