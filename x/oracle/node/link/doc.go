// Package link protects the connection between a node and a sidecar on another machine: TLS 1.3
// (RFC 8446), in which each end shows a certificate of one authority that both trust.
//
// A sidecar computes what its validator attests, so whoever can speak to the node in its name can make
// the validator attest a falsehood, and whoever can speak to the sidecar can occupy it. Hence both ends
// are authenticated, and neither accepts an older protocol.
//
//   - Files, Files.Server, Files.Client: configurations of the two ends from files.
//   - Make: an authority with one certificate for each end.
//   - Explain: what an operator can do about a failed handshake.
package link
