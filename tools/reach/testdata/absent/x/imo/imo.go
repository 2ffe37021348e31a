// Package imo is a module.
package imo

// Name is its name.
const Name = "imo"
