package player_test

import (
	"encoding/hex"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/pipeline"
	"github.com/imochain/imod/models"
	"github.com/imochain/imod/x/oracle/dispute"
	"github.com/imochain/imod/x/oracle/node/player"
)

// figures are the most that was seen of a model.
type figures struct {
	games, moves       int
	challenger, defend uint64 // bytes of a side in one game
	proof              int    // bytes
	last               time.Duration
}

func (f *figures) add(a *arena, timed bool) {
	g := a.games[1]
	f.games++
	// The challenge itself is a move, too.
	f.moves = max(f.moves, int(g.Moves)+1)
	f.challenger, f.defend = max(f.challenger, g.ChallengerBytes), max(f.defend, g.DefenderBytes)
	if a.last == nil {
		return
	}
	f.proof = max(f.proof, len(a.last.Proof))
	if !timed {
		return
	}
	// The best of many: other work on the machine is no part of the move.
	best := time.Hour
	for range 50 {
		start := time.Now()
		_, err := dispute.Play(a.before, bob, a.last)
		best = min(best, time.Since(start))
		require.NoError(a.t, err)
	}
	f.last = max(f.last, best)
}

// movesOf is the most moves of a game about a model, the challenge included.
var movesOf = map[string]int{"digits": 11, "digits8": 11, "picture": 15, "prose": 19}

// TestHonestWinsModels: every model in the repository, at random places of the trace.
func TestHonestWinsModels(t *testing.T) {
	for _, name := range models.Names() {
		t.Run(name, func(t *testing.T) {
			var file struct {
				Results []struct {
					Prompt, Hex string
					Seed        uint64
				}
			}
			b, err := models.Read(name, "digests.json")
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(b, &file))
			input := []byte(file.Results[0].Prompt)
			if len(input) == 0 {
				input, err = hex.DecodeString(file.Results[0].Hex)
				require.NoError(t, err)
			}
			packed, err := models.Pack(t.Context(), name, [20]byte{19: 1})
			require.NoError(t, err)
			r, err := pipeline.New(packed)
			require.NoError(t, err)
			honest, task := runModel(t, r, input, file.Results[0].Seed)

			s := kerneltest.Source(1)
			var f figures
			lies := corruptions(t, honest, &s, 1+10**thorough)
			if honest.Trace.Layout.Written > 0 {
				lies = append(lies, stopped(t, honest, &s)[:2]...)
				// A token that goes in, and one that is drawn: these read the most.
				for _, slot := range []uint64{0, honest.Trace.Layout.Slots} {
					at, err := honest.Trace.Layout.Index(20, slot)
					require.NoError(t, err)
					lies = append(lies, oneBit(t, honest, at, &s))
				}
			}
			for _, l := range lies {
				a := convicted(t, honest, *task, l)
				f.add(a, *thorough > 0)
				require.LessOrEqual(t, int(a.games[1].Moves)+1, movesOf[name], l.what)
			}
			for range 1 + *thorough {
				upheld(t, honest, task, wanderer{player.Challenger{Run: honest}, &s})
			}
			t.Logf("%s: %d games, at most %d moves, %d bytes of a challenger, %d of a defender, proofs of %d bytes, last move %s",
				name, f.games, f.moves, f.challenger, f.defend, f.proof, f.last)
		})
	}
}
