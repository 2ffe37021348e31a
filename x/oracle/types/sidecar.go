package types

// MaxSidecarMessage is the most bytes of one message between node and sidecar: the inputs of a
// full work list with their addresses. Both ends set it as gRPC limit.
const MaxSidecarMessage = 24 << 20
