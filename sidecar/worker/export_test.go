package worker

// Confine is what Main does first.
var Confine = confine
