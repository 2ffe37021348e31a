package abci

import "github.com/imochain/imod/x/oracle/attestation"

// BreakCodec replaces the decoders of strangers' bytes.
func (h *Handlers) BreakCodec(extension func([]byte) ([]attestation.Item, error), injected func([]byte) (attestation.Injected, error)) {
	h.codec = codec{extension, injected}
}
