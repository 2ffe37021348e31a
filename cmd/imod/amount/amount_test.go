package amount_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/cmd/imod/amount"
)

func TestParse(t *testing.T) {
	zeros := strings.Repeat("0", 18)
	for _, tc := range []struct{ in, want, human string }{
		{"0.01imo", "10000000000000000aimo", "0.01imo"},
		{"1.5imo", "1500000000000000000aimo", "1.5imo"},
		{"1imo", "1" + zeros + "aimo", "1imo"},
		{"1.0imo", "1" + zeros + "aimo", "1imo"},
		{"001.50IMO", "1500000000000000000aimo", "1.5imo"},
		{"0imo", "0aimo", "0imo"},
		{"0.000000000000000001imo", "1aimo", "0.000000000000000001imo"},
		{"123456789.123456789012345678imo", "123456789123456789012345678aimo", "123456789.123456789012345678imo"},
		{"250aimo", "250aimo", "0.00000000000000025imo"},
		{"1.5MODEL-7", "1500000000000000000model-7", "1.5MODEL-7"},
		{"15model-7", "15model-7", "0.000000000000000015MODEL-7"},
		{"77ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2", "77ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2", ""},
		{"7model-x", "7model-x", "7model-x"},
	} {
		a, err := amount.Parse(tc.in)
		require.NoError(t, err, tc.in)
		require.Equal(t, tc.want, a.String(), tc.in)
		if tc.human != "" {
			require.Equal(t, tc.human, a.Human(), tc.in)
		}
	}
	for in, want := range map[string]string{
		"":                                "is not an amount such as 0.01imo",
		"2 imo":                           "write it without the space, 2imo",
		"2\timo":                          "write it without the space, 2imo",
		"-1imo":                           "cannot be negative",
		"+1imo":                           "is not an amount",
		".5imo":                           "write a digit before the point, 0.5imo",
		"1.imo":                           "is not an amount",
		"1,5imo":                          "is not an amount",
		"1e3imo":                          "not an exponent",
		"1.5E18aimo":                      "not an exponent",
		"1.5.2imo":                        "is not an amount",
		"1.5":                             "the denom is missing",
		"100":                             "the denom is missing",
		"imo":                             "is not an amount",
		"1 000imo":                        "is not an amount",
		"０.1imo":                          "is not an amount",
		"0.0000000000000000001imo":        "has 19 decimals, the smallest amount has 18",
		"0.5aimo":                         "so write it in imo",
		"0.5model-3":                      "write whole tokens as MODEL-3",
		"0.5uatom":                        "uatom cannot be divided",
		"1MODEL-":                         "followed by the number of a model",
		"1MODEL-07":                       "followed by the number of a model",
		strings.Repeat("9", 60) + "imo":   "more than a coin can hold",
		strings.Repeat("9", 300) + "aimo": "at most 256 characters",
	} {
		_, err := amount.Parse(in)
		require.ErrorContains(t, err, want, in)
	}
}

func TestLists(t *testing.T) {
	got, err := amount.ParseList("1.5imo,7uatom")
	require.NoError(t, err)
	require.Equal(t, "1500000000000000000aimo,7uatom", got)
	for _, bad := range []string{"", "1imo,", "1imo, 2imo", "1imo 2imo", "1,5imo"} {
		_, err := amount.ParseList(bad)
		require.Error(t, err, bad)
	}
	got, err = amount.Prices("0.000000002imo,0.25uatom")
	require.NoError(t, err)
	require.Equal(t, "2000000000aimo,0.25uatom", got)
	_, err = amount.Prices("0.0000000000000000001imo")
	require.ErrorContains(t, err, "19 decimals")
	_, err = amount.Prices("x")
	require.Error(t, err)

	for text, want := range map[string]bool{"1imo": true, "0.1MODEL-2": true, "1aimo": false, "alice": false, "1": false, "1 imo": false} {
		require.Equal(t, want, amount.IsUnit(text), text)
	}
}

// FuzzParse: what is read can be written in both ways and read again as the same amount.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"0.01imo", "1.5MODEL-7", "250aimo", "2 imo", "", "-1imo", ".5imo", "0.0000000000000000001imo", "1e3imo", "1IMO", "99999999999999999999imo",
		"1MODEL-18446744073709551616", "0model-0", "1.50IMO", "00000000000000000000000000000000000001aimo",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := amount.Parse(text)
		if err != nil {
			return
		}
		require.GreaterOrEqual(t, a.Units.Sign(), 0)
		for _, again := range []string{a.String(), a.Human()} {
			b, err := amount.Parse(again)
			require.NoError(t, err, again)
			require.Zero(t, a.Units.Cmp(b.Units), again)
			require.Equal(t, a.Denom, b.Denom)
		}
		list, err := amount.ParseList(text)
		require.NoError(t, err)
		require.Equal(t, a.String(), list)
	})
}
