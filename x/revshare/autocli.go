package revshare

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// The service names of proto/imod/revshare/v1.
const (
	msgService   = "imod.revshare.v1.Msg"
	queryService = "imod.revshare.v1.Query"
)

func positional(fields ...string) []*autocliv1.PositionalArgDescriptor {
	out := make([]*autocliv1.PositionalArgDescriptor, len(fields))
	for i, f := range fields {
		out[i] = &autocliv1.PositionalArgDescriptor{ProtoField: f}
	}
	return out
}

// AutoCLIOptions names the commands and their arguments.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: queryService,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{RpcMethod: "Params", Use: "params", Short: "Parameters and the running epoch"},
				{RpcMethod: "Pool", Use: "pool [share-denom]", Short: "A revenue pool and its streams", PositionalArgs: positional("denom")},
				{
					RpcMethod: "Claimable", Use: "claimable [share-denom] [address]", Short: "What a claim would pay now",
					PositionalArgs: positional("denom", "address"),
				},
				{
					RpcMethod: "ClaimableAt", Use: "claimable-at [share-denom] [address] [epoch]", Short: "What a claim up to an epoch would pay now",
					PositionalArgs: positional("denom", "address", "epoch"),
				},
				{
					RpcMethod: "RevenueOf", Use: "revenue-of [share-denom] [address] [epoch]", Short: "An account's revenue of one epoch",
					PositionalArgs: positional("denom", "address", "epoch"),
				},
				{RpcMethod: "Earnings", Use: "earnings [share-denom]", Short: "Deposits by source", PositionalArgs: positional("denom")},
				{
					RpcMethod: "Solvency", Use: "solvency [share-denom]", Short: "The books of one pool, or of all",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "denom", Optional: true}},
				},
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: msgService,
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				{
					RpcMethod: "Deposit", Use: "deposit [share-denom] [amount]", Short: "Add revenue to a pool",
					PositionalArgs: positional("share_denom", "amount"),
				},
				{RpcMethod: "Claim", Use: "claim [share-denom]", Short: "Claim the signer's revenue", PositionalArgs: positional("share_denom")},
				{
					RpcMethod: "ClaimFor", Use: "claim-for [share-denom] [holder]", Short: "Pay another holder its revenue",
					PositionalArgs: positional("share_denom", "holder"),
				},
				{
					RpcMethod: "RequestSnapshot", Use: "request-snapshot [share-denom]", Short: "Return the id of the running epoch",
					PositionalArgs: positional("share_denom"),
				},
				{RpcMethod: "Sync", Use: "sync [share-denom]", Short: "Sweep the token's address into its pool", PositionalArgs: positional("share_denom")},
				{
					RpcMethod: "SetPayout", Use: "set-payout [payout]", Short: "Set the address that receives the signer's revenue; none clears it",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "payout", Optional: true}},
				},
				{RpcMethod: "UpdateParams", Skip: true},
			},
		},
	}
}
