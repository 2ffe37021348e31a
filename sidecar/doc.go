// Package sidecar runs models beside a node.
//
// The node hands over the list of open work (gRPC, service Sidecar of
// proto/imod/oracle/v1); the sidecar finds or downloads each bundle, runs it in a
// worker process, keeps the result on disk until the item leaves the list, and
// pushes it. Nothing here signs anything or knows a key, and nothing here needs
// the application.
//
// Outputs of requests, and apart from them results and challenge outputs of proofs, stay on disk within
// bounds for the node to show.
//
//   - Run, Config: the program.
//   - Supervise: keeps a sidecar running as the child of another program.
//   - worker, store, fetch, serve: processes, bundles on disk, downloads, uploads.
//
// A hostile model may exhaust its worker's memory or time; it loses that worker, and
// its own item is tried again later and less and less often. An item that fails for
// a reason of this machine gets no answer, never a wrong one.
package sidecar
