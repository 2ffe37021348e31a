// Package pipeline runs models: bytes in, bytes out, with the roots that bind them.
//
// New checks a bundle, loads its graph and returns a Runner; Run turns a raw input
// and a seed into a raw output, the roots of both, and the witness. Prove runs all
// vectors and challenges of a proof of model, ProveAndKeep returns the challenges'
// outputs too. EncodeDisplay turns raw outputs into files to look at, the same bytes
// everywhere; nothing commits to them. Texts are written token by token: package token
// has the tokenizers, draw.go the choice of tokens, FORMAT.md the rules.
//
// An error that every runner must find is a *bundle.Refusal; any other error
// (damaged bytes, a cancelled context) says nothing about the model.
package pipeline
