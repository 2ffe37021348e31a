package pipeline

import (
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/pipeline/png"
)

// PNG is the media type of pictures that EncodeDisplay makes.
const PNG = "image/png"

// EncodeDisplay turns a raw output into a file to look at and names its media
// type: PNG for pictures, the bytes themselves for the rest. The file is for
// display only and nothing commits to it, but it has the same bytes on every
// machine.
func EncodeDisplay(p descriptor.Pipeline, output []byte) (file []byte, mediaType string, err error) {
	img, ok := p.(*descriptor.Image)
	if !ok {
		return output, p.MediaType(), nil
	}
	file, err = png.Encode(int(img.Width), int(img.Height), output)
	return file, PNG, err
}
