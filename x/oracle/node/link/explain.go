package link

import (
	"fmt"
	"strings"
)

// hints map what crypto/tls and gRPC say in a node to what its operator can do; the first that fits counts.
var hints = []struct{ said, hint string }{
	{"remote error: tls: expired certificate", "this node's certificate has expired: renew it with `imod sidecar certs`"},
	{"remote error: tls: unknown certificate authority", "the sidecar does not trust the authority of this node's certificate: compare its tls.ca"},
	{"remote error: tls: certificate required", "the sidecar wants a certificate and got none"},
	{"remote error: tls: bad certificate", "the sidecar refuses this node's certificate: it must be one for clients"},
	{"certificate has expired or is not yet valid", "the sidecar's certificate is out of date, or this machine's clock is wrong"},
	{"certificate signed by unknown authority", "the sidecar's certificate is of another authority than sidecar.tls-ca"},
	{"certificate is valid for", otherName},
	{"certificate is not valid for any names", otherName},
	{"cannot validate certificate for", otherName},
	{"first record does not look like a TLS handshake", "the sidecar speaks plain text: give it the section [tls]"},
	{"token is missing or wrong", "set sidecar.token-file to the sidecar's token"},
}

const otherName = "the sidecar's certificate names another host: set sidecar.tls-name"

// Explain adds to an error of a connection what can be done about it. plain tells that this end uses
// no TLS.
func Explain(err error, plain bool) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	for _, h := range hints {
		if strings.Contains(text, h.said) {
			return fmt.Errorf("%w (%s)", err, h.hint)
		}
	}
	if plain && (strings.Contains(text, "server preface") || strings.Contains(text, "frame too large")) {
		return fmt.Errorf("%w (the sidecar may want TLS: set sidecar.tls-ca, tls-cert and tls-key)", err)
	}
	return err
}
