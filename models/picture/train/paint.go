package main

import "github.com/imochain/imod/models/picture/drawing"

// draw lets the model paint the picture at row i of the batch that forward
// has seen: RGB values from 0 to 1, row by row.
func (n *net) draw(p *pixels, i int, flip float32) []float32 {
	for at := range drawing.Pixels {
		p.xy[2*at] = float32(drawing.Coordinate(at % drawing.Size))
		p.xy[2*at+1] = float32(drawing.Coordinate(at / drawing.Size))
	}
	p.locate(drawing.Pixels, row(n.centre, n.centre.y, i), row(n.pose, n.pose.y, i), flip)
	p.forward(drawing.Pixels, row(n.shape, n.shape.y, i), row(n.tone, n.tone.y, i))
	paint := row(n.colour, n.colour.y, i)
	out := make([]float32, 3*drawing.Pixels)
	for at := range drawing.Pixels {
		share := p.logits[at*logitStride:][:classes]
		softmax(share)
		second := float32(share[drawing.Ground] * sigmoid(p.tone[at]))
		for c := range 3 {
			sum := float32(second * paint[3*classes+c])
			for k, v := range share {
				sum += float32(v * paint[3*k+c])
			}
			out[3*at+c] = min(max(sum, 0), 1)
		}
	}
	return out
}

// drawScenes lets the model paint scenes.
func (n *net) drawScenes(p *pixels, scenes []drawing.Scene) [][]float32 {
	var out [][]float32
	z := make([]float32, n.batch*features)
	for from := 0; from < len(scenes); from += n.batch {
		part := scenes[from:min(from+n.batch, len(scenes))]
		for i := range part {
			encode(&part[i], z[i*features:(i+1)*features])
		}
		n.forward(z, n.batch)
		for i := range part {
			out = append(out, n.draw(p, i, z[i*features+stepFlip]))
		}
	}
	return out
}
