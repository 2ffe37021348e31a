package dispute

import "errors"

// Errors of refused moves. Each is wrapped with the limit and the offending value.
var (
	// ErrTerms marks terms that no claim can have.
	ErrTerms = errors.New("terms of a dispute are invalid")
	// ErrEncoding marks bytes that are no claim, game or move.
	ErrEncoding = errors.New("bytes are no valid encoding")
	// ErrTooLong marks a move of too many bytes.
	ErrTooLong = errors.New("move is too long")
	// ErrFallen marks a move about a claim that was convicted already.
	ErrFallen = errors.New("claim has fallen")
	// ErrTooMany marks a challenge beyond the games a claim may have at once.
	ErrTooMany = errors.New("too many games about one claim")
	// ErrOver marks a move in a game that is over.
	ErrOver = errors.New("game is over")
	// ErrTurn marks a move that is not due: of the other side, or of another kind.
	ErrTurn = errors.New("move is not due")
	// ErrPlayer marks a sender who is not who has to move.
	ErrPlayer = errors.New("sender may not make this move")
	// ErrClock marks a move after the side's time.
	ErrClock = errors.New("time is over")
	// ErrTime marks a timeout that was called too early.
	ErrTime = errors.New("time is not over")
	// ErrGame marks a game that does not belong to the claim.
	ErrGame = errors.New("game is about another claim")
	// ErrDefence marks a trace that cannot be the claim's.
	ErrDefence = errors.New("trace does not defend the claim")
	// ErrPick marks a child that there is not, or one that must be picked in another way.
	ErrPick = errors.New("no such choice")
	// ErrReveal marks hashes or bytes that do not give what they should reveal.
	ErrReveal = errors.New("reveal does not match")
	// ErrCommitment marks a proof that was not committed to.
	ErrCommitment = errors.New("proof is not the one committed to")
	// ErrProof marks a proof that shows nothing (step.ErrProof).
	ErrProof = errors.New("proof shows nothing")
	// ErrState marks a claim and a game that do not fit together.
	ErrState = errors.New("state of the dispute is inconsistent")
)
