// Package rpc is a small client of a running node: it signs with eth_secp256k1 keys in direct mode, pays gas × price, broadcasts,
// waits for inclusion and asks accounts and balances.
//
// [Dial] gives a [Client]; [Client.SendTx] does the whole job, [Client.Prepare], [Client.Encode], [Client.Broadcast] and
// [Client.WaitTx] are its steps for callers that sign ahead or send out of order. [Sign] works without a node.
// Queries of a module go through its generated client on [Client.Conn].
package rpc
