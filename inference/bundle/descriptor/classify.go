package descriptor

import "github.com/imochain/imod/inference/bundle/internal/wire"

// Bounds of labels.
const (
	MaxLabels     = 1024
	MaxLabelBytes = 64
	// maxScore is the longest score as text: -1000000000.000000.
	maxScore = 18
)

// Classify takes one tensor and answers with the label of the largest of the
// graph's scores, the first one among equals, or with the best labels and their
// scores. The seed has no effect.
type Classify struct {
	Input  Input    `json:"input"`
	Labels []string `json:"labels"`
	// Scores is how many labels are named together with their scores, best first;
	// 0 names the best label alone.
	Scores uint16 `json:"scores"`
}

var _ Pipeline = (*Classify)(nil)

// Kind implements Pipeline.
func (*Classify) Kind() Kind { return KindClassify }

// Work implements Pipeline.
func (*Classify) Work(graph uint64) uint64 { return graph }

// MediaType implements Pipeline.
func (*Classify) MediaType() string { return "text/plain; charset=utf-8" }

// Validate implements Pipeline.
func (c *Classify) Validate() error {
	if err := c.Input.validate("input"); err != nil {
		return err
	}
	if n := len(c.Labels); n < 2 || n > MaxLabels {
		return invalidf("%d labels, allowed are 2 to %d", n, MaxLabels)
	}
	seen := make(map[string]bool, len(c.Labels))
	for _, l := range c.Labels {
		if err := wire.CheckText(l, 1, MaxLabelBytes, "label"); err != nil {
			return invalidf("%v", err)
		}
		if seen[l] {
			return invalidf("label %q stands twice", l)
		}
		seen[l] = true
	}
	if int(c.Scores) > len(c.Labels) {
		return invalidf("%d scores of %d labels", c.Scores, len(c.Labels))
	}
	return nil
}

// InputBound implements Pipeline.
func (c *Classify) InputBound() uint32 { return uint32(c.Input.size()) }

// OutputBound implements Pipeline.
func (c *Classify) OutputBound() uint32 {
	n := 0
	for _, l := range c.Labels {
		n = max(n, len(l))
	}
	if c.Scores > 0 {
		n = int(c.Scores)*(n+len("\t")+maxScore+len("\n")) - len("\n")
	}
	return uint32(n)
}

// ValidateInput implements Pipeline.
func (c *Classify) ValidateInput(input []byte) error {
	if want := c.Input.size(); uint64(len(input)) != want {
		return inputf("%d bytes, the model takes %d", len(input), want)
	}
	return c.Input.check(input, "input")
}

// Sample implements Pipeline.
func (c *Classify) Sample(s *Stream) []byte {
	return c.Input.sample(make([]byte, 0, c.InputBound()), s)
}

func (c *Classify) appendTo(b []byte) []byte {
	b = appendInput(b, c.Input)
	b = appendTexts(b, c.Labels)
	return wire.U16(b, c.Scores)
}

func decodeClassify(r *wire.Reader) *Classify {
	return &Classify{
		Input:  decodeInput(r),
		Labels: decodeTexts(r, MaxLabels, MaxLabelBytes, "labels"),
		Scores: r.U16("scores"),
	}
}

func appendTexts(b []byte, texts []string) []byte {
	b = wire.U16(b, uint16(len(texts)))
	for _, t := range texts {
		b = wire.Text(b, t)
	}
	return b
}

func decodeTexts(r *wire.Reader, count, limit int, what string) []string {
	var texts []string
	for range r.Count(count, 2, what) {
		texts = append(texts, r.Text(limit, what))
	}
	return texts
}
