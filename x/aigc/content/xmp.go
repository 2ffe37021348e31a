package content

import (
	"strings"
	"unicode/utf8"
)

const (
	packetHead = "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
		"<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n" +
		" <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n" +
		"  <rdf:Description rdf:about=\"\"\n" +
		"    xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\"\n" +
		"    xmlns:imod=\"" + Namespace + "\">\n" +
		"   <Iptc4xmpExt:DigitalSourceType>" + DigitalSourceType + "</Iptc4xmpExt:DigitalSourceType>\n"
	packetTail = "  </rdf:Description>\n" +
		" </rdf:RDF>\n" +
		"</x:xmpmeta>\n" +
		"<?xpacket end=\"r\"?>" // read-only: an editor that changes the file writes its own
)

// Packet is the XMP packet of a provenance, in UTF-8.
func Packet(p Provenance) []byte {
	var b strings.Builder
	b.WriteString(packetHead)
	fields := p.fields()
	if p.Prompt != "" {
		fields = append(fields, field{"Prompt", cut(p.Prompt)})
	}
	for _, f := range fields {
		b.WriteString("   <imod:" + f.name + ">")
		escape(&b, f.value)
		b.WriteString("</imod:" + f.name + ">\n")
	}
	b.WriteString(packetTail)
	return []byte(b.String())
}

// cut shortens a text to maxPrompt bytes without splitting a character.
func cut(s string) string {
	if len(s) <= maxPrompt {
		return s
	}
	end := maxPrompt
	for end > maxPrompt-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + "…"
}

// escape writes a text as the content of an XML element. What XML cannot hold
// (broken UTF-8, most control characters) becomes U+FFFD.
func escape(b *strings.Builder, s string) {
	for _, r := range s { // broken bytes come out as U+FFFD
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&#34;")
		case r == '\'':
			b.WriteString("&#39;")
		case r == '\t':
			b.WriteString("&#9;")
		case r == '\n':
			b.WriteString("&#10;")
		case r == '\r':
			b.WriteString("&#13;")
		case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xfffe, r == 0xffff:
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteRune(r)
		}
	}
}
