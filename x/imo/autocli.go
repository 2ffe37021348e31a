package imo

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"
)

// AutoCLIOptions names the commands and their positional arguments.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{
		Query: &autocliv1.ServiceCommandDescriptor{
			Service: "imod.imo.v1.Query",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("Params", "params", "Show the parameters"),
				command("Network", "network", "Show what the network is for: LOCAL, TEST or MAIN"),
				command("Model", "model [id]", "Show a model", "id"),
				command("Models", "models", "List models"),
				command("Version", "version [model-id] [version]", "Show a version of a model with its manifest; 0 is the latest", "id", "version"),
				command("Offering", "offering [id]", "Show an offering and its terms", "id"),
				command("Offerings", "offerings", "List offerings"),
				command("Bids", "bids [offering-id]", "List the bids of an offering", "id"),
				command("Clearing", "clearing [offering-id]", "Show the price expected now and the book behind it", "id"),
				command("Allocation", "allocation [offering-id] [address]", "Show what an address has in an offering", "id", "address"),
				command("History", "history [address]", "List the bids of an address in all offerings", "address"),
				command("Pool", "pool [model-id]", "Show the market of a model's token", "model_id"),
				command("Position", "position [model-id] [owner]", "Show an owner's part of a pool", "model_id", "owner"),
				command("Quote", "quote [model-id] [amount-in]", "Show what a swap would pay now", "model_id", "amount_in"),
				command("Positions", "positions [model-id]", "List who owns a pool", "model_id"),
				command("Tranches", "tranches [offering-id]", "Show the releases of the proceeds, and what an exit pays", "id"),
				command("Spends", "spends [model-id]", "List the spends of a model's treasury", "model_id"),
				command("SharedWeights", "shared-weights [model-id]", "List what was shown of weights that a model has in common with earlier ones", "id"),
				command("Vesting", "vesting [model-id]", "Show the locked tokens of a model's contributors and treasury", "id"),
			},
		},
		Tx: &autocliv1.ServiceCommandDescriptor{
			Service: "imod.imo.v1.Msg",
			RpcCommandOptions: []*autocliv1.RpcCommandOptions{
				command("RegisterModel", "register-model", "Register a model with its first version"),
				command("RetireModel", "retire-model [model-id]", "Withdraw a model without token", "model_id"),
				command("PublishVersion", "publish-version [model-id]", "Submit another version of a model", "model_id"),
				command("ObjectVersion", "object-version [model-id] [version]", "Object as a holder to a version that waits", "model_id", "version"),
				command("ShowSharedWeights", "show-shared-weights [model-id] [version] [earlier-model-id] [earlier-version] [proof]",
					"Show that a version has weights of an earlier model, with what `imod model shared` wrote; version 0 is the latest",
					"model_id", "version", "earlier_model_id", "earlier_version", "proof"),
				command("SetPrice", "set-price [model-id] [price]", "Change a model's price per request", "model_id", "price"),
				command("CreateOffering", "create-offering [model-id]", "Fix the terms of a sale of the model's token", "model_id"),
				command("CancelOffering", "cancel-offering [offering-id]", "Withdraw an offering without bids", "offering_id"),
				command("PlaceBid", "place-bid [offering-id] [amount] [max-price] [terms-hash]", "Place a bid", "offering_id", "amount", "max_price", "terms_hash"),
				command("CancelBid", "cancel-bid [offering-id] [bid-id]", "Take a bid back", "offering_id", "bid_id"),
				command("FinalizeOffering", "finalize-offering [offering-id]", "Settle an offering that has ended", "offering_id"),
				command("CollectAllocation", "collect-allocation [offering-id]", "Collect bought and vested tokens; with --model-id and 0, a contributor's income", "offering_id"),
				command("CollectRefund", "collect-refund [offering-id]", "Collect refundable deposits; with --model-id and 0, a registration deposit", "offering_id"),
				command("ReleaseProceeds", "release-proceeds [offering-id]", "Release a tranche that is due and pay the contributors", "offering_id"),
				command("Exit", "exit [amount]", "Burn tokens for their part of the unreleased proceeds", "amount"),
				command("Swap", "swap [model-id] [amount-in] [min-out]", "Exchange coins in a token's pool", "model_id", "amount_in", "min_out"),
				command("AddLiquidity", "add-liquidity [model-id] [max-tokens] [max-payment]", "Put both coins into a pool", "model_id", "max_tokens", "max_payment"),
				command("RemoveLiquidity", "remove-liquidity [model-id] [shares]", "Take both coins out of a pool", "model_id", "shares"),
				command("CollectPoolRevenue", "collect-pool-revenue [model-id]", "Pay a position what the pool's tokens earned for it", "model_id"),
				noteAs("purpose", command("ProposeSpend", "propose-spend [model-id] [recipient] [amount]", "Propose to pay tokens of the treasury",
					"model_id", "recipient", "amount")),
				command("ObjectSpend", "object-spend [spend-id]", "Object as a holder to a proposed spend", "spend_id"),
				command("ExecuteSpend", "execute-spend [spend-id]", "Pay a spend after its window", "spend_id"),
				{RpcMethod: "UpdateParams", Skip: true},
			},
		},
	}
}

func command(method, use, short string, args ...string) *autocliv1.RpcCommandOptions {
	options := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short}
	for _, arg := range args {
		options.PositionalArgs = append(options.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: arg})
	}
	return options
}

// noteAs gives the field note a flag of another name: --note is the memo of the transaction.
func noteAs(flag string, c *autocliv1.RpcCommandOptions) *autocliv1.RpcCommandOptions {
	c.FlagOptions = map[string]*autocliv1.FlagOptions{"note": {Name: flag}}
	return c
}
