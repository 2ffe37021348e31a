// Package courier delivers the results that contracts wait for: it follows the callbacks that are
// ready, fetches their outputs, and sends each in an Ethereum transaction of its own account, for the
// gas money and the premium that the requesters prepaid.
//
// It also announces: it lets the contracts of collections emit the logs of what messages changed outside of the EVM, within a budget.
//
// [Run] does the work until its context ends. It is a program of its own with a small key of its own:
// the process that parses models must not sign, and the one that signs must not parse models. What it
// can lose is bounded by [Config]: a balance that stays untouched, a price per gas, and a loss per day.
//
// [Chain] is what it needs of a node; [Dial] gives the one over gRPC and JSON-RPC.
package courier
