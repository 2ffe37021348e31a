package pipeline

import (
	"bytes"
	"fmt"
	"image"
	"image/png"

	"github.com/imochain/imod/inference/bundle/descriptor"
)

// EncodeDisplay turns a raw output into a file to look at and names its media
// type: PNG for pictures, the bytes themselves for the rest. The file is for
// display only: encoders change between releases, raw outputs do not.
func EncodeDisplay(p descriptor.Pipeline, output []byte) (file []byte, mediaType string, err error) {
	img, ok := p.(*descriptor.Image)
	if !ok {
		return output, p.MediaType(), nil
	}
	file, err = EncodePNG(int(img.Width), int(img.Height), output)
	return file, "image/png", err
}

// EncodePNG turns raw pixels, three bytes each, into a PNG file.
func EncodePNG(width, height int, rgb []byte) ([]byte, error) {
	if width < 1 || height < 1 || width > descriptor.MaxSide || height > descriptor.MaxSide {
		return nil, fmt.Errorf("picture of %dx%d, sides are 1 to %d", width, height, descriptor.MaxSide)
	}
	if want := 3 * width * height; len(rgb) != want {
		return nil, fmt.Errorf("picture of %dx%d has %d bytes, wanted %d", width, height, len(rgb), want)
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		copy(img.Pix[4*i:], rgb[3*i:3*i+3])
		img.Pix[4*i+3] = 255
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}
