package abci

import (
	"cosmossdk.io/log/v2"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/x/oracle/keeper"
	"github.com/imochain/imod/x/oracle/types"
)

const (
	// observeBlocks is the distance in blocks between two looks at what changes slowly.
	observeBlocks = 10
	// maxObserved bounds the validators whose counters are shown, above any set.
	maxObserved = 300
	// pinsPerBlock bounds the models that one block looks at, and maxPins those that are kept.
	pinsPerBlock = 20
	maxPins      = 10_000
	// archivePerBlock bounds the blocks whose receipts one block hands over.
	archivePerBlock = 20
)

// Observer shows a node what its metrics and its sidecar want to know of the state besides the open
// work. It runs after a commit and decides nothing.
type Observer struct {
	Keeper *keeper.Keeper
	Logger log.Logger
	// Performances is given the counters of all validators; nil for nobody.
	Performances func([]types.QueryPerformanceResponse)
	// Pins is given the bundles of all models with a live token and the mirrors that validators published, after
	// each walk through the models; nil for nobody.
	Pins func(bundles []types.PinnedBundle, mirrors []string)
	// Archive takes the receipts of a block; nil keeps none. Archived is the height of the last block that it
	// holds already. What a node missed while it was down it gets as long as the chain has it.
	Archive  func(height int64, receipts [][]byte) error
	Archived int64

	next  uint64 // model to go on with; 0 while no walk is under way
	found []types.PinnedBundle
}

// AfterCommit looks at a bounded part of the state.
func (o *Observer) AfterCommit(ctx sdk.Context) {
	defer func() {
		if r := recover(); r != nil {
			o.Logger.Error("oracle observer", "panic", r)
		}
	}()
	if o.Archive != nil {
		if err := o.archive(ctx); err != nil {
			o.Logger.Error("oracle archive of receipts", "error", err)
		}
	}
	due := ctx.BlockHeight()%observeBlocks == 0
	if due && o.Performances != nil {
		performances, _, err := o.Keeper.Performances(ctx, 1, maxObserved)
		if err != nil {
			o.Logger.Error("oracle performances", "error", err)
		} else {
			o.Performances(performances)
		}
	}
	if o.next == 0 && due && o.Pins != nil {
		o.next, o.found = 1, nil
	}
	if o.next != 0 {
		if err := o.walk(ctx); err != nil {
			o.Logger.Error("oracle pins", "error", err)
			o.next = 0
		}
	}
}

// archive hands over the receipts of the next blocks, a bounded number of them. Blocks whose receipts are
// forgotten already are passed over.
func (o *Observer) archive(ctx sdk.Context) error {
	heights, err := o.Keeper.ReceiptHeights(ctx, o.Archived+1, archivePerBlock)
	if err != nil {
		return err
	}
	for _, height := range heights {
		receipts, err := o.Keeper.BlockReceipts(ctx, height)
		switch {
		case err != nil:
			o.Logger.Info("oracle archive passes a block over", "height", height, "error", err)
		case len(receipts) > 0:
			if err := o.Archive(height, receipts); err != nil {
				return err
			}
		}
		o.Archived = height
	}
	return nil
}

// walk looks at the next models and publishes at the end of the list.
func (o *Observer) walk(ctx sdk.Context) error {
	last, err := o.Keeper.LastModel(ctx)
	if err != nil {
		return err
	}
	for range pinsPerBlock {
		if o.next > last || len(o.found) == maxPins {
			mirrors, err := o.Keeper.Mirrors(ctx, types.MaxMirrors)
			if err != nil {
				return err
			}
			o.Pins(o.found, mirrors)
			o.next, o.found = 0, nil
			return nil
		}
		pinned, live, err := o.Keeper.LiveBundle(ctx, o.next)
		if err == nil && live {
			o.found = append(o.found, pinned)
		}
		o.next++
	}
	return nil
}
