package simulation

import "math/rand"

var _ = rand.Int()
