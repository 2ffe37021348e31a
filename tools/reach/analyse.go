package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/callgraph/cha"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// trees are the packages whose code is looked into; a tree that is absent is left out.
var trees = []string{"precompiles", "x", "app"}

// result is what one run found.
type result struct {
	module   string
	entries  map[string]int // by rule
	findings []string
}

func (r result) counts() string {
	if r.module == "" {
		return "there is no precompiles/ yet"
	}
	parts := make([]string, 0, len(rules))
	for _, rule := range rules {
		parts = append(parts, fmt.Sprintf("%d %s", r.entries[rule.name], rule.name))
	}
	return "from " + strings.Join(parts, ", ")
}

// analyse loads the repository in dir and follows every rule. A rule without entry points is an error: it would check nothing.
func analyse(dir string) (result, error) {
	if _, err := os.Stat(filepath.Join(dir, "precompiles")); errors.Is(err, os.ErrNotExist) {
		return result{}, nil
	} else if err != nil {
		return result{}, err
	}
	var patterns []string
	for _, tree := range trees {
		if _, err := os.Stat(filepath.Join(dir, tree)); err == nil {
			patterns = append(patterns, "./"+tree+"/...")
		}
	}
	loaded, err := packages.Load(&packages.Config{
		Mode: packages.LoadSyntax | packages.NeedModule, Dir: dir, BuildFlags: []string{"-tags=test"},
	}, patterns...)
	if err != nil {
		return result{}, err
	}
	var broken []error
	for _, p := range loaded {
		for _, e := range p.Errors {
			broken = append(broken, e)
		}
	}
	if err := errors.Join(broken...); err != nil {
		return result{}, err
	}
	if len(loaded) == 0 || loaded[0].Module == nil {
		return result{}, errors.New("no packages")
	}
	program, _ := ssautil.Packages(loaded, ssa.InstantiateGenerics)
	program.Build()
	g := graph{module: loaded[0].Module.Path, calls: cha.CallGraph(program), all: sorted(ssautil.AllFunctions(program))}

	out := result{module: g.module, entries: make(map[string]int)}
	for _, rule := range rules {
		entries := rule.entries(g)
		if len(entries) == 0 {
			return result{}, fmt.Errorf("no %s found: the rule would check nothing", rule.name)
		}
		out.entries[rule.name] = len(entries)
		out.findings = append(out.findings, g.follow(rule, entries)...)
	}
	slices.Sort(out.findings)
	out.findings = slices.Compact(out.findings)
	return out, nil
}

// graph is the call graph of our packages.
type graph struct {
	module string
	calls  *callgraph.Graph
	all    []*ssa.Function
}

// sorted gives functions a fixed order, so that the path named for a finding is the same in every run.
func sorted(set map[*ssa.Function]bool) []*ssa.Function {
	out := make([]*ssa.Function, 0, len(set))
	for fn := range set {
		out = append(out, fn)
	}
	slices.SortFunc(out, func(a, b *ssa.Function) int { return strings.Compare(a.String(), b.String()) })
	return out
}

// follow walks from the entries, breadth first, and returns each forbidden call with the shortest way to it.
func (g graph) follow(rule rule, entries []*ssa.Function) []string {
	from := make(map[*ssa.Function]*ssa.Function)
	queue := make([]*ssa.Function, 0, len(entries))
	add := func(fn, by *ssa.Function) {
		if _, seen := from[fn]; !seen && fn != nil && len(fn.Blocks) > 0 {
			from[fn] = by
			queue = append(queue, fn)
		}
	}
	for _, entry := range entries {
		add(entry, nil)
	}
	var findings []string
	for len(queue) > 0 {
		fn := queue[0]
		queue = queue[1:]
		for _, block := range fn.Blocks {
			for _, instruction := range block.Instrs {
				at := fn.Prog.Fset.Position(instruction.Pos())
				// wrappers that the compiler makes have no place; who refers to them has
				if what := rule.forbidden(instruction); what != "" && at.IsValid() {
					findings = append(findings, fmt.Sprintf("%s:%d: %s from %s: %s", at.Filename, at.Line, what, rule.name, way(from, fn)))
				}
				for _, value := range handedOver(instruction) {
					add(value, fn)
				}
			}
		}
		for _, callee := range g.callees(fn) {
			add(callee, fn)
		}
	}
	return findings
}

// callees are the possible targets of the calls in fn, in a fixed order.
func (g graph) callees(fn *ssa.Function) []*ssa.Function {
	node := g.calls.Nodes[fn]
	if node == nil {
		return nil
	}
	set := make(map[*ssa.Function]bool, len(node.Out))
	for _, edge := range node.Out {
		set[edge.Callee.Func] = true
	}
	return sorted(set)
}

// handedOver are the functions that an instruction gives to a callee without a body here, which may call them.
func handedOver(instruction ssa.Instruction) []*ssa.Function {
	call, ok := instruction.(ssa.CallInstruction)
	if !ok {
		return nil
	}
	if callee := call.Common().StaticCallee(); callee != nil && len(callee.Blocks) > 0 {
		return nil
	}
	var out []*ssa.Function
	for _, arg := range call.Common().Args {
		if fn := functionOf(arg); fn != nil {
			out = append(out, fn)
		}
	}
	return out
}

// functionOf is the function behind a value: itself, a closure, or one of these after a change of type.
func functionOf(v ssa.Value) *ssa.Function {
	switch v := v.(type) {
	case *ssa.Function:
		return v
	case *ssa.MakeClosure:
		return functionOf(v.Fn)
	case *ssa.ChangeType:
		return functionOf(v.X)
	case *ssa.MakeInterface:
		return functionOf(v.X)
	}
	return nil
}

// way names the calls from the entry to fn.
func way(from map[*ssa.Function]*ssa.Function, fn *ssa.Function) string {
	var names []string
	for ; fn != nil; fn = from[fn] {
		names = append(names, fn.String())
	}
	slices.Reverse(names)
	return strings.Join(names, " → ")
}
