package main

import "github.com/imochain/imod/models/picture/drawing"

// Layout of the network's input: one-hot slots, then the latents.
const (
	atThing  = 0
	atColour = atThing + len(drawing.Things)
	atGround = atColour + len(drawing.Colours)
	atPlace  = atGround + len(drawing.Colours)
	atLatent = atPlace + len(drawing.Places)
	inputs   = atLatent + drawing.Latents
	atStep   = inputs
)

// steps are thresholds at which drawings change abruptly. The network is given
// them as further inputs, clip(steepness*(latent-at), 0, 1), because a smooth
// function of the latent would blur the change.
var steps = [...]struct {
	latent int
	at     float32
}{
	{drawing.LatentFlip, 0},
	{drawing.LatentVariant, 0},
	{drawing.LatentCount, -1.0 / 3}, {drawing.LatentCount, 1.0 / 3},
	{drawing.LatentGroundKind, -1.0 / 3}, {drawing.LatentGroundKind, 1.0 / 3},
}

const (
	steepness = 65536
	features  = inputs + len(steps)
	stepFlip  = atStep
)

// encode fills the features of a scene.
func encode(s *drawing.Scene, z []float32) {
	clear(z)
	z[atThing+s.Thing] = 1
	z[atColour+s.Colour] = 1
	z[atGround+s.Ground] = 1
	z[atPlace+s.Place] = 1
	for i, v := range s.Latent {
		z[atLatent+i] = float32(v)
	}
	for i, t := range steps {
		v := float32(steepness*z[atLatent+t.latent]) - steepness*t.at
		z[atStep+i] = min(max(v, 0), 1)
	}
}

// Sets of features, by the part of the network that may see them. What a part
// cannot see, it cannot confuse: the outline of a fish does not depend on its
// colour, nor its form on where it stands.
var (
	seePlace  = set(atPlace, atLatent, lat(drawing.LatentX), lat(drawing.LatentY))
	seePose   = set(atPlace, atLatent, lat(drawing.LatentSize), lat(drawing.LatentTilt), lat(drawing.LatentStretch))
	seeShape  = set(atThing, atColour, lat(drawing.LatentShapeA), lat(drawing.LatentShapeB), atStep+1, atStep+2, atStep+3)
	seeGround = set(0, 0, lat(drawing.LatentGroundP), lat(drawing.LatentGroundQ), atStep+4, atStep+5)
	seeColour = set(atThing, atPlace, lat(drawing.LatentHue), lat(drawing.LatentTone), lat(drawing.LatentAccent))
)

func lat(i int) int { return atLatent + i }

// set is the range [from, to) and more single features.
func set(from, to int, more ...int) [features]bool {
	var s [features]bool
	for i := from; i < to; i++ {
		s[i] = true
	}
	for _, i := range more {
		s[i] = true
	}
	return s
}
