package glyph

// point lies in a box of 1 by 1, x to the right and y downwards.
type point struct{ x, y float64 }

// stroke is a line through points, bent smoothly or with corners.
type stroke struct {
	smooth bool
	points []point
}

func curve(points ...point) stroke { return stroke{true, points} }
func line(points ...point) stroke  { return stroke{false, points} }

// styles are the ways of writing each digit.
var styles = [10][][]stroke{
	{
		{curve(point{.50, .07}, point{.28, .20}, point{.22, .50}, point{.30, .82}, point{.50, .93}, point{.71, .80}, point{.78, .50}, point{.71, .19}, point{.50, .07})},
		{curve(point{.60, .08}, point{.36, .16}, point{.24, .46}, point{.27, .80}, point{.48, .93}, point{.70, .76}, point{.76, .42}, point{.66, .14}, point{.44, .10})},
	},
	{
		{line(point{.34, .27}, point{.54, .08}, point{.54, .93})},
		{line(point{.50, .07}, point{.50, .93})},
		{line(point{.33, .26}, point{.52, .08}, point{.52, .91}), line(point{.30, .92}, point{.73, .92})},
	},
	{
		{curve(point{.25, .28}, point{.33, .12}, point{.52, .07}, point{.71, .15}, point{.74, .33}, point{.61, .53}, point{.42, .72}, point{.25, .92}), line(point{.25, .92}, point{.78, .92})},
		{curve(point{.24, .24}, point{.40, .09}, point{.64, .10}, point{.72, .30}, point{.55, .58}, point{.34, .82}, point{.26, .90}, point{.36, .78}, point{.52, .86}, point{.66, .93}, point{.80, .86})},
	},
	{
		{curve(point{.27, .17}, point{.45, .07}, point{.68, .14}, point{.70, .33}, point{.47, .46}), curve(point{.47, .46}, point{.71, .55}, point{.75, .77}, point{.53, .93}, point{.25, .83})},
		{line(point{.27, .09}, point{.72, .09}, point{.47, .42}), curve(point{.47, .42}, point{.71, .51}, point{.75, .74}, point{.55, .92}, point{.25, .84})},
	},
	{
		{line(point{.64, .93}, point{.64, .08}, point{.22, .65}, point{.81, .65})},
		{line(point{.29, .10}, point{.25, .54}, point{.77, .54}), line(point{.67, .12}, point{.64, .93})},
		{line(point{.42, .08}, point{.22, .62}, point{.80, .62}), line(point{.62, .36}, point{.60, .93})},
	},
	{
		{line(point{.73, .08}, point{.33, .08}, point{.30, .46}), curve(point{.30, .46}, point{.51, .38}, point{.72, .50}, point{.74, .74}, point{.52, .93}, point{.25, .84})},
		{curve(point{.32, .12}, point{.29, .44}, point{.48, .41}, point{.72, .53}, point{.70, .80}, point{.46, .93}, point{.26, .82}), line(point{.31, .11}, point{.76, .10})},
	},
	{
		{curve(point{.66, .10}, point{.42, .27}, point{.28, .56}, point{.32, .83}, point{.52, .93}, point{.72, .80}, point{.70, .60}, point{.50, .52}, point{.31, .64})},
		{curve(point{.52, .07}, point{.33, .36}, point{.25, .66}, point{.38, .90}, point{.60, .92}, point{.74, .74}, point{.62, .56}, point{.42, .57}, point{.28, .72})},
	},
	{
		{line(point{.23, .09}, point{.77, .09}, point{.44, .93})},
		{line(point{.24, .10}, point{.76, .10}, point{.46, .93}), line(point{.37, .50}, point{.70, .50})},
		{curve(point{.22, .20}, point{.36, .10}, point{.58, .15}, point{.77, .09}), curve(point{.77, .09}, point{.58, .46}, point{.47, .93})},
	},
	{
		{curve(point{.50, .07}, point{.33, .15}, point{.32, .35}, point{.50, .47}, point{.70, .60}, point{.73, .82}, point{.50, .93}, point{.27, .82}, point{.30, .60}, point{.50, .47}, point{.68, .35}, point{.67, .15}, point{.50, .07})},
		{curve(point{.50, .08}, point{.32, .18}, point{.34, .38}, point{.50, .45}, point{.66, .38}, point{.68, .18}, point{.50, .08}), curve(point{.50, .45}, point{.27, .58}, point{.28, .83}, point{.50, .93}, point{.72, .83}, point{.73, .58}, point{.50, .45})},
	},
	{
		{curve(point{.70, .36}, point{.50, .48}, point{.29, .38}, point{.29, .18}, point{.50, .07}, point{.70, .18}, point{.70, .38}, point{.66, .66}, point{.50, .93})},
		{curve(point{.69, .20}, point{.48, .07}, point{.28, .22}, point{.33, .44}, point{.55, .45}, point{.69, .26}), line(point{.70, .12}, point{.68, .93})},
	},
}

// bends is the number of straight pieces between two points of a curve.
const bends = 6

// flatten turns a stroke into straight pieces. Curves are Catmull-Rom splines, whose
// ends repeat.
func (s stroke) flatten(p []point) []point {
	if !s.smooth {
		return p
	}
	at := func(i int) point { return p[min(max(i, 0), len(p)-1)] }
	out := []point{p[0]}
	for i := range len(p) - 1 {
		a, b, c, d := at(i-1), at(i), at(i+1), at(i+2)
		for k := 1; k <= bends; k++ {
			t := float64(k) / bends
			out = append(out, point{spline(a.x, b.x, c.x, d.x, t), spline(a.y, b.y, c.y, d.y, t)})
		}
	}
	return out
}

func spline(a, b, c, d, t float64) float64 {
	p := mul(3, b-c) + d - a
	p = mul(p, t) + mul(2, a) - mul(5, b) + mul(4, c) - d
	p = mul(p, t) + c - a
	return mul(mul(p, t), 0.5) + b
}

// mul rounds the product before anything is added to it: without the conversion some
// platforms would fuse the two operations.
func mul(a, b float64) float64 { return float64(a * b) }
