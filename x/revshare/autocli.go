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
				{
					RpcMethod: "Redeemable", Use: "redeemable [share-denom] [amount]", Short: "What a burn of an amount would pay now",
					PositionalArgs: positional("denom", "amount"),
				},
				{
					RpcMethod: "Holder", Use: "holder [share-denom] [address]", Short: "What an account has set and how far it is settled",
					PositionalArgs: positional("denom", "address"),
				},
				{RpcMethod: "Earnings", Use: "earnings [share-denom]", Short: "Deposits by source, trailing sums, largest payers, price to earnings", PositionalArgs: positional("denom")},
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
				{
					RpcMethod: "Redeem", Use: "redeem [amount]", Short: "Burn share tokens for their part of the redemption pool",
					PositionalArgs: positional("amount"),
				},
				{
					RpcMethod: "SetRefusals", Use: "set-refusals [denoms]...", Short: "Name the revenue denoms not to be paid in; none clears the list",
					PositionalArgs: []*autocliv1.PositionalArgDescriptor{{ProtoField: "denoms", Varargs: true}},
				},
				{
					RpcMethod: "SetAutoPayout", Use: "set-auto-payout [share-denom] [enabled]", Short: "Ask for payments without a claim, or stop them",
					PositionalArgs: positional("share_denom", "enabled"),
				},
				{
					RpcMethod: "Compact", Use: "compact [share-denom] [holder]", Short: "Settle and remove the oldest checkpoints of an account",
					PositionalArgs: positional("share_denom", "holder"),
				},
				{RpcMethod: "UpdateParams", Skip: true},
			},
		},
	}
}
