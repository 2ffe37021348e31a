package lint_test

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"testing"
)

// mapOrder wants no walk over a map: the order differs between nodes. A walk whose result does not depend on the order says why
// in a comment: //lint:maporder reason.
func mapOrder(f file, info *types.Info) []string {
	var out []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		loop, ok := n.(*ast.RangeStmt)
		if !ok || !unordered(loop.X, info) {
			return true
		}
		reason, marked := comment(f, loop.Pos(), "//lint:maporder")
		switch {
		case !marked:
			out = append(out, f.at(loop.Pos())+": walk over a map: sort its keys, or say in //lint:maporder why the order does not matter")
		case reason == "":
			out = append(out, f.at(loop.Pos())+": //lint:maporder needs a reason")
		}
		return true
	})
	return out
}

// unordered says whether ranging over the expression has no order: a map, or an iterator of package maps.
func unordered(x ast.Expr, info *types.Info) bool {
	if t := info.TypeOf(x); t != nil {
		if _, ok := t.Underlying().(*types.Map); ok {
			return true
		}
	}
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	callee := calleeOf(call, info)
	return callee != nil && callee.Pkg() != nil && callee.Pkg().Path() == "maps"
}

// droppedErrors wants every error of a call to be returned or handled (SAFETY 12).
func droppedErrors(f file, info *types.Info) []string {
	var out []string
	add := func(n ast.Node, how string) {
		out = append(out, f.at(n.Pos())+": an error is "+how)
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok && returnsError(call, info) && !neverFails(call, info) {
				add(n, "not looked at")
			}
		case *ast.DeferStmt:
			if callee := calleeOf(n.Call, info); callee != nil && callee.Name() == "Close" {
				return true // an iterator that was read to its end has nothing to say
			}
			if returnsError(n.Call, info) && !neverFails(n.Call, info) {
				add(n, "dropped in a defer")
			}
		case *ast.AssignStmt:
			if call, ok := n.Rhs[0].(*ast.CallExpr); ok && neverFails(call, info) {
				return true
			}
			for i, left := range n.Lhs {
				if id, ok := left.(*ast.Ident); !ok || id.Name != "_" {
					continue
				}
				if isError(assigned(n, i, info)) {
					add(n, "assigned to _")
				}
			}
		}
		return true
	})
	return out
}

// assigned is the type of the value on the right that goes to place i on the left.
func assigned(n *ast.AssignStmt, i int, info *types.Info) types.Type {
	if len(n.Rhs) == len(n.Lhs) {
		return info.TypeOf(n.Rhs[i])
	}
	tuple, ok := info.TypeOf(n.Rhs[0]).(*types.Tuple)
	if !ok || i >= tuple.Len() {
		return nil
	}
	return tuple.At(i).Type()
}

func returnsError(call *ast.CallExpr, info *types.Info) bool {
	switch t := info.TypeOf(call).(type) {
	case *types.Tuple:
		return t.Len() > 0 && isError(t.At(t.Len()-1).Type())
	default:
		return isError(t)
	}
}

// isError says whether the type is the interface error itself.
func isError(t types.Type) bool {
	return t != nil && types.Identical(t, types.Universe.Lookup("error").Type())
}

// neverFails lists writers whose error is always nil by their documentation, or would have nobody to be told to.
func neverFails(call *ast.CallExpr, info *types.Info) bool {
	callee := calleeOf(call, info)
	if callee == nil || !strings.HasPrefix(callee.Name(), "Write") {
		return false
	}
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	receiver := strings.TrimPrefix(info.TypeOf(selector.X).String(), "*")
	return slices.Contains([]string{"bytes.Buffer", "strings.Builder", "hash.Hash", "net/http.ResponseWriter"}, receiver)
}

// calleeOf is the function or method that a call names; nil for values and conversions.
func calleeOf(call *ast.CallExpr, info *types.Info) *types.Func {
	var id *ast.Ident
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		id = fun
	case *ast.SelectorExpr:
		id = fun.Sel
	case *ast.IndexExpr:
		if inner, ok := fun.X.(*ast.SelectorExpr); ok {
			id = inner.Sel
		}
	default:
		return nil
	}
	callee, _ := info.Uses[id].(*types.Func)
	return callee
}

// Names of the methods of a collection that walk and that write.
var (
	walks  = []string{"Walk", "IterateRaw"}
	writes = []string{"Set", "Remove", "Clear", "Push", "Next", "Insert", "Delete"}
)

// writesInWalk wants no write to a collection inside the function given to a walk: collect, then change (SAFETY 21).
func writesInWalk(f file, info *types.Info) []string {
	var out []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		callee := calleeOf(call, info)
		if callee == nil || !slices.Contains(walks, callee.Name()) {
			return true
		}
		for _, arg := range call.Args {
			body, ok := arg.(*ast.FuncLit)
			if !ok {
				continue
			}
			ast.Inspect(body, func(inner ast.Node) bool {
				write, ok := inner.(*ast.CallExpr)
				if !ok {
					return true
				}
				if w := calleeOf(write, info); w != nil && slices.Contains(writes, w.Name()) && onCollection(write, info) {
					out = append(out, f.at(write.Pos())+": "+w.Name()+" inside a walk: collect, then change")
				}
				return true
			})
		}
		return true
	})
	return out
}

// onCollection says whether a method's receiver is a collection of cosmossdk.io/collections.
func onCollection(call *ast.CallExpr, info *types.Info) bool {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	t := info.TypeOf(selector.X)
	return t != nil && strings.HasPrefix(strings.TrimPrefix(t.String(), "*"), "cosmossdk.io/collections.")
}

func TestMapOrder(t *testing.T)      { overConsensus(t, mapOrder) }
func TestErrorsHandled(t *testing.T) { overConsensus(t, droppedErrors) }
func TestNoWriteInWalk(t *testing.T) { overConsensus(t, writesInWalk) }

func TestTypedRulesFindPlanted(t *testing.T) {
	t.Run("map order", func(t *testing.T) { overPlanted(t, "testdata/maporder", mapOrder) })
	t.Run("errors", func(t *testing.T) { overPlanted(t, "testdata/dropped", droppedErrors) })
	t.Run("walks", func(t *testing.T) { overPlanted(t, "testdata/walks", writesInWalk) })
}
