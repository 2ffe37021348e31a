// Package bundle packs a model: its manifest, its canonical graph, its weights and
// its card, all addressed by hash.
//
// The manifest is at most 16 KiB and everything else hangs on its root. It is what
// the chain stores, so DecodeManifest and every method of Manifest are pure, cheap
// and total: they allocate no more than the manifest's own size, read no file and
// never panic. A Bundle is a manifest together with the bytes behind it; Open
// reads one from a folder, checking lengths before allocating and naming no path
// that a file could choose, and Verify checks every byte.
//
// Surface: Manifest (DecodeManifest, Encode, Root, Validate, ValidateInput,
// Challenge), Vector, ResultsRoot, ProofWitness, RefusedRoot and the Reason codes,
// Table (the tensor table: shapes and chunk hashes of the weights), Bundle (New,
// Open, OpenAny, Write, Verify). FORMAT.md states every byte.
package bundle
