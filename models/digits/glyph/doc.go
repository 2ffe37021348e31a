// Package glyph draws digits for models/digits: white strokes on black, bent, tilted,
// stretched, thick or thin, faint, soiled with scratches and noise. A glyph is a pure
// function of a counted generator, and has the same pixels on every machine.
package glyph
