package wire_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/bundle/internal/wire"
)

func TestRoundTrip(t *testing.T) {
	b := wire.U8(nil, 1)
	b = wire.U16(b, 0x0203)
	b = wire.U32(b, 0x04050607)
	b = wire.U64(b, 0x08090a0b0c0d0e0f)
	b = wire.F32(b, -1.5)
	b = wire.Text(b, "text")
	require.Equal(t, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\xbf\xc0\x00\x00\x00\x04text", string(b))
	r := wire.NewReader(b)
	require.EqualValues(t, 1, r.U8("a"))
	require.EqualValues(t, 0x0203, r.U16("b"))
	require.EqualValues(t, 0x04050607, r.U32("c"))
	require.EqualValues(t, 0x08090a0b0c0d0e0f, r.U64("d"))
	require.EqualValues(t, -1.5, r.F32("e"))
	require.Equal(t, "text", r.Text(4, "f"))
	require.NoError(t, r.End())
}

// TestFirstFailureSticks: after a failure nothing more is read and nothing changes
// the reason.
func TestFirstFailureSticks(t *testing.T) {
	r := wire.NewReader([]byte{1, 2, 3})
	require.Zero(t, r.U32("number"))
	require.Zero(t, r.U8("next"))
	require.Empty(t, r.Text(10, "text"))
	require.Nil(t, r.Data(10, "data"))
	require.ErrorIs(t, r.End(), wire.ErrFormat)
	require.ErrorContains(t, r.Err(), "number needs 4 bytes, 3 are left")
}

func TestCounts(t *testing.T) {
	for name, tc := range map[string]struct {
		raw         string
		limit, size int
		want        int
		err         string
	}{
		"ok":                       {"\x00\x02abcd", 2, 2, 2, ""},
		"fails: above the limit":   {"\x00\x03abcdef", 2, 2, 0, "items: 3 is above 2"},
		"fails: cannot fit":        {"\x00\x02abc", 2, 2, 0, "items: 2 items do not fit into 3 bytes"},
		"fails: largest of counts": {"\xff\xff", 1 << 20, 1, 0, "65535 items do not fit into 0 bytes"},
	} {
		r := wire.NewReader([]byte(tc.raw))
		require.Equal(t, tc.want, r.Count(tc.limit, tc.size, "items"), name)
		if tc.err == "" {
			require.NoError(t, r.Err(), name)
			continue
		}
		require.ErrorContains(t, r.Err(), tc.err, name)
	}
	r := wire.NewReader([]byte{0})
	require.ErrorContains(t, r.End(), "1 bytes after the end")
}

func TestCheckText(t *testing.T) {
	require.NoError(t, wire.CheckText("Größe 龍 🐟", 1, 64, "name"))
	for _, bad := range []string{
		"", strings.Repeat("a", 65), "a\x00", "a\n", "a\x7f", "a\u0085", "a\xff", "a\u200bb", "a\u202e", "a\u2066", "\ufeffa", "a\u00ad", "a\u061c", "a\u2028",
	} {
		require.Error(t, wire.CheckText(bad, 1, 64, "name"), "%q", bad)
	}
}
