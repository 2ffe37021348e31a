// Package metadata writes the JSON that a token's URI carries. Everything in it
// comes from the token's record, and everything a user wrote passes through the
// JSON encoder, so that a prompt with quotes, control characters or broken UTF-8
// can add no field and leave no string.
//
// The document follows the ERC-7007 metadata schema (name, description, prompt,
// aigc_data, proof_type) and adds what is needed to make the content again: model,
// version, manifest root, seed and the canonical prompt. Numbers that can exceed
// 2^53 are strings. The same record gives the same bytes on every machine: the
// fields have a fixed order and no map is involved.
package metadata

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Prefix starts every token URI.
const Prefix = "data:application/json;base64,"

// contentPrefix starts the content's own URI inside of the document.
const contentPrefix = "data:application/octet-stream;base64,"

// shortID is how many hex digits of a token id go into its name.
const shortID = 8

// Record is what is known of a token.
type Record struct {
	CollectionName  string
	CollectionID    uint64
	TokenID         [32]byte
	Status          string
	ModelID         uint64
	Version         uint32
	ManifestRoot    []byte
	Seed            uint64
	Input           []byte
	Prompt          []byte
	OutputRoot      []byte
	TrustClass      string
	RequestID       uint64
	RequestedHeight int64
	FinalHeight     int64
	// Content is the raw output; empty if it is not kept on chain.
	Content []byte
	// Sensitive content should be shown only to who asks for it.
	Sensitive bool
	// Withdrawn content is left out.
	Withdrawn bool
}

type document struct {
	Name            string `json:"name"`
	Description     string `json:"description"`
	AIGenerated     bool   `json:"ai_generated"`
	Status          string `json:"status"`
	Collection      string `json:"collection"`
	TokenID         string `json:"token_id"`
	Model           string `json:"model"`
	Version         uint32 `json:"version"`
	ManifestRoot    string `json:"manifest_root"`
	Seed            string `json:"seed"`
	Prompt          string `json:"prompt,omitempty"`
	EncodedPrompt   string `json:"encoded_prompt"`
	AIGCData        string `json:"aigc_data,omitempty"`
	ProofType       string `json:"proof_type,omitempty"`
	RequestID       string `json:"request_id"`
	RequestedHeight string `json:"requested_height"`
	FinalHeight     string `json:"final_height,omitempty"`
	Sensitive       bool   `json:"sensitive,omitempty"`
	Withdrawn       bool   `json:"withdrawn,omitempty"`
	Content         string `json:"content,omitempty"`
}

// JSON is the document of a record.
func JSON(r Record) ([]byte, error) {
	id := hex.EncodeToString(r.TokenID[:])
	doc := document{
		Name:            r.CollectionName + " #" + id[:shortID],
		Description:     fmt.Sprintf("Made by AI: output of model %d, version %d.", r.ModelID, r.Version),
		AIGenerated:     true,
		Status:          r.Status,
		Collection:      strconv.FormatUint(r.CollectionID, 10),
		TokenID:         id,
		Model:           strconv.FormatUint(r.ModelID, 10),
		Version:         r.Version,
		ManifestRoot:    hex.EncodeToString(r.ManifestRoot),
		Seed:            strconv.FormatUint(r.Seed, 10),
		EncodedPrompt:   hex.EncodeToString(r.Prompt),
		AIGCData:        hex.EncodeToString(r.OutputRoot),
		RequestID:       strconv.FormatUint(r.RequestID, 10),
		RequestedHeight: strconv.FormatInt(r.RequestedHeight, 10),
		Sensitive:       r.Sensitive,
		Withdrawn:       r.Withdrawn,
	}
	if utf8.Valid(r.Input) {
		// other inputs are bytes, which the encoded prompt shows
		doc.Prompt = string(r.Input)
	}
	if len(r.OutputRoot) > 0 {
		doc.ProofType = r.TrustClass
		doc.FinalHeight = strconv.FormatInt(r.FinalHeight, 10)
	}
	if len(r.Content) > 0 && !r.Withdrawn {
		doc.Content = contentPrefix + base64.StdEncoding.EncodeToString(r.Content)
	}
	return json.Marshal(doc)
}

// URI is the document as a data URI: a reader needs no server.
func URI(r Record) (string, error) {
	doc, err := JSON(r)
	if err != nil {
		return "", err
	}
	return Prefix + base64.StdEncoding.EncodeToString(doc), nil
}
