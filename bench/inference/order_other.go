//go:build !amd64

package main

// order is for amd64 only.
func order() error { return nil }
