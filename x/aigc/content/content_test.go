package content_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"flag"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	encoder "github.com/imochain/imod/inference/pipeline/png"
	"github.com/imochain/imod/x/aigc/content"
)

var update = flag.Bool("update", false, "write testdata/golden.png anew")

func provenance() content.Provenance {
	return content.Provenance{
		ChainID: "imo-local-1", RequestID: 7, CollectionID: 1, TokenID: strings.Repeat("ab", 32), ModelID: 3, Version: 2,
		ManifestRoot: [32]byte{1}, Seed: 18446744073709551615, Prompt: "a <red> & \"blue\" fish\n",
		OutputRoot: [32]byte{2}, TrustClass: "ATTESTED",
	}
}

func picture(t testing.TB) []byte {
	t.Helper()
	rgb := make([]byte, 3*8*8)
	for i := range rgb {
		rgb[i] = byte(i * 7)
	}
	file, err := encoder.Encode(8, 8, rgb)
	require.NoError(t, err)
	return file
}

// TestGolden pins one marked file: nodes must serve the same bytes.
func TestGolden(t *testing.T) {
	got, inFile, err := content.Mark(picture(t), content.PNG, provenance())
	require.NoError(t, err)
	require.True(t, inFile)
	path := filepath.Join("testdata", "golden.png")
	if *update {
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, want, got)
	again, _, err := content.Mark(got, content.PNG, provenance())
	require.NoError(t, err)
	require.Equal(t, want, again, "a second mark replaces the first")

	plain, err := png.Decode(bytes.NewReader(picture(t)))
	require.NoError(t, err)
	marked, err := png.Decode(bytes.NewReader(got))
	require.NoError(t, err)
	require.Equal(t, plain.(*image.RGBA).Pix, marked.(*image.RGBA).Pix, "the pixels are untouched")
}

// TestExiftool: a program that other people use finds the mark and every field.
func TestExiftool(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "exiftool", "-json", "-G1", "-struct", filepath.Join("testdata", "golden.png")).Output()
	require.NoError(t, err, "exiftool is installed by scripts/test-deps.sh")
	var files []map[string]any
	require.NoError(t, json.Unmarshal(out, &files))
	require.Len(t, files, 1)
	require.NotContains(t, files[0], "ExifTool:Warning")
	require.NotContains(t, files[0], "ExifTool:Error")
	require.Equal(t, content.DigitalSourceType, files[0]["XMP-iptcExt:DigitalSourceType"])
	for name, want := range map[string]string{
		"ChainId": "imo-local-1", "RequestId": "7", "CollectionId": "1", "ModelId": "3", "ModelVersion": "2",
		"TokenId": strings.Repeat("ab", 32), "ManifestRoot": "01" + strings.Repeat("0", 62), "OutputRoot": "02" + strings.Repeat("0", 62),
		"TrustClass": "ATTESTED",
	} {
		require.Equal(t, want, text(files[0]["XMP-imod:"+name]), name)
	}
	require.Equal(t, `a <red> & "blue" fish`, strings.TrimSpace(text(files[0]["XMP-imod:Prompt"])))
}

// text undoes exiftool's guess that digits are a number.
func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v)
	return string(b)
}

func TestOtherTypes(t *testing.T) {
	got, inFile, err := content.Mark([]byte("cat"), "text/plain; charset=utf-8", provenance())
	require.NoError(t, err)
	require.False(t, inFile)
	require.Equal(t, "cat", string(got))
	for _, file := range []string{"", "cat", "\x89PNG\r\n\x1a\n", string(picture(t)[:40]), string(picture(t)) + "x", "\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR0000"} {
		_, inFile, err := content.Mark([]byte(file), content.PNG, provenance())
		require.ErrorIs(t, err, content.ErrFile)
		require.False(t, inFile)
	}
}

func TestHeaders(t *testing.T) {
	p := content.Provenance{ChainID: "a\r\nSet-Cookie: x=é", Challenge: "0", Beacon: []byte{9}, ModelID: 3, Version: 1, TrustClass: "ATTESTED"}
	var got []string
	for _, h := range content.Headers(p) {
		got = append(got, h.Name+": "+h.Value)
	}
	zero := strings.Repeat("0", 64)
	require.Equal(t, []string{
		"Imod-Digital-Source-Type: " + content.DigitalSourceType, "Imod-Chain-Id: a??Set-Cookie: x=??", "Imod-Challenge: 0", "Imod-Beacon: 09",
		"Imod-Model-Id: 3", "Imod-Model-Version: 1", "Imod-Manifest-Root: " + zero, "Imod-Seed: 0", "Imod-Output-Root: " + zero,
		"Imod-Trust-Class: ATTESTED",
	}, got)
}

// FuzzPacket: whatever a user writes, the packet is well-formed XML with the one source type, and the
// text comes back as written except for what XML cannot hold.
func FuzzPacket(f *testing.F) {
	for _, s := range []string{
		"", "a red fish", "]]>", "</imod:Prompt><Iptc4xmpExt:DigitalSourceType>x", "<?xpacket end=\"w\"?>", "<!--", "&#0;", "\x00\x08\x0b\x1f\x7f\x85",
		"\xff\xfe\xc0\x80\xed\xa0\x80", "\ufffe\uffff\u202e\u2028", strings.Repeat("é", 5000), "\r\n\t 'q' \"q\"", "\U0001F41F",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, prompt string) {
		p := provenance()
		p.Prompt = prompt
		packet := content.Packet(p)
		require.True(t, utf8.Valid(packet))
		require.Less(t, len(packet), 2000+6*4200)
		sources, got := 0, ""
		d := xml.NewDecoder(bytes.NewReader(packet))
		name := ""
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
			switch e := token.(type) {
			case xml.StartElement:
				if name = e.Name.Local; name == "DigitalSourceType" {
					sources++
				}
			case xml.EndElement:
				name = ""
			case xml.CharData:
				if name == "Prompt" {
					got += string(e)
				}
			}
		}
		require.Equal(t, 1, sources)
		want := []rune{}
		for _, r := range prompt {
			if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r < 0xa0 || r == 0xfffe || r == 0xffff {
				r = utf8.RuneError
			}
			want = append(want, r)
		}
		if len(prompt) <= 4096 {
			require.Equal(t, string(want), got)
		} else {
			require.True(t, strings.HasPrefix(string(want), strings.TrimSuffix(got, "…")) && len(got) > 4000)
		}
		marked, inFile, err := content.Mark(picture(t), content.PNG, p)
		require.NoError(t, err)
		require.True(t, inFile)
		_, err = png.Decode(bytes.NewReader(marked))
		require.NoError(t, err)
	})
}

// FuzzMark: no bytes break the writer, and what it accepts it accepts again unchanged.
func FuzzMark(f *testing.F) {
	f.Add(picture(f))
	f.Add(picture(f)[:60])
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00IEND\xaeB`\x82"))
	f.Fuzz(func(t *testing.T, file []byte) {
		marked, inFile, err := content.Mark(file, content.PNG, provenance())
		if err != nil {
			require.ErrorIs(t, err, content.ErrFile)
			return
		}
		require.True(t, inFile)
		again, _, err := content.Mark(marked, content.PNG, provenance())
		require.NoError(t, err)
		require.Equal(t, marked, again)
	})
}
