// Package lint holds the repository's own rules as Go tests: who may import whom, error codes, calls that consensus code must not
// make, map order, dropped errors, writes inside walks, file sizes, empty files, package comments, words that promise. `make lint` runs it.
//
// Each rule is a function from parsed files to findings, tested against files in testdata that break it, then run over the tree.
// Exceptions stand in exceptions_test.go, one place that a reviewer reads; an exception that nothing needs any more fails too.
// What a precompile may reach is checked by tools/reach, because it needs a call graph.
package lint
