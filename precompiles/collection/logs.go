package collection

import (
	"context"
	"fmt"
	"math/big"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/precompiles/contract"
	aigctypes "github.com/imochain/imod/x/aigc/types"
)

// maxAnnounced bounds the tokens of one announce and of one answer of unannounced.
const maxAnnounced = 100

// Logs is what the contract needs of x/aigc so that its logs are complete although tokens change outside of the EVM too.
type Logs interface {
	Missed(ctx context.Context, collectionID uint64, id aigctypes.TokenID) (aigctypes.Missed, error)
	Logged(ctx context.Context, collectionID uint64, id aigctypes.TokenID) error
	Unlogged(ctx context.Context, collectionID uint64, limit int) ([]aigctypes.TokenID, error)
}

// change runs what changes a token and logs it, after the logs that are still due of what happened outside of the EVM.
// It returns the packed outputs.
func (n collection) change(c *contract.Call, id aigctypes.TokenID, run func() error, outputs ...any) ([]byte, error) {
	if err := n.catchUp(c, id); err != nil {
		return nil, err
	}
	if err := run(); err != nil {
		return nil, err
	}
	if err := n.Keeper.Logged(c.Ctx, n.id, id); err != nil {
		return nil, err
	}
	return c.Pack(outputs...)
}

// catchUp emits what the logs lack of a token.
func (n collection) catchUp(c *contract.Call, id aigctypes.TokenID) error {
	missed, err := n.Keeper.Missed(c.Ctx, n.id, id)
	if err != nil || !missed.Any {
		return err
	}
	if !missed.From.Equals(missed.To) {
		if err := n.logTransfer(c, id, missed.From, missed.To); err != nil {
			return err
		}
	}
	switch {
	case missed.Result:
		err = n.logResult(c, id, missed.Prompt, missed.OutputRoot)
	case missed.Metadata:
		err = c.Log("MetadataUpdate", idInt(id))
	}
	if err != nil {
		return err
	}
	return n.Keeper.Logged(c.Ctx, n.id, id)
}

func (n collection) announce(c *contract.Call, args []any) ([]byte, error) {
	ids, ok := args[0].([]*big.Int)
	if !ok || len(ids) > maxAnnounced {
		return nil, fmt.Errorf("%d tokens, at most %d at once", len(ids), maxAnnounced)
	}
	for _, value := range ids {
		id, err := idOf(value)
		if err != nil {
			return nil, err
		}
		if err := n.catchUp(c, id); err != nil {
			return nil, err
		}
	}
	return c.Pack()
}

func (n collection) unannounced(c *contract.Call, args []any) ([]byte, error) {
	limit := uint64(maxAnnounced)
	if asked, err := contract.Uint64("limit", args[0]); err == nil {
		limit = min(limit, asked)
	}
	ids, err := n.Keeper.Unlogged(c.Ctx, n.id, int(limit))
	if err != nil {
		return nil, err
	}
	out := make([]*big.Int, len(ids))
	for i, id := range ids {
		out[i] = idInt(id)
	}
	return c.Pack(out)
}

// logTransfer says that a token went from one account to another; nil is nobody.
func (n collection) logTransfer(c *contract.Call, id aigctypes.TokenID, from, to sdk.AccAddress) error {
	return c.Log("Transfer", evmAddress(from), evmAddress(to), idInt(id))
}

// logSettled says how a pending token ended.
func (n collection) logSettled(c *contract.Call, id aigctypes.TokenID, settled aigctypes.Settled) error {
	if settled.Status == aigctypes.TOKEN_STATUS_BURNT {
		return n.logTransfer(c, id, settled.Owner, nil)
	}
	return n.logResult(c, id, settled.Prompt, settled.OutputRoot)
}

// logResult says what the model gave for a prompt.
func (n collection) logResult(c *contract.Call, id aigctypes.TokenID, encoded, root []byte) error {
	if err := c.Log("AigcData", idInt(id), encoded, root, []byte{}); err != nil {
		return err
	}
	return n.logUpdate(c, id, encoded, root)
}

func (n collection) logUpdate(c *contract.Call, id aigctypes.TokenID, encoded, root []byte) error {
	if err := c.Log("Update", idInt(id), encoded, root); err != nil {
		return err
	}
	return c.Log("MetadataUpdate", idInt(id))
}
