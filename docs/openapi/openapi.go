// Package openapi holds the OpenAPI document of imod's REST interface, generated from proto/.
package openapi

import _ "embed"

// Document is the OpenAPI 2.0 document in JSON.
//
//go:embed imod.swagger.json
var Document []byte
