// Package worker runs models in a process of their own, so that a hostile model
// can take down that process and nothing else.
//
// Both ends are here. Main is the child: before it reads anything it lowers its own
// limits for memory, files and cores and, where the kernel has Landlock, gives up
// every file but the bundles, every socket, program and process; it then
// tests the numeric engine and answers one job after the other over its standard
// input and output. Worker is the parent's side: it starts the child when a job needs
// it, kills it when a job outlives its time, and lets it rest for longer after every
// death. Confinement tells what the child's system could give.
package worker
