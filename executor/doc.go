// Package executor is the program of those that answer for models of class OPTIMISTIC, and of those that watch them.
//
//   - Execute: does the jobs that an executor was drawn for, and defends what it asserted.
//   - Watch: runs again what others asserted, challenges what is wrong, and plays until the chain has decided.
//   - Chain, Models: what both need of a node and of a disk.
//   - OpenDisk: bundles on this machine, fetched when they are missing.
//
// All that a game needs is on chain or follows from the model, so a program that was killed goes on where it stopped.
// On disk lies what does not: the secret that hides a proof between its commitment and its opening, and which claims
// were looked at. Moves come from x/oracle/node/player, which both sides of a dispute share.
//
// Models run in this process, with no more confinement than it has: an executor chooses what it holds, and a watcher
// whom it watches. What neither wants to trust runs on a machine of its own.
package executor
