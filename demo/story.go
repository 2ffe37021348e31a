package demo

import (
	_ "embed"
	"fmt"
	"io"
	"strings"
)

// storyText is the only home of the story: tell.sh prints it while the binary is built, the demo
// prints what was not told yet, the tour is made of it.
//
//go:embed story.txt
var storyText string

// panel is one part of the story.
type panel struct {
	key, title, text string
}

// story reads the panels: each begins with a line "# key: title".
func story() []panel {
	var panels []panel
	for line := range strings.Lines(storyText) {
		if head, ok := strings.CutPrefix(line, "# "); ok {
			key, title, _ := strings.Cut(strings.TrimSpace(head), ": ")
			panels = append(panels, panel{key: key, title: title})
			continue
		}
		if len(panels) > 0 {
			panels[len(panels)-1].text += line
		}
	}
	for i := range panels {
		panels[i].text = strings.TrimSpace(panels[i].text) + "\n"
	}
	return panels
}

// tell prints a panel's text, indented, unless it was told before the demo began.
func (p panel) tell(out io.Writer) {
	for line := range strings.Lines(p.text) {
		fmt.Fprint(out, "     ", line)
	}
}
