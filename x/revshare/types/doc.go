// Package types holds what x/revshare stores, says and expects: messages, queries,
// events, errors, keys, parameters and the interfaces of the keepers it calls.
package types
