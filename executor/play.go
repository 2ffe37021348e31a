package executor

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/inference/bundle"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/node/player"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// side is a player's choice of the next move; nil when it has none to make now.
type side interface {
	Move(ctx context.Context, p *dispute.Position) (dispute.Move, error)
}

// version asks for the manifest and the addresses of a version.
func (w *worker) version(ctx context.Context, model uint64, version uint32) (*bundle.Manifest, []string, error) {
	resp, err := w.chain.Registry().Version(ctx, &imotypes.QueryVersionRequest{Id: model, Version: version})
	if err != nil {
		return nil, nil, err
	}
	m, err := bundle.DecodeManifest(resp.Manifest)
	return m, resp.Version.BundleUris, err
}

// run executes a request and commits to everything that it computes. The last one is kept: a game asks for it again
// with every move.
func (w *worker) run(ctx context.Context, r oracletypes.Request) (*player.Run, error) {
	if w.last != nil && w.lastRequest == r.Id {
		return w.last, nil
	}
	m, uris, err := w.version(ctx, r.ModelId, r.Version)
	if err != nil {
		return nil, err
	}
	model, err := w.shelf.model(ctx, m.Root(), uris)
	if err != nil {
		return nil, err
	}
	run, err := player.Execute(ctx, model.Runner, r.Input, r.Seed)
	if err != nil {
		return nil, err
	}
	w.last, w.lastRequest = run, r.Id
	return run, nil
}

// request asks for a request.
func (w *worker) request(ctx context.Context, id uint64) (oracletypes.Request, error) {
	resp, err := w.chain.Oracle().Request(ctx, &oracletypes.QueryRequestRequest{Id: id})
	if err != nil {
		return oracletypes.Request{}, err
	}
	return resp.Request, nil
}

// play makes the next move of a game, if it is this side's turn.
func (w *worker) play(ctx context.Context, game *oracletypes.QueryDisputeResponse, r oracletypes.Request, player side) error {
	p, err := w.position(ctx, game, r)
	if err != nil {
		return err
	}
	move, err := player.Move(ctx, p)
	if err != nil || move == nil {
		return err
	}
	msg, name := w.message(game.Dispute.Id, move)
	if err := w.chain.Send(ctx, msg); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.Metrics.moves.Add(1)
	w.Logger.Info("moved", "dispute", game.Dispute.Id, "claim", game.Claim.Id, "move", name)
	return nil
}

// position builds what a player judges by, as it will stand in the next block.
func (w *worker) position(ctx context.Context, game *oracletypes.QueryDisputeResponse, r oracletypes.Request) (*dispute.Position, error) {
	m, _, err := w.version(ctx, game.Claim.ModelId, game.Claim.Version)
	if err != nil {
		return nil, err
	}
	height, err := w.chain.Height(ctx)
	if err != nil {
		return nil, err
	}
	claim, err := dispute.DecodeClaim(game.Claim.State)
	if err != nil {
		return nil, err
	}
	state, err := dispute.DecodeGame(game.Dispute.Game)
	if err != nil {
		return nil, err
	}
	if len(r.InputRoot) != 32 || len(game.Claim.OutputRoot) != 32 {
		return nil, errors.New("roots of the claim are damaged")
	}
	return &dispute.Position{
		Task: &dispute.Task{
			IR: m.IRRoot, Weights: m.WeightsRoot, Pipeline: m.Pipeline,
			Input: [32]byte(r.InputRoot), Seed: r.Seed, Output: [32]byte(game.Claim.OutputRoot),
		},
		Claim: &claim, Game: &state, Height: height + 1,
		Kept: func(key []byte) ([]byte, error) {
			resp, err := w.chain.Oracle().Revealed(ctx, &oracletypes.QueryRevealedRequest{ClaimId: game.Claim.Id, Key: key})
			if err != nil || len(resp.Value) == 0 {
				return nil, err
			}
			return resp.Value, nil
		},
	}, nil
}

// message is the transaction of a move.
func (w *worker) message(id uint64, move dispute.Move) (sdk.Msg, string) {
	sender := w.chain.Account().String()
	switch m := move.(type) {
	case *dispute.Defend:
		return &oracletypes.MsgDefend{
			Sender: sender, DisputeId: id, TraceRoot: hex.EncodeToString(m.Trace[:]), Nodes: m.Nodes, Record: m.Record,
			RecordPath: list(m.RecordPath), OutputPath: list(m.OutputPath), Top: list(m.Top),
		}, "defend"
	case *dispute.Pick:
		return &oracletypes.MsgPick{
			Sender: sender, DisputeId: id, Child: m.Child, Whole: m.Whole, Record: m.Record, RecordPath: list(m.RecordPath),
		}, "pick"
	case *dispute.Reveal:
		return &oracletypes.MsgReveal{Sender: sender, DisputeId: id, Hashes: list(m.Hashes), Chunk: m.Chunk}, "reveal"
	case *dispute.Element:
		return &oracletypes.MsgElement{Sender: sender, DisputeId: id, Element: m.Index}, "element"
	case *dispute.Prove:
		return &oracletypes.MsgProve{Sender: sender, DisputeId: id, Commitment: hex.EncodeToString(m.Commitment[:])}, "prove"
	case *dispute.Open:
		return &oracletypes.MsgProve{Sender: sender, DisputeId: id, Segment: m.Segment, Proof: m.Proof, Salt: m.Salt[:]}, "open"
	default:
		return &oracletypes.MsgTimeout{Sender: sender, DisputeId: id}, "timeout"
	}
}

func list(hashes []dispute.Hash) [][]byte {
	out := make([][]byte, len(hashes))
	for i := range hashes {
		out[i] = hashes[i][:]
	}
	return out
}
