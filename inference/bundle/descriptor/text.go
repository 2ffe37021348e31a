package descriptor

import (
	"math"
	"unicode/utf8"

	"github.com/imochain/imod/inference/bundle/internal/wire"
)

// Bounds of text pipelines.
const (
	MaxTextPrompt    = 8 << 10 // bytes of a prompt
	MaxTextPorts     = 512     // inputs of the graph
	MaxVocabulary    = 1 << 18
	MaxTokenBytes    = 257 // a token and the space before it
	MaxStops         = 16
	MaxStopBytes     = 32
	MinSampleWords   = 16
	MaxSampleWords   = 256
	MaxTemperature   = 10000 // thousandths
	sampleWordsLeast = 3
	sampleWordsSpan  = 5
	// drawOps is what drawing a token costs, in basic operations per token of the
	// vocabulary.
	drawOps = 64
)

// Form is how the graph takes a text; codes are part of the encoding.
type Form uint8

// Forms of graphs.
const (
	// Step graphs take one token and carry state from step to step.
	Step Form = 1
	// Window graphs take the whole context and have no state.
	Window Form = 2
)

// Role is what a graph input is for; codes are part of the encoding.
type Role uint8

// Roles of inputs.
const (
	// Tokens are ids: one, or the context's, zeros behind the text.
	Tokens Role = 1
	// Positions count the tokens of the text from 0.
	Positions Role = 2
	// Mask is 1 for every place of the context that holds a token, else 0.
	Mask Role = 3
	// State is what an output of the step before gave; zeros at first.
	State Role = 4
)

// Text continues a prompt token by token. The tokenizer is the last tensor of the
// bundle's weights.
type Text struct {
	Form Form `json:"form"`
	// Inputs are the roles of the graph's inputs. Output 0 gives the scores of the next
	// token; output i goes to the i-th state.
	Inputs []Role `json:"inputs"`
	// Context is how many tokens the model can see, prompt and answer together.
	Context uint16 `json:"context"`
	// Length is the largest number of tokens to write.
	Length uint16 `json:"length"`
	// Vocabulary is how many scores the graph gives for a token.
	Vocabulary uint32 `json:"vocabulary"`
	// TokenBytes bounds the bytes that one token adds to a text.
	TokenBytes uint16 `json:"token_bytes"`
	// Prompt is the largest prompt in bytes.
	Prompt uint16 `json:"prompt"`
	// Temperature is in thousandths; 0 picks the most likely token.
	Temperature uint16 `json:"temperature"`
	// TopK is how many of the most likely tokens are drawn from; 0 is all.
	TopK uint16 `json:"top_k"`
	// TopP is the share of probability, in thousandths, that the most likely tokens
	// which are drawn from reach together; 1000 is all.
	TopP uint16 `json:"top_p"`
	// StopTokens end the text and are not written; so do StopTexts, ahead of which the
	// text is cut.
	StopTokens []uint32 `json:"stop_tokens"`
	StopTexts  []string `json:"stop_texts"`
	// Words are what prompts are drawn from for a proof of model.
	Words []string `json:"words"`
}

var _ Pipeline = (*Text)(nil)

// Kind implements Pipeline.
func (*Text) Kind() Kind { return KindText }

// MediaType implements Pipeline.
func (*Text) MediaType() string { return "text/plain; charset=utf-8" }

// Validate implements Pipeline.
func (t *Text) Validate() error {
	if t.Form != Step && t.Form != Window {
		return invalidf("form %d of a text pipeline", t.Form)
	}
	if err := t.validateInputs(); err != nil {
		return err
	}
	if t.Length < 1 || t.Context <= t.Length { // so the context is at least 2
		return invalidf("%d new tokens in a context of %d", t.Length, t.Context)
	}
	if t.Vocabulary < 2 || t.Vocabulary > MaxVocabulary {
		return invalidf("vocabulary of %d, allowed are 2 to %d", t.Vocabulary, MaxVocabulary)
	}
	if t.TokenBytes < 1 || t.TokenBytes > MaxTokenBytes {
		return invalidf("tokens of %d bytes, allowed are 1 to %d", t.TokenBytes, MaxTokenBytes)
	}
	if t.Prompt < 1 || t.Prompt > MaxTextPrompt {
		return invalidf("prompts of %d bytes, allowed are 1 to %d", t.Prompt, MaxTextPrompt)
	}
	if n := uint64(t.Length) * uint64(t.TokenBytes); n > MaxOutput {
		return invalidf("answers of up to %d bytes, allowed are %d", n, MaxOutput)
	}
	if t.Temperature > MaxTemperature {
		return invalidf("temperature of %d thousandths, allowed are %d", t.Temperature, MaxTemperature)
	}
	if t.TopP < 1 || t.TopP > 1000 {
		return invalidf("top p of %d thousandths, allowed are 1 to 1000", t.TopP)
	}
	if uint32(t.TopK) > t.Vocabulary {
		return invalidf("top k of %d in a vocabulary of %d", t.TopK, t.Vocabulary)
	}
	return t.validateTexts()
}

func (t *Text) validateInputs() error {
	if n := len(t.Inputs); n < 1 || n > MaxTextPorts {
		return invalidf("%d inputs, allowed are 1 to %d", n, MaxTextPorts)
	}
	var seen [State + 1]int
	for i, r := range t.Inputs {
		if r < Tokens || r > State {
			return invalidf("input %d: role %d", i, r)
		}
		seen[r]++
	}
	if seen[Tokens] != 1 || seen[Positions] > 1 || seen[Mask] > 1 {
		return invalidf("tokens are needed once, positions and mask at most once")
	}
	if t.Form == Window && seen[State] > 0 {
		return invalidf("a graph that takes the whole context has no state")
	}
	return nil
}

func (t *Text) validateTexts() error {
	if len(t.StopTokens) > MaxStops || len(t.StopTexts) > MaxStops {
		return invalidf("%d stop tokens and %d stop texts, allowed are %d each", len(t.StopTokens), len(t.StopTexts), MaxStops)
	}
	for i, id := range t.StopTokens {
		if id >= t.Vocabulary || i > 0 && id <= t.StopTokens[i-1] {
			return invalidf("stop tokens must ascend below %d", t.Vocabulary)
		}
	}
	for i, s := range t.StopTexts {
		if len(s) < 1 || len(s) > MaxStopBytes || !utf8.ValidString(s) {
			return invalidf("stop text %d is not 1 to %d bytes of UTF-8", i, MaxStopBytes)
		}
	}
	if n := len(t.Words); n < MinSampleWords || n > MaxSampleWords {
		return invalidf("%d words for prompts, allowed are %d to %d", n, MinSampleWords, MaxSampleWords)
	}
	longest := 0
	for i, w := range t.Words {
		if err := wire.CheckText(w, 1, MaxWordBytes, "word"); err != nil {
			return invalidf("word %d: %v", i, err)
		}
		longest = max(longest, len(w))
	}
	if n := (longest+1)*(sampleWordsLeast+sampleWordsSpan-1) - 1; n > int(t.Prompt) {
		return invalidf("prompts drawn from the words have up to %d bytes, allowed are %d", n, t.Prompt)
	}
	return nil
}

// ValidateInput implements Pipeline.
func (t *Text) ValidateInput(input []byte) error {
	if n := len(input); n < 1 || n > int(t.Prompt) {
		return inputf("the prompt has %d bytes, allowed are 1 to %d", n, t.Prompt)
	}
	if !utf8.Valid(input) {
		return inputf("the prompt is not valid UTF-8")
	}
	return nil
}

// InputBound implements Pipeline.
func (t *Text) InputBound() uint32 { return uint32(t.Prompt) }

// OutputBound implements Pipeline.
func (t *Text) OutputBound() uint32 { return uint32(t.Length) * uint32(t.TokenBytes) }

// Work implements Pipeline: a step graph runs at most once per place of the context, a
// window graph once per new token; drawing comes on top.
func (t *Text) Work(graph uint64) uint64 {
	runs := max(uint64(t.Context), 1)
	if t.Form == Window {
		runs = max(uint64(t.Length), 1)
	}
	draws := (uint64(t.Length)*uint64(t.Vocabulary)*drawOps + 1023) / 1024
	if graph > math.MaxUint64/2/runs {
		return math.MaxUint64
	}
	return runs*graph + draws
}

// Sample implements Pipeline: three to seven words, joined by blanks.
func (t *Text) Sample(s *Stream) []byte {
	var b []byte
	for i := range sampleWordsLeast + s.Uint32()%sampleWordsSpan {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, t.Words[s.Uint32()%uint32(len(t.Words))]...)
	}
	return b
}

// Stream is the stream from which the tokens of an answer are drawn, eight bytes each.
func (*Text) Stream(seed uint64) *Stream { return newSeedStream("imod/text/v1", seed) }

func (t *Text) appendTo(b []byte) []byte {
	b = wire.U8(b, uint8(t.Form))
	b = wire.U16(b, uint16(len(t.Inputs)))
	for _, r := range t.Inputs {
		b = wire.U8(b, uint8(r))
	}
	b = wire.U16(b, t.Context)
	b = wire.U16(b, t.Length)
	b = wire.U32(b, t.Vocabulary)
	for _, v := range []uint16{t.TokenBytes, t.Prompt, t.Temperature, t.TopK, t.TopP, uint16(len(t.StopTokens))} {
		b = wire.U16(b, v)
	}
	for _, id := range t.StopTokens {
		b = wire.U32(b, id)
	}
	b = appendTexts(b, t.StopTexts)
	return appendTexts(b, t.Words)
}

func decodeText(r *wire.Reader) *Text {
	t := &Text{Form: Form(r.U8("form"))}
	for range r.Count(MaxTextPorts, 1, "inputs") {
		t.Inputs = append(t.Inputs, Role(r.U8("role")))
	}
	t.Context, t.Length = r.U16("context"), r.U16("length")
	t.Vocabulary = r.U32("vocabulary")
	t.TokenBytes, t.Prompt = r.U16("token bytes"), r.U16("prompt bytes")
	t.Temperature, t.TopK, t.TopP = r.U16("temperature"), r.U16("top k"), r.U16("top p")
	for range r.Count(MaxStops, 4, "stop tokens") {
		t.StopTokens = append(t.StopTokens, r.U32("stop token"))
	}
	t.StopTexts = decodeTexts(r, MaxStops, MaxStopBytes, "stop texts")
	t.Words = decodeTexts(r, MaxSampleWords, MaxWordBytes, "words")
	return t
}
