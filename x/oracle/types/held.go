package types

import "github.com/imochain/imod/x/oracle/attestation"

// Held is what a node has of the chunks drawn for one validator.
type Held struct {
	// Samples are the chunks with their paths, Digest is what binds them (inference/bundle/custody).
	Samples []byte
	Digest  [32]byte
}

// DueOpening is a stored binding that waits to be opened.
type DueOpening struct {
	attestation.Subject
	Validator attestation.Address
	Binding   attestation.Binding
}
