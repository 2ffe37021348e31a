package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
)

// resizing is a Resize with its attributes resolved.
type resizing struct {
	mode, transform, nearest string
	cubic                    float64
	exclude, antialias       bool
	roi                      []float64 // starts, then ends, of every dimension; for a crop
	outside                  float32   // what a crop reads outside the input
	scales                   []float64 // per dimension
	inputs, sizes            []int64
}

// upsample is the predecessor of Resize.
func upsample(c *call) ([]*value, error) {
	in, err := c.args(2)
	if err != nil {
		return nil, err
	}
	mode, err := c.attrString("mode", "nearest")
	if err != nil {
		return nil, err
	}
	r := resizing{mode: mode, transform: "asymmetric", nearest: "floor"}
	if err := r.byScales(in[0].Shape, in[1], nil); err != nil {
		return nil, err
	}
	return one(c.resample(in[0], &r))
}

func resize(c *call) ([]*value, error) {
	if c.opset < 11 {
		return upsample(c)
	}
	in, err := c.args(1)
	if err != nil {
		return nil, err
	}
	x := in[0]
	r := resizing{}
	for name, to := range map[string]*string{"mode": &r.mode, "coordinate_transformation_mode": &r.transform, "nearest_mode": &r.nearest} {
		if *to, err = c.attrString(name, ""); err != nil {
			return nil, err
		}
	}
	cubic, err := c.attrFloat("cubic_coeff_a", -0.75)
	if err != nil {
		return nil, err
	}
	r.cubic = float64(cubic)
	if r.exclude, err = c.flag("exclude_outside", false); err != nil {
		return nil, err
	}
	if r.outside, err = c.attrFloat("extrapolation_value", 0); err != nil {
		return nil, err
	}
	if r.antialias, err = c.flag("antialias", false); err != nil {
		return nil, err
	}
	policy, err := c.attrString("keep_aspect_ratio_policy", "stretch")
	if err != nil {
		return nil, err
	}
	on, err := c.attrInts("axes")
	if err != nil {
		return nil, err
	}
	if scales := c.opt(2); scales != nil && len(scales.Shape) == 1 && scales.Shape[0] > 0 {
		err = r.byScales(x.Shape, scales, on)
	} else {
		var sizes []int64
		if sizes, err = c.ints(3); err == nil {
			err = r.bySizes(x.Shape, sizes, on, policy)
		}
	}
	if err == nil && r.transform == "tf_crop_and_resize" {
		err = r.crop(c.opt(1), on, len(x.Shape))
	}
	if err != nil {
		return nil, err
	}
	return one(c.resample(x, &r))
}

// crop reads the region of interest, in shares of the input's size.
func (r *resizing) crop(roi *value, on []int64, rank int) error {
	if roi == nil || roi.data == nil || roi.DType != ir.F32 || len(roi.data.F32)%2 != 0 {
		return errors.New("the region of interest must be constant float32")
	}
	n := len(roi.data.F32) / 2
	at, err := spread(n, on, rank)
	if err != nil {
		return err
	}
	r.roi = append(slices.Repeat([]float64{0}, rank), slices.Repeat([]float64{1}, rank)...)
	for i, a := range at {
		r.roi[a], r.roi[rank+a] = float64(roi.data.F32[i]), float64(roi.data.F32[n+i])
	}
	return nil
}

// spread puts a list given for some axes (or all) in its place.
func spread(n int, on []int64, rank int) ([]int, error) {
	list := make([]int, 0, n)
	if on == nil {
		on = upFrom(0, rank)
	}
	for _, a := range on {
		ax, err := axis(a, rank)
		if err != nil {
			return nil, err
		}
		list = append(list, ax)
	}
	if len(list) != n {
		return nil, errors.New("scales or sizes do not fit the input")
	}
	return list, nil
}

func (r *resizing) byScales(shape []int64, scales *value, on []int64) error {
	if scales.data == nil || scales.DType != ir.F32 {
		return errors.New("scales must be constant float32")
	}
	at, err := spread(len(scales.data.F32), on, len(shape))
	if err != nil {
		return err
	}
	r.sizes, r.scales = slices.Clone(shape), slices.Repeat([]float64{1}, len(shape))
	for i, s := range scales.data.F32 {
		if !(s > 0) || s > 1<<20 {
			return errors.New("scales are out of range")
		}
		r.scales[at[i]] = float64(s)
		r.sizes[at[i]] = int64(math.Floor(float64(shape[at[i]]) * float64(s)))
	}
	return nil
}

func (r *resizing) bySizes(shape, sizes, on []int64, policy string) error {
	at, err := spread(len(sizes), on, len(shape))
	if err != nil {
		return err
	}
	r.sizes, r.scales = slices.Clone(shape), slices.Repeat([]float64{1}, len(shape))
	keep := 0.0
	for i, n := range sizes {
		if n < 1 || n > 1<<30 {
			return errors.New("sizes are out of range")
		}
		s := float64(n) / float64(shape[at[i]])
		r.sizes[at[i]], r.scales[at[i]] = n, s
		if i == 0 || (policy == "not_larger") == (s < keep) {
			keep = s
		}
	}
	if policy != "stretch" {
		for i := range sizes {
			r.scales[at[i]] = keep
			r.sizes[at[i]] = int64(math.Floor(keep*float64(shape[at[i]]) + 0.5))
		}
	}
	return nil
}

// tap is one source element per output position of an axis, with its weights;
// nil weights stand for 1.
type tap struct {
	index   []int64
	weights []float32
}

// resample uses the Resize kind where it computes the same indices, else one
// Gather (and weighted sum) per axis.
func (c *call) resample(x *value, r *resizing) (*value, error) {
	if err := c.bound(ir.TensorDecl{DType: x.DType, Shape: r.sizes}); err != nil {
		return nil, err
	}
	perAxis, plain := make([][]tap, len(x.Shape)), true
	r.inputs = x.Shape
	for i, n := range x.Shape {
		if r.sizes[i] < 1 {
			return nil, errors.New("resize to nothing")
		}
		if r.sizes[i] == n && r.scales[i] == 1 && r.roi == nil {
			continue
		}
		// At most 4 taps per position, or per position of the input where a reduction widens them.
		if err := c.spend(48 * (n + r.sizes[i])); err != nil {
			return nil, err
		}
		t, err := r.taps(n, r.sizes[i], r.scales[i], i)
		if err != nil {
			return nil, err
		}
		perAxis[i] = t
		for j, src := range t[0].index {
			plain = plain && len(t) == 1 && src == int64(j)*n/r.sizes[i]
		}
	}
	if plain {
		if slices.Equal(x.Shape, r.sizes) {
			return x, nil
		}
		return c.stated(ir.Resize, x, r.sizes)
	}
	f := c.chain()
	for i, taps := range perAxis {
		if taps != nil {
			x = f.interpolate(x, i, taps)
		}
	}
	for i, n := range r.sizes {
		if r.roi != nil && f.err == nil {
			x = r.extrapolate(f, x, i, n, len(r.sizes))
		}
	}
	return x, f.err
}

// extrapolate replaces what lies outside the input along one dimension.
func (r *resizing) extrapolate(f *chain, x *value, ax int, out int64, rank int) *value {
	in := r.inputs[ax]
	mask := kernel.New(ir.TensorDecl{DType: ir.Bool, Shape: append([]int64{out}, slices.Repeat([]int64{1}, rank-1-ax)...)})
	any := false
	for i := range out {
		if at := r.cropped(i, in, out, ax); at < 0 || at > float64(in-1) {
			mask.U8[i], any = 1, true
		}
	}
	if !any {
		return x
	}
	return f.keep(f.b.emit(ir.Node{Kind: ir.Where}, constant(mask), f32(r.outside), x))
}

// cropped is the coordinate in the input of a crop's output position i.
func (r *resizing) cropped(i, in, out int64, ax int) float64 {
	start, end := r.roi[ax], r.roi[len(r.roi)/2+ax]
	if out == 1 {
		return 0.5 * (start + end) * float64(in-1)
	}
	return start*float64(in-1) + float64(i)*(end-start)*float64(in-1)/float64(out-1)
}

func (f *chain) interpolate(x *value, ax int, taps []tap) *value {
	var sum *value
	for _, t := range taps {
		if f.err != nil {
			return nil
		}
		v := f.keep(f.b.gather(x, i64s(t.index...), ax))
		if t.weights != nil && f.err == nil {
			w := kernel.New(ir.TensorDecl{DType: ir.F32, Shape: append([]int64{int64(len(t.weights))}, slices.Repeat([]int64{1}, len(x.Shape)-1-ax)...)})
			copy(w.F32, t.weights)
			v = f.bin(ir.OpMul, v, constant(w))
		}
		if sum == nil {
			sum = v
		} else {
			sum = f.bin(ir.OpAdd, sum, v)
		}
	}
	return sum
}

// source is the coordinate in the input of output position i.
func (r *resizing) source(i, in, out int64, scale float64, ax int) (float64, error) {
	x := float64(i)
	switch r.transform {
	case "tf_crop_and_resize":
		return r.cropped(i, in, out, ax), nil
	case "asymmetric":
		return x / scale, nil
	case "half_pixel", "":
		return (x+0.5)/scale - 0.5, nil
	case "pytorch_half_pixel":
		if out == 1 {
			return 0, nil
		}
		return (x+0.5)/scale - 0.5, nil
	case "half_pixel_symmetric":
		adjust := float64(out) / (scale * float64(in))
		return float64(in)/2*(1-adjust) + (x+0.5)/scale - 0.5, nil
	case "align_corners":
		if out == 1 {
			return 0, nil
		}
		// The definition scales by the output length before it is rounded down.
		return x * float64(in-1) / (scale*float64(in) - 1), nil
	default:
		return 0, fmt.Errorf("coordinate transformation %q is not supported", r.transform)
	}
}

func (r *resizing) taps(in, out int64, scale float64, ax int) ([]tap, error) {
	width := map[string]int{"nearest": 1, "": 1, "linear": 2, "bilinear": 2, "cubic": 4}[r.mode]
	if width == 0 {
		return nil, fmt.Errorf("mode %q is not supported", r.mode)
	}
	// Against aliasing the kernel is widened by the factor of a reduction.
	wide := 1.0
	if r.antialias && scale < 1 && width > 1 {
		wide = scale
	}
	first := int64(math.Floor(-float64(width/2)/wide)) + 1
	if first < -1<<12 {
		return nil, errors.New("reduction against aliasing is too strong")
	}
	taps := make([]tap, max(1, 2-2*first))
	if width == 1 {
		taps = taps[:1]
	}
	for i := range out {
		x, err := r.source(i, in, out, scale, ax)
		if err != nil {
			return nil, err
		}
		if width == 1 {
			n, err := r.round(x)
			if err != nil {
				return nil, err
			}
			taps[0].index = append(taps[0].index, min(max(n, 0), in-1))
			continue
		}
		base := math.Floor(x)
		weights := make([]float64, len(taps))
		total := 0.0
		for k := range taps {
			weights[k] = r.weight(math.Abs(float64(first)+float64(k)-(x-base))*wide, width)
			n := int64(base) + first + int64(k)
			if r.exclude && (n < 0 || n >= in) {
				weights[k] = 0
			}
			total += weights[k]
			taps[k].index = append(taps[k].index, min(max(n, 0), in-1))
		}
		for k := range taps {
			taps[k].weights = append(taps[k].weights, float32(weights[k]/total))
		}
	}
	return taps, nil
}

// round is the index a nearest mode picks.
func (r *resizing) round(x float64) (int64, error) {
	switch r.nearest {
	case "round_prefer_floor", "":
		return int64(math.Ceil(x - 0.5)), nil
	case "round_prefer_ceil":
		return int64(math.Floor(x + 0.5)), nil
	case "floor":
		return int64(math.Floor(x)), nil
	case "ceil":
		return int64(math.Ceil(x)), nil
	default:
		return 0, fmt.Errorf("nearest mode %q", r.nearest)
	}
}

// weight of a neighbour at distance d: linear, or the cubic convolution kernel with coefficient a.
func (r *resizing) weight(d float64, width int) float64 {
	a := r.cubic
	switch {
	case width == 2:
		return max(1-d, 0)
	case d <= 1:
		return ((a+2)*d-(a+3))*d*d + 1
	case d < 2:
		return ((a*d-5*a)*d+8*a)*d - 4*a
	default:
		return 0
	}
}
