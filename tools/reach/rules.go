package main

import (
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"
)

// rule is one thing that must not be reached from one kind of entry point.
type rule struct {
	name      string
	entries   func(graph) []*ssa.Function
	forbidden func(ssa.Instruction) string
}

// rules are followed one by one. A contract may call the EVM after its action (the receiver hook of a safe transfer), not inside.
var rules = []rule{
	{"contract calls", runs, any2(branches, replacesEvents)},
	{"contract actions", actions, any2(any2(branches, replacesEvents), callsEVM)},
	{"block handlers", blockHandlers, callsEVM},
}

// actionRunner is upstream's frame around an action; what is passed to it runs inside.
const actionRunner = "RunNativeAction"

// evmMethods run EVM code, by the name that upstream's keeper gives them.
var evmMethods = []string{
	"CallEVM", "CallEVMWithData", "ApplyMessage", "ApplyMessageWithConfig", "ApplyTransaction", "EthereumTx", "EthCall",
}

// interpreterMethods run EVM code on go-ethereum's interpreter.
var interpreterMethods = []string{"Call", "CallCode", "DelegateCall", "StaticCall", "Create", "Create2"}

const interpreterPackage = "github.com/ethereum/go-ethereum/core/vm"

// runs are the methods through which the EVM calls a contract.
func runs(g graph) []*ssa.Function {
	return g.methods("precompiles", "Run", "RequiredGas", "Execute")
}

// actions are the functions given to the action runner, and the restriction that bank runs for every transfer inside one.
func actions(g graph) []*ssa.Function {
	var out []*ssa.Function
	for _, fn := range g.all {
		if !g.within(fn, "precompiles") {
			continue
		}
		for _, block := range fn.Blocks {
			for _, instruction := range block.Instrs {
				call, ok := instruction.(ssa.CallInstruction)
				if !ok || calleeName(call) != actionRunner {
					continue
				}
				for _, arg := range call.Common().Args {
					if action := functionOf(arg); action != nil {
						out = append(out, action)
					}
				}
			}
		}
	}
	if len(out) == 0 {
		return nil // a restriction alone would hide that no action was found
	}
	return append(out, g.methods("x", "SendRestriction")...)
}

// blockHandlers are what consensus calls once a block.
func blockHandlers(g graph) []*ssa.Function {
	names := []string{"BeginBlock", "EndBlock", "PreBlock", "BeginBlocker", "EndBlocker", "PreBlocker"}
	return append(g.methods("x", names...), g.methods("app", names...)...)
}

// methods are the methods with one of the names in the packages under a tree.
func (g graph) methods(tree string, names ...string) []*ssa.Function {
	var out []*ssa.Function
	for _, fn := range g.all {
		if fn.Signature.Recv() != nil && len(fn.Blocks) > 0 && g.within(fn, tree) && slices.Contains(names, fn.Name()) {
			out = append(out, fn)
		}
	}
	return out
}

// within says whether a function belongs to a package under a tree of the module; anonymous ones belong to their parents.
func (g graph) within(fn *ssa.Function, tree string) bool {
	for fn.Parent() != nil {
		fn = fn.Parent()
	}
	if fn.Pkg == nil || fn.Synthetic != "" {
		return false
	}
	path := fn.Pkg.Pkg.Path()
	return path == g.module+"/"+tree || strings.HasPrefix(path, g.module+"/"+tree+"/")
}

// branches finds a branch of the state: written, it mirrors a transfer twice; discarded, it takes nothing back.
func branches(i ssa.Instruction) string { return named(i, "CacheContext") }

// replacesEvents finds a replaced event manager: the EVM's balances follow bank's events.
func replacesEvents(i ssa.Instruction) string {
	return named(i, "WithEventManager", "NewEventManager")
}

// callsEVM finds calls into the EVM.
func callsEVM(i ssa.Instruction) string {
	if what := named(i, evmMethods...); what != "" {
		return what
	}
	call, ok := i.(ssa.CallInstruction)
	if !ok {
		return ""
	}
	callee := call.Common().StaticCallee()
	if callee == nil || callee.Pkg == nil || callee.Pkg.Pkg.Path() != interpreterPackage {
		return ""
	}
	if slices.Contains(interpreterMethods, callee.Name()) && callee.Signature.Recv() != nil {
		return callee.Name() + " of the interpreter"
	}
	return ""
}

func any2(a, b func(ssa.Instruction) string) func(ssa.Instruction) string {
	return func(i ssa.Instruction) string {
		if what := a(i); what != "" {
			return what
		}
		return b(i)
	}
}

// named finds a call of, or a reference to, a function or method with one of the names, whoever declares it.
func named(i ssa.Instruction, names ...string) string {
	if call, ok := i.(ssa.CallInstruction); ok && slices.Contains(names, calleeName(call)) {
		return calleeName(call)
	}
	for _, operand := range i.Operands(nil) {
		if fn := functionOf(*operand); fn != nil {
			name, _, _ := strings.Cut(fn.Name(), "$") // method values are wrapped as name$bound
			if slices.Contains(names, name) {
				return name
			}
		}
	}
	return ""
}

func calleeName(call ssa.CallInstruction) string {
	common := call.Common()
	if common.IsInvoke() {
		return common.Method.Name()
	}
	if callee := common.StaticCallee(); callee != nil {
		return callee.Name()
	}
	return ""
}
