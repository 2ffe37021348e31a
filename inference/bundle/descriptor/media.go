package descriptor

import "fmt"

// RGBMediaType describes raw pixels: three bytes each, row by row from the top.
func RGBMediaType(width, height int) string {
	return fmt.Sprintf("image/x-rgb; width=%d; height=%d", width, height)
}
