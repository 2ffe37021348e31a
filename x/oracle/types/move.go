package types

import (
	"encoding/hex"

	"github.com/imochain/imod/x/oracle/dispute"
)

// The moves of messages have the lengths of hashes checked here; everything else is for the machine.

// HashOf reads 32 bytes in hex.
func HashOf(what, text string) (h [32]byte, err error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != 32 {
		return h, ErrInvalidMove.Wrapf("%s is 32 bytes in hex", what)
	}
	return [32]byte(raw), nil
}

// hashesOf reads at most limit hashes.
func hashesOf(what string, list [][]byte, limit int) ([]dispute.Hash, error) {
	if len(list) > limit {
		return nil, ErrInvalidMove.Wrapf("%s has %d hashes, at most %d", what, len(list), limit)
	}
	out := make([]dispute.Hash, 0, len(list))
	for _, raw := range list {
		if len(raw) != 32 {
			return nil, ErrInvalidMove.Wrapf("a hash of %s has %d bytes", what, len(raw))
		}
		out = append(out, dispute.Hash(raw))
	}
	return out, nil
}

func atMost(what string, raw []byte, limit int) error {
	if len(raw) > limit {
		return ErrInvalidMove.Wrapf("%s has %d bytes, at most %d", what, len(raw), limit)
	}
	return nil
}

// Move returns the move that the message asks for.
func (m *MsgDefend) Move() (dispute.Move, error) {
	trace, err := HashOf("trace_root", m.TraceRoot)
	if err != nil {
		return nil, err
	}
	if err := atMost("record", m.Record, dispute.MaxRecord); err != nil {
		return nil, err
	}
	record, err := hashesOf("record_path", m.RecordPath, dispute.MaxPath)
	if err != nil {
		return nil, err
	}
	output, err := hashesOf("output_path", m.OutputPath, dispute.MaxPath)
	if err != nil {
		return nil, err
	}
	top, err := hashesOf("top", m.Top, dispute.Width)
	return &dispute.Defend{
		Trace: trace, Nodes: m.Nodes, Record: m.Record, RecordPath: record, OutputPath: output, Top: top,
	}, err
}

// Move returns the move that the message asks for.
func (m *MsgPick) Move() (dispute.Move, error) {
	if err := atMost("record", m.Record, dispute.MaxRecord); err != nil {
		return nil, err
	}
	path, err := hashesOf("record_path", m.RecordPath, dispute.MaxPath)
	return &dispute.Pick{Child: m.Child, Whole: m.Whole, Record: m.Record, RecordPath: path}, err
}

// Move returns the move that the message asks for.
func (m *MsgReveal) Move() (dispute.Move, error) {
	if err := atMost("chunk", m.Chunk, 1024); err != nil {
		return nil, err
	}
	hashes, err := hashesOf("hashes", m.Hashes, dispute.Width)
	return &dispute.Reveal{Hashes: hashes, Chunk: m.Chunk}, err
}

// Move returns the move that the message asks for.
func (m *MsgElement) Move() (dispute.Move, error) { return &dispute.Element{Index: m.Element}, nil }

// Move returns the move that the message asks for: a commitment, or its opening.
func (m *MsgProve) Move() (dispute.Move, error) {
	if m.Commitment != "" {
		if len(m.Proof)+len(m.Salt) != 0 || m.Segment != 0 {
			return nil, ErrInvalidMove.Wrap("a proof is committed to first, and opened from the next block on")
		}
		commitment, err := HashOf("commitment", m.Commitment)
		return &dispute.Prove{Commitment: commitment}, err
	}
	if err := atMost("proof", m.Proof, dispute.MaxProof); err != nil {
		return nil, err
	}
	if len(m.Salt) != 32 {
		return nil, ErrInvalidMove.Wrapf("salt has %d bytes, must have 32", len(m.Salt))
	}
	return &dispute.Open{Segment: m.Segment, Proof: m.Proof, Salt: dispute.Hash(m.Salt)}, nil
}

// Move returns the move that the message asks for.
func (m *MsgTimeout) Move() (dispute.Move, error) { return &dispute.Timeout{}, nil }
