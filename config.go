// Package imod holds what the repository's root describes: the default local network.
package imod

import _ "embed" // config.yml

// DefaultNetwork is config.yml, the local network that `imod testnet start` runs when the working folder has none.
//
//go:embed config.yml
var DefaultNetwork []byte
