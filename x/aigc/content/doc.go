// Package content marks files that a model made.
//
// A picture that the chain's nodes serve says by itself that a model made it and
// which one: Mark puts an XMP packet into a PNG file, with the IPTC's digital source
// type trainedAlgorithmicMedia and the provenance that anybody can check on the
// chain. Files that cannot carry XMP (plain text, raw tensors) stay as they are;
// Headers says the same in the answer.
//
// Everything here is a function of its arguments: the same file and provenance give
// the same bytes on every node. What users wrote (the prompt) can neither leave its
// element nor make the packet ill-formed.
//
// Surface: Provenance, Packet, Mark, Headers, and the names of fields and types.
package content
