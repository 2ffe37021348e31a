package aigc

import (
	autocliv1 "cosmossdk.io/api/cosmos/autocli/v1"

	"github.com/imochain/imod/x/aigc/types"
)

// AutoCLIOptions names the commands and their positional arguments.
func (AppModule) AutoCLIOptions() *autocliv1.ModuleOptions {
	return &autocliv1.ModuleOptions{Query: queryCommands(), Tx: txCommands()}
}

func queryCommands() *autocliv1.ServiceCommandDescriptor {
	return &autocliv1.ServiceCommandDescriptor{
		Service: types.Query_serviceDesc.ServiceName,
		RpcCommandOptions: []*autocliv1.RpcCommandOptions{
			command("Params", "params", "Show the governed settings"),
			command("Collection", "collection [id]", "Show a collection", "id"),
			command("Collections", "collections", "List collections, with --model-id those of one model"),
			command("Token", "token [collection-id] [token-id]", "Show a token with its provenance", "collection_id", "token_id"),
			command("Tokens", "tokens [collection-id]", "List the tokens of a collection", "collection_id"),
			command("Owner", "owner [address]", "List the tokens of an account", "address"),
			command("Commitment", "commitment [collection-id] [commitment]", "Show a commitment that is open", "collection_id", "commitment"),
			command("Verify", "verify [collection-id] [prompt] [aigc-data]",
				"Tell whether data (output root or output bytes, hex) is the final output for a prompt (hex)",
				"collection_id", "prompt", "aigc_data"),
			command("StoredContent", "stored-content [collection-id] [token-id]", "Show the output bytes kept for a token",
				"collection_id", "token_id"),
			command("Listings", "listings", "List what is for sale, with --collection-id in one collection"),
			command("Offers", "offers [collection-id] [token-id]", "List the offers for a token", "collection_id", "token_id"),
			command("OffersBy", "offers-by [address]", "List the offers that an account made", "address"),
			command("Reports", "reports", "List open reports, with --collection-id and --token-id about one token"),
			command("Market", "market [collection-id]", "Show floor price, volume and royalties of a collection", "id"),
			command("Unlogged", "unlogged", "List tokens of which the EVM's logs lack something, with --collection-id those of one collection"),
			command("Credits", "credits [address]", "List money of an account that waits to be withdrawn", "address"),
		},
	}
}

func txCommands() *autocliv1.ServiceCommandDescriptor {
	params := command("UpdateParams", "update-params-proposal [params]", "Propose to replace all settings", "params")
	params.GovProposal = true
	mint := command("Mint", "mint [collection-id] [version] [seed] [input] [max-fee]...",
		"Request content (input: file, hex or base64) and mint its token; version 0 is the latest",
		"collection_id", "version", "seed", "input", "max_fee")
	mint.PositionalArgs[4].Varargs = true
	setFlags := command("SetFlags", "set-flags [collection-id] [token-id]",
		"Flag content (--sensitive, --withdrawn) and decide the reports about it (--upheld); moderators only", "collection_id", "token_id")
	setFlags.FlagOptions = map[string]*autocliv1.FlagOptions{"note": {Name: "reason", Usage: "why, at most 256 bytes"}} // --note is the transaction's memo
	return &autocliv1.ServiceCommandDescriptor{
		Service: types.Msg_serviceDesc.ServiceName,
		RpcCommandOptions: []*autocliv1.RpcCommandOptions{
			command("CreateCollection", "create-collection [model-id] [name] [symbol] [mint-price]",
				"Make a collection of content from one model", "model_id", "name", "symbol", "mint_price"),
			command("Commit", "commit [collection-id] [commitment]",
				"Name a prompt by its hash (SHA-256, see the module's README), so that nobody can mint it first", "collection_id", "commitment"),
			mint,
			command("MintFromResult", "mint-from-result [collection-id] [request-id]",
				"Mint from a final request of your own", "collection_id", "request_id"),
			command("Settle", "settle [collection-id] [token-id]",
				"Make a pending token final, or remove it if its request expired", "collection_id", "token_id"),
			command("Transfer", "transfer [collection-id] [token-id] [recipient]", "Move a token",
				"collection_id", "token_id", "recipient"),
			command("Approve", "approve [collection-id] [token-id] [approved]", "Name who may move a token",
				"collection_id", "token_id", "approved"),
			command("SetApprovalForAll", "set-approval-for-all [collection-id] [operator] [approved]",
				"Name or dismiss an operator for all your tokens of a collection", "collection_id", "operator", "approved"),
			command("Burn", "burn [collection-id] [token-id]", "Destroy a token", "collection_id", "token_id"),
			command("List", "list [collection-id] [token-id] [price]", "Put a token up for sale",
				"collection_id", "token_id", "price"),
			command("Unlist", "unlist [collection-id] [token-id]", "End a listing", "collection_id", "token_id"),
			command("Buy", "buy [collection-id] [token-id] [expected-price]", "Buy a token at its listed price",
				"collection_id", "token_id", "expected_price"),
			command("MakeOffer", "make-offer [collection-id] [token-id] [price] [expires]",
				"Offer a price for a token until a time (RFC 3339); the price waits in escrow", "collection_id", "token_id", "price", "expires"),
			command("AcceptOffer", "accept-offer [collection-id] [token-id] [bidder] [expected-price]",
				"Sell a token to who made an offer for it", "collection_id", "token_id", "bidder", "expected_price"),
			command("CancelOffer", "cancel-offer [collection-id] [token-id]",
				"Take back your offer, or with --bidder return one that expired", "collection_id", "token_id"),
			command("Report", "report [collection-id] [token-id] [reason]",
				"Complain about content, with a bond; reasons: report-reason-sensitive, -unlawful, -rights, -other", "collection_id", "token_id", "reason"),
			setFlags,
			command("EndReport", "end-report [collection-id] [token-id]",
				"Take back the bond of a report that nobody decided", "collection_id", "token_id"),
			command("Withdraw", "withdraw [collection-id]", "Withdraw money that could not be sent to you", "collection_id"),
			params,
		},
	}
}

// command describes one command; args are the fields given by position.
func command(method, use, short string, args ...string) *autocliv1.RpcCommandOptions {
	options := &autocliv1.RpcCommandOptions{RpcMethod: method, Use: use, Short: short}
	for _, field := range args {
		options.PositionalArgs = append(options.PositionalArgs, &autocliv1.PositionalArgDescriptor{ProtoField: field})
	}
	return options
}
