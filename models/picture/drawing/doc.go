// Package drawing draws the pictures from which models/picture learns: ten
// things, ten colours, ten grounds, five places, and sixteen continuous
// latents that vary size, tilt, shape, tint and ground.
//
// A picture is a pure function of its Scene. All arithmetic is float64 with
// every product rounded on its own (mul), and no function of package math
// other than Sqrt is called, so that every platform draws the same picture.
package drawing
