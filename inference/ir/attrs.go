package ir

import (
	"errors"
	"fmt"
)

// MaxSpatial is the largest number of spatial dimensions of Conv and the pools.
const MaxSpatial = 3

// ConvAttrs is the parsed form of Conv's Ints:
// [s, groups, strides(s), pad before(s), pad after(s), dilations(s)].
type ConvAttrs struct {
	Groups                            int64
	Strides, Before, After, Dilations []int64
}

// PoolAttrs is the parsed form of the pools' Ints:
// [s, window(s), strides(s), pad before(s), pad after(s), dilations(s)].
type PoolAttrs struct {
	Window, Strides, Before, After, Dilations []int64
}

// ConvAttrs parses and bounds the attributes; the slices share n.Ints.
func (n *Node) ConvAttrs() (ConvAttrs, error) {
	s, rest, err := spatial(n.Ints, 4, 1)
	if err != nil {
		return ConvAttrs{}, err
	}
	a := ConvAttrs{Groups: rest[0]}
	rest = rest[1:]
	a.Strides, a.Before, a.After, a.Dilations = rest[:s], rest[s:2*s], rest[2*s:3*s], rest[3*s:]
	if a.Groups < 1 || a.Groups > maxDim {
		return ConvAttrs{}, fmt.Errorf("groups %d out of range", a.Groups)
	}
	return a, windowBounds(a.Strides, a.Dilations, a.Before, a.After)
}

// PoolAttrs parses and bounds the attributes; the slices share n.Ints.
func (n *Node) PoolAttrs() (PoolAttrs, error) {
	s, rest, err := spatial(n.Ints, 5, 0)
	if err != nil {
		return PoolAttrs{}, err
	}
	a := PoolAttrs{Window: rest[:s], Strides: rest[s : 2*s], Before: rest[2*s : 3*s], After: rest[3*s : 4*s], Dilations: rest[4*s:]}
	if err := inRange(a.Window, 1); err != nil {
		return PoolAttrs{}, err
	}
	return a, windowBounds(a.Strides, a.Dilations, a.Before, a.After)
}

// Ints packs the attributes for a node.
func (a ConvAttrs) Ints() []int64 {
	out := []int64{int64(len(a.Strides)), a.Groups}
	for _, s := range [][]int64{a.Strides, a.Before, a.After, a.Dilations} {
		out = append(out, s...)
	}
	return out
}

// Ints packs the attributes for a node.
func (a PoolAttrs) Ints() []int64 {
	out := []int64{int64(len(a.Window))}
	for _, s := range [][]int64{a.Window, a.Strides, a.Before, a.After, a.Dilations} {
		out = append(out, s...)
	}
	return out
}

func spatial(ints []int64, lists, scalars int) (int, []int64, error) {
	if len(ints) == 0 || ints[0] < 1 || ints[0] > MaxSpatial {
		return 0, nil, fmt.Errorf("spatial rank must be 1 to %d", MaxSpatial)
	}
	s := int(ints[0])
	if len(ints) != 1+scalars+lists*s {
		return 0, nil, errors.New("wrong number of attributes")
	}
	return s, ints[1:], nil
}

func windowBounds(strides, dilations, before, after []int64) error {
	return errors.Join(inRange(strides, 1), inRange(dilations, 1), inRange(before, 0), inRange(after, 0))
}

func inRange(v []int64, low int64) error {
	for _, x := range v {
		if x < low || x > maxDim {
			return fmt.Errorf("attribute %d out of range", x)
		}
	}
	return nil
}

// windowed is how often a window fits: rounded down, and rounded up.
func windowed(in, window, stride, dilation, before, after int64) (floor, ceil int64, err error) {
	// window-1 and dilation are below 2^31 each, so the product fits.
	span := (window-1)*dilation + 1
	room := in + before + after - span
	if room < 0 {
		return 0, 0, errors.New("window is larger than the padded input")
	}
	return room/stride + 1, (room+stride-1)/stride + 1, nil
}
