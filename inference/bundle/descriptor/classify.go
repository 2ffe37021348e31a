package descriptor

import "github.com/imochain/imod/inference/bundle/internal/wire"

// Bounds of labels.
const (
	MaxLabels     = 1024
	MaxLabelBytes = 64
)

// Classify takes one tensor and answers with the label of the largest of the
// graph's scores, the first one among equals. The seed has no effect.
type Classify struct {
	Input  Input    `json:"input"`
	Labels []string `json:"labels"`
}

var _ Pipeline = (*Classify)(nil)

// Kind implements Pipeline.
func (*Classify) Kind() Kind { return KindClassify }

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
	return appendTexts(b, c.Labels)
}

func decodeClassify(r *wire.Reader) *Classify {
	return &Classify{Input: decodeInput(r), Labels: decodeTexts(r, MaxLabels, MaxLabelBytes, "labels")}
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
