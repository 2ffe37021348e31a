package oracle

import autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

// AutoCLIOptions names the commands and their positional arguments.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "imod.oracle.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Show the parameters"},
				{RpcMethod: "Request", Use: "request [id]", Short: "Show a request and its result", PositionalArgs: args("id")},
				{RpcMethod: "Requests", Use: "requests", Short: "List requests by model, requester and status"},
				{RpcMethod: "Receipt", Use: "receipt [id]", Short: "Show the receipt of a final request and its path", PositionalArgs: args("id")},
				{RpcMethod: "Attestations", Use: "attestations [id]", Short: "Show who attested a request", PositionalArgs: args("id")},
				{RpcMethod: "Proof", Use: "proof [model-id]", Short: "Show the open proof of a model", PositionalArgs: args("model_id")},
				{RpcMethod: "ProofRecord", Use: "proof-record [model-id] [version]", Short: "Show what stays of the decided proof of a version", PositionalArgs: args("model_id", "version")},
				{RpcMethod: "Executor", Use: "executor [address]", Short: "Show an executor and its jobs", PositionalArgs: args("address")},
				{RpcMethod: "Executors", Use: "executors", Short: "List executors, of all models or of one"},
				{RpcMethod: "Panel", Use: "panel [kind] [id]", Short: "Show the executors that reproduce a version or audit a claim", PositionalArgs: args("kind", "id")},
				{RpcMethod: "Claim", Use: "claim [id]", Short: "Show what an executor asserted, and the games about it", PositionalArgs: args("id")},
				{RpcMethod: "Revealed", Use: "revealed [claim-id]", Short: "Show a part of the trace behind a claim that a game revealed", PositionalArgs: args("claim_id")},
				{RpcMethod: "Dispute", Use: "dispute [id]", Short: "Show a game and whose move it is", PositionalArgs: args("id")},
				{RpcMethod: "Availability", Use: "availability [model-id]", Short: "Show how much of the voting power holds a model", PositionalArgs: args("model_id")},
				{RpcMethod: "ReceiptRoot", Use: "receipt-root [height]", Short: "Show the root of a block's receipts", PositionalArgs: args("height")},
				{RpcMethod: "Preview", Use: "preview [model-id] [input]", Short: "Run a model on the node that is asked, without a request", PositionalArgs: args("model_id", "input")},
				{RpcMethod: "Performances", Use: "performances", Short: "List the counters of all validators"},
				{RpcMethod: "Performance", Use: "performance [validator]", Short: "Show a validator's counters", PositionalArgs: args("address")},
				{RpcMethod: "Policy", Use: "policy [validator]", Short: "Show what a validator published that it declines, and where it offers bundles", PositionalArgs: args("address")},
				{RpcMethod: "EstimateFee", Use: "estimate-fee", Short: "Show what a request would cost"},
				{RpcMethod: "Output", Use: "output [id]", Short: "Show the output of a final request", PositionalArgs: args("id")},
				{RpcMethod: "Credit", Use: "credit [owner]", Short: "Show what an owner can claim", PositionalArgs: args("owner")},
				{RpcMethod: "Callback", Use: "callback [id]", Short: "Show the callback of a request and who may deliver it", PositionalArgs: args("id")},
				{RpcMethod: "Callbacks", Use: "callbacks", Short: "List the callbacks that wait for a courier"},
				{RpcMethod: "Couriers", Use: "couriers", Short: "List the couriers in the order of their turns"},
				{RpcMethod: "Beacon", Use: "beacon", Short: "Show the randomness of the last block"},
				{RpcMethod: "BeaconChain", Use: "beacon-chain [validator]", Short: "Show a validator's hash chain", PositionalArgs: args("address")},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "imod.oracle.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "RequestInference", Use: "request-inference [model-id] [input]", Short: "Pay for one run of a model; the input is hex, base64 or a file", PositionalArgs: args("model_id", "input")},
				{RpcMethod: "DeliverOutput", Use: "deliver-output [request-id] [output]", Short: "Store the output of a final request; the output is hex, base64 or a file", PositionalArgs: args("request_id", "output")},
				{RpcMethod: "ClaimRefund", Use: "claim-refund [owner]", Short: "Pay a credited refund to its owner", PositionalArgs: args("owner")},
				{RpcMethod: "TopUpCallback", Use: "top-up-callback [request-id] [amount]", Short: "Add gas money to a callback that nobody delivers", PositionalArgs: args("request_id", "amount")},
				{RpcMethod: "SetCourier", Use: "set-courier [courier]", Short: "Name the account that delivers in your validator's turns; none takes it off the list", PositionalArgs: optional("courier")},
				{RpcMethod: "SetBeacon", Use: "set-beacon [tip]", Short: "Register your validator's hash chain by its tip", PositionalArgs: args("tip")},
				{RpcMethod: "SetPolicy", Use: "set-policy", Short: "Publish what your validator declines and where it offers bundles; without any flag nothing any more"},
				{RpcMethod: "OpenProof", Use: "open-proof", Short: "Open a validator's binding of a proof or of custody; proposers do this by themselves"},
				{RpcMethod: "RegisterExecutor", Use: "register-executor [capacity] [bond]", Short: "Register as an executor of optimistic models, or add to the bond and replace what you said", PositionalArgs: args("capacity", "bond")},
				{RpcMethod: "UnregisterExecutor", Use: "unregister-executor", Short: "Take no more jobs; the bond follows after the unbonding time"},
				{RpcMethod: "BindResult", Use: "bind-result [kind] [id] [binding]", Short: "Bind yourself to what you reproduced or audited; imod execute does it", PositionalArgs: args("kind", "id", "binding")},
				{RpcMethod: "OpenResult", Use: "open-result [kind] [id]", Short: "Open such a binding; imod execute does it", PositionalArgs: args("kind", "id")},
				{RpcMethod: "AssertResult", Use: "assert-result [request-id] [output-root]", Short: "Answer a request that you were drawn for; imod execute does it", PositionalArgs: args("request_id", "output_root")},
				{RpcMethod: "Challenge", Use: "challenge [claim-id] [max-bond]", Short: "Open a game about a claim; imod watch does it and plays", PositionalArgs: args("claim_id", "max_bond")},
				{RpcMethod: "Defend", Use: "defend [dispute-id] [trace-root]", Short: "Post the root of the trace behind your claim", PositionalArgs: args("dispute_id", "trace_root")},
				{RpcMethod: "Pick", Use: "pick [dispute-id] [child]", Short: "Name what is to be revealed in your game", PositionalArgs: args("dispute_id", "child")},
				{RpcMethod: "Reveal", Use: "reveal [dispute-id]", Short: "Reveal what was picked; anyone may", PositionalArgs: args("dispute_id")},
				{RpcMethod: "Element", Use: "element [dispute-id] [element]", Short: "Name the element that differs", PositionalArgs: args("dispute_id", "element")},
				{RpcMethod: "Prove", Use: "prove [dispute-id]", Short: "Commit to the last move of your game, or open it", PositionalArgs: args("dispute_id")},
				{RpcMethod: "Timeout", Use: "timeout [dispute-id]", Short: "End a game whose side to move is out of time", PositionalArgs: args("dispute_id")},
				{RpcMethod: "UpdateParams", Skip: true},
			},
		},
	}
}

func args(fields ...string) []*autocliv1.PositionalArgDescriptor {
	out := make([]*autocliv1.PositionalArgDescriptor, 0, len(fields))
	for _, field := range fields {
		out = append(out, &autocliv1.PositionalArgDescriptor{ProtoField: field})
	}
	return out
}

// optional is one positional argument that may be left out.
func optional(field string) []*autocliv1.PositionalArgDescriptor {
	return []*autocliv1.PositionalArgDescriptor{{ProtoField: field, Optional: true}}
}
