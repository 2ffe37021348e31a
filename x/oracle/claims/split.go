package claims

import "cosmossdk.io/math"

// Shares of lost bonds in basis points; what is left after rounding down is burnt.
const (
	winnerBps   = 4000
	usersBps    = 2000
	executorBps = 5000
	whole       = 10_000
)

// Shares are what a lost bond is divided into; their sum is the bond.
type Shares struct {
	// Winner goes to the other side: the challenger that refuted a claim, or the executor that stood a challenge.
	Winner math.Int
	// Users goes to who asked for the claim; nothing of a challenger's bond.
	Users math.Int
	// Burnt makes losing on purpose dear, whoever plays the other side.
	Burnt math.Int
}

// SplitClaim divides the bond of a refuted claim: 40 % to the challenger, 20 % to the users of the claim, the rest is
// burnt.
func SplitClaim(bond math.Int) Shares { return split(bond, winnerBps, usersBps) }

// SplitChallenge divides the bond of a lost challenge: half to the executor, whose moves it covers, half is burnt.
func SplitChallenge(bond math.Int) Shares { return split(bond, executorBps, 0) }

func split(bond math.Int, winner, users int64) Shares {
	s := Shares{Winner: bond.MulRaw(winner).QuoRaw(whole), Users: bond.MulRaw(users).QuoRaw(whole)}
	s.Burnt = bond.Sub(s.Winner).Sub(s.Users)
	return s
}
