package keeper_test

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/merkle"
	"github.com/imochain/imod/x/oracle/internal/fixture"
)

func bech32(f *fixture.Fixture, validator int) string {
	return sdk.ConsAddress(f.Validators[validator].Address[:]).String()
}

// noInput is the input root of every proof.
var noInput = merkle.BytesRoot(nil)
