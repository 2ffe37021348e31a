// Package collections stands for cosmossdk.io/collections.
package collections

// Map is a collection.
type Map struct{}

// Walk calls fn for each entry.
func (Map) Walk(fn func(key, value int) (bool, error)) error { _, err := fn(0, 0); return err }

// Set writes.
func (Map) Set(key, value int) error { return nil }

// Remove deletes.
func (*Map) Remove(key int) error { return nil }
