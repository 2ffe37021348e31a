// Package fetch downloads bundles over HTTP from places nobody trusts.
//
// A Client opens only http and https addresses, checks the address it really
// connects to (so that names cannot lead into the operator's network), follows few
// redirects, and gives every file a size and a time in advance. Bundle checks
// every byte on arrival: manifest, graph and card as a whole, weights chunk by
// chunk, and continues a broken download where its good chunks end, from another
// source if need be.
package fetch
