package main

import (
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	"github.com/grpc-ecosystem/grpc-gateway/runtime"

	"github.com/cosmos/relayer/v2/relayer/codecs/ethermint"
)

// typeName is the package of cosmos/evm's account keys; the relayer knows the same keys by an older name only.
const typeName = "cosmos.evm.crypto.v1.ethsecp256k1."

// pubKey is the public key of an account with coin type 60.
type pubKey struct{ ethermint.PubKey }

// XXX_MessageName is the name under which the chain knows the type.
func (*pubKey) XXX_MessageName() string { return typeName + "PubKey" }

// privKey is the private key of such an account, as the chain's own keyring stores it.
type privKey struct{ ethermint.PrivKey }

// XXX_MessageName is the name under which the chain knows the type.
func (*privKey) XXX_MessageName() string { return typeName + "PrivKey" }

// PubKey returns the public key under the chain's name, not the relayer's.
func (k *privKey) PubKey() cryptotypes.PubKey {
	return &pubKey{ethermint.PubKey{Key: k.PrivKey.PubKey().Bytes()}}
}

// keyTypes registers both as a module does.
type keyTypes struct{}

// Name implements module.AppModuleBasic.
func (keyTypes) Name() string { return "cosmosevmkeys" }

// RegisterLegacyAminoCodec implements module.AppModuleBasic; nothing here signs amino.
func (keyTypes) RegisterLegacyAminoCodec(*codec.LegacyAmino) {}

// RegisterGRPCGatewayRoutes implements module.AppModuleBasic; keys have no routes.
func (keyTypes) RegisterGRPCGatewayRoutes(client.Context, *runtime.ServeMux) {}

// RegisterInterfaces implements module.AppModuleBasic.
func (keyTypes) RegisterInterfaces(registry codectypes.InterfaceRegistry) {
	registry.RegisterImplementations((*cryptotypes.PubKey)(nil), &pubKey{})
	registry.RegisterImplementations((*cryptotypes.PrivKey)(nil), &privKey{})
}
