// Package attestation holds the byte formats and pure rules by which validators attest results.
//
// It depends on the standard library and on inference/bundle/custody only, so that programs beside the node and fuzzers use the
// very code that consensus uses. What it decodes comes from strangers: every decoder is canonical
// (one value has one encoding), bounded before it allocates, and never panics.
//
// Surface:
//
//	Kind, Key, Subject, Result   what is attested
//	Bind, ChainHash              the 20-byte binding of one validator to one result
//	Item, EncodeExtension, DecodeExtension, Select   vote extensions, at most 4096 bytes
//	Vote, Reveal, Injected, Encode, DecodeInjected   the transaction at index 0 of a block
//	Validator, Round, Weigh, Quorum                  voting power behind a revealed result
package attestation
