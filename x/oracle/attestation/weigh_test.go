package attestation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/x/oracle/attestation"
)

// TestBindingsOfOneSlot: every pair of what a validator may say about a subject, in its order.
func TestBindingsOfOneSlot(t *testing.T) {
	a, b, no := attestation.Binding{1}, attestation.Binding{2}, attestation.Binding{}
	for name, tc := range map[string]struct {
		said  []attestation.Binding
		state attestation.State
		value attestation.Binding
	}{
		"nothing":                 {nil, attestation.Absent, no},
		"one value":               {[]attestation.Binding{a}, attestation.Bound, a},
		"the same twice":          {[]attestation.Binding{a, a}, attestation.Bound, a},
		"two values":              {[]attestation.Binding{a, b}, attestation.Voided, no},
		"void is for good":        {[]attestation.Binding{a, b, a}, attestation.Voided, no},
		"declined":                {[]attestation.Binding{no, no}, attestation.Declined, no},
		"declined, then bound":    {[]attestation.Binding{no, a}, attestation.Bound, a},
		"bound, then declined":    {[]attestation.Binding{a, no}, attestation.Bound, a},
		"void, then declined":     {[]attestation.Binding{a, b, no}, attestation.Voided, no},
		"declined between values": {[]attestation.Binding{a, no, b}, attestation.Voided, no},
	} {
		var s attestation.Slot
		for _, value := range tc.said {
			before := s
			require.Equal(t, s.Bind(value), s != before, name)
		}
		require.Equal(t, attestation.Slot{State: tc.state, Value: tc.value}, s, name)
	}
}
