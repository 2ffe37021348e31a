// Package localnet runs an imod network of separate processes on one machine, described by one config.yml.
//
// The file has Ignite's schema (version 1), so the same text also serves people who have Ignite; everything here works without it.
// The public surface, in the order of use:
//
//   - [ReadConfig] reads and checks config.yml; every error names the key and the value.
//   - [Init] writes one home per validator: keys, genesis, config.toml, app.toml, client.toml, on shifted ports of 127.0.0.1.
//   - [Start] launches the nodes and the faucet as detached processes, waits for blocks and returns the [Network].
//   - [StartLinked] does the same with a second chain beside the first and an IBC relayer (package relayer) between them.
//   - [Stop] ends exactly those processes; [Network.StartNode] and [Network.SignalNode] let tests kill and revive one of them.
//   - [Open] reads the description of a network that an earlier process made; [Network.Key] gives its keys.
//   - [RunFaucet] is the body of the faucet process: Ignite's HTTP shape.
//
// The package does not know the application: what it needs of it comes in by [Chain]. Package rpc beside it is the client
// that signs, sends and waits for transactions.
//
// Mnemonics are written to keys.json of the network's folder. That is only acceptable because such a network holds nothing of value.
package localnet
