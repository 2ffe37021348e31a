package keeper

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// isolate runs one user's item of block code on its own branch: an error or a panic of the item
// drops its writes and events and stays here. It is never used on a path that a message can reach.
func isolate(ctx sdk.Context, item func(sdk.Context) error) (err error) {
	branch, write := ctx.CacheContext()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	if err := item(branch); err != nil {
		return err
	}
	write()
	return nil
}
