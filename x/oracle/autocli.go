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
				{RpcMethod: "Performance", Use: "performance [validator]", Short: "Show a validator's counters", PositionalArgs: args("address")},
				{RpcMethod: "EstimateFee", Use: "estimate-fee", Short: "Show what a request would cost"},
				{RpcMethod: "Output", Use: "output [id]", Short: "Show the output of a final request", PositionalArgs: args("id")},
				{RpcMethod: "Credit", Use: "credit [owner]", Short: "Show what an owner can claim", PositionalArgs: args("owner")},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "imod.oracle.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "RequestInference", Use: "request-inference [model-id] [input]", Short: "Pay for one run of a model; the input is hex, base64 or a file", PositionalArgs: args("model_id", "input")},
				{RpcMethod: "DeliverOutput", Use: "deliver-output [request-id] [output]", Short: "Store the output of a final request; the output is hex, base64 or a file", PositionalArgs: args("request_id", "output")},
				{RpcMethod: "ClaimRefund", Use: "claim-refund [owner]", Short: "Pay a credited refund to its owner", PositionalArgs: args("owner")},
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
