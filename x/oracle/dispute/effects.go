package dispute

// Position is all that a move is judged by.
type Position struct {
	Task   *Task
	Claim  *Claim
	Game   *Game
	Height int64
	// Kept gives what an effect Keep stored under the claim with this key, nil if
	// there is nothing.
	Kept func(key []byte) ([]byte, error)
}

// Next is the state after a move, with what the caller has to book.
type Next struct {
	Claim Claim
	Game  Game
	Effects
}

// Effects are what a move brings about outside the state.
type Effects struct {
	// Keep is stored under the claim, for this and for later games about it, until the
	// claim is settled or final.
	Keep []Kept
	// Defended says that the defence came with this move: every other game of the claim
	// that is Defending is told by Game.Defended, and has a new deadline.
	Defended bool
	// Lost says that the challenger of this game lost its bond.
	Lost bool
	// Fallen says that the claim has fallen for good, Winner which game brought it
	// down. All other games about it that are not over end as Dissolved.
	Fallen bool
	Winner uint64
}

// Kept is a revealed layer or chunk.
type Kept struct{ Key, Value []byte }
