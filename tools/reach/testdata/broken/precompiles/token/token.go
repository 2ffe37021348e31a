// Package token does not compile.
package token

var x int = "text"
