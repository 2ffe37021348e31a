package png

// pixel is the bytes of one pixel: a filter looks that far to the left.
const pixel = 3

// filters predict a byte from its left, upper and upper left neighbour; the number
// of a filter is its index.
var filters = [...]func(left, up, corner byte) byte{
	func(_, _, _ byte) byte { return 0 },
	func(left, _, _ byte) byte { return left },
	func(_, up, _ byte) byte { return up },
	func(left, up, _ byte) byte { return byte((int(left) + int(up)) / 2) },
	paeth,
}

// paeth chooses the neighbour nearest to left + up - corner.
func paeth(left, up, corner byte) byte {
	a, b, c := int(left), int(up), int(corner)
	p := a + b - c
	da, db, dc := distance(p, a), distance(p, b), distance(p, c)
	switch {
	case da <= db && da <= dc:
		return left
	case db <= dc:
		return up
	default:
		return corner
	}
}

func distance(a, b int) int { return max(a-b, b-a) }

// filter writes every row as the number of a filter and the differences from its
// predictions. It takes the filter with the smallest sum of differences, the first
// among equals.
func filter(stride int, raw []byte) []byte {
	out := make([]byte, 0, len(raw)+len(raw)/stride)
	above, row := make([]byte, stride), make([]byte, stride)
	for ; len(raw) > 0; raw = raw[stride:] {
		line := raw[:stride]
		best, least := 0, -1
		for i := range filters {
			if sum := predict(row, i, line, above); least < 0 || sum < least {
				best, least = i, sum
			}
		}
		predict(row, best, line, above)
		out = append(append(out, byte(best)), row...)
		above = line
	}
	return out
}

// predict writes the differences from one filter's predictions into row and sums
// their distances from 0.
func predict(row []byte, number int, line, above []byte) (sum int) {
	f := filters[number]
	for i, v := range line {
		var left, corner byte
		if i >= pixel {
			left, corner = line[i-pixel], above[i-pixel]
		}
		row[i] = v - f(left, above[i], corner)
		sum += distance(int(int8(row[i])), 0)
	}
	return sum
}
