package onnx

import "strings"

// selects are operators that only choose between values: an infinity among them
// is a bound or a mask and reaches no sum by itself.
var selects = map[string]bool{"Where": true, "Min": true, "Max": true, "Clip": true, "Pad": true, "Identity": true, "Cast": true, "ConstantOfShape": true, "Expand": true}

// advice says what helps instead of an operator that is not supported.
func advice(op string) string {
	switch op {
	case "NonZero", "Unique", "NonMaxSuppression", "Compress", "StringNormalizer":
		return "the shape of its result depends on data; end the graph before it, or use Where with a mask of fixed shape"
	case "Loop", "Scan", "SequenceMap":
		return "export with the loop unrolled to a fixed number of steps"
	case "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli":
		return "results must be reproducible; make the random numbers an input"
	case "TopK":
		return "use ArgMax and Where, or take the choice out of the graph"
	}
	switch {
	case strings.HasPrefix(op, "Sequence"), strings.HasPrefix(op, "Optional"), op == "SplitToSequence", op == "ConcatFromSequence":
		return "only tensors exist here; export with Split and Concat"
	case strings.HasPrefix(op, "String"), op == "RegexFullMatch", op == "TfIdfVectorizer":
		return "texts are turned into numbers by the pipeline, not by the graph"
	}
	return "export with operators of the list in inference/SPEC.md, or compose it from them"
}
