package demo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/inference/bundle/descriptor"
	"github.com/imochain/imod/inference/pipeline/png"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

const tourHead = `# A tour in one run

` + "`make tour`" + ` wrote this page: it ran the demo and then every command below on the network that the demo leaves behind.
Start that network with ` + "`make demo`" + ` and run them yourself, from the folder of the repository. Lines that end in
"this run" differ from run to run; a test compares all the rest, pictures included, with a run of its own.

`

// Files of pictures, beside the document.
const (
	pictureFile = "red-fish.png"
	sheetFile   = "ten-pictures.png"
)

// writeTour asks for every figure and writes the document and its pictures.
func (d *demo) writeTour(ctx context.Context) error {
	fmt.Fprintf(d.Out, "\nwriting %s: the commands behind its figures run now\n", d.Tour)
	figures := d.figures()
	if err := d.measure(ctx, figures); err != nil {
		return err
	}
	folder := strings.TrimSuffix(d.Tour, filepath.Ext(d.Tour))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	sheet, err := d.sheet(ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, sheetFile), sheet, 0o644); err != nil {
		return err
	}
	painted, err := d.paintAgain(ctx, filepath.Join(folder, pictureFile))
	if err != nil {
		return err
	}
	var page strings.Builder
	page.WriteString(tourHead)
	for i, p := range story() {
		fmt.Fprintf(&page, "## %d. %s\n\n%s\n", i+1, p.title, p.text)
		switch p.key {
		case "use":
			d.tourSheet(&page, filepath.Base(folder))
		case "mint":
			fmt.Fprintf(&page, "![%s](%s/%s)\n\n```\n$ %s\n```\n\n", picture.Input, filepath.Base(folder), pictureFile, painted.shown())
		}
		for _, f := range figures {
			if f.panel == p.key {
				f.write(&page)
			}
		}
	}
	d.tourMoney(&page)
	return os.WriteFile(d.Tour, []byte(strings.TrimRight(page.String(), "\n")+"\n"), 0o644)
}

// write prints the command and what it gave.
func (f figure) write(page *strings.Builder) {
	mark := ""
	if f.varies {
		mark = perRun
	}
	fmt.Fprintf(page, "%s:\n\n```\n$ %s\n%s%s\n```\n\n", f.what, f.shown(), f.output, mark)
}

// paintAgain writes the minted picture to a file by the command that a reader would use.
func (d *demo) paintAgain(ctx context.Context, file string) (figure, error) {
	f := figure{args: []string{"model", "run", bundleArg, "--prompt", string(picture.Input), "--seed", strconv.FormatUint(picture.Seed, 10), "--png"}}
	really := f
	really.args = append(append([]string{}, f.args...), file)
	f.args = append(append([]string{}, f.args...), pictureFile)
	_, err := d.answer(ctx, really)
	return f, err
}

func (d *demo) tourSheet(page *strings.Builder, folder string) {
	fmt.Fprintf(page, "![ten pictures](%s/%s)\n\n", folder, sheetFile)
	for i, w := range d.work {
		fmt.Fprintf(page, "%d. %s\n", w.id, prompts[i])
	}
	page.WriteString("\n")
}

// tourMoney is the money table, then what everybody got and paid.
func (d *demo) tourMoney(page *strings.Builder) {
	page.WriteString("## Who paid, who got\n\nAmounts in IMO, rounded to four decimals. The demo compared the exact sums with the balance of every account\nbefore and after.\n\n| who paid | who got | IMO | what for |\n| --- | --- | ---: | --- |\n")
	for _, p := range d.money.payments {
		fmt.Fprintf(page, "| %s | %s | %s | %s |\n", p.from, p.to, imo(p.amount), p.what)
	}
	page.WriteString("\n| in all | got | paid | difference |\n| --- | ---: | ---: | ---: |\n")
	for _, name := range d.parties() {
		got, paid := d.money.got(name), d.money.paid(name)
		fmt.Fprintf(page, "| %s | %s | %s | %s |\n", name, imo(got), imo(paid), imo(got.Sub(paid)))
	}
	got, paid := d.totals()
	fmt.Fprintf(page, "| sum | %s | %s | %s |\n\n", imo(got), imo(paid), imo(got.Sub(paid)))
	page.WriteString("Fees of transactions come on top: " + imo(mostFees) + " IMO at most for each of them.\n")
}

// Layout of the sheet of pictures, in pixels.
const (
	sheetColumns = 5
	sheetGap     = 4
)

// sheet puts the pictures of all requests side by side, from the pixels that the node serves.
func (d *demo) sheet(ctx context.Context) ([]byte, error) {
	opened, err := bundle.OpenFolder(os.DirFS(d.bundle.folder))
	if err != nil {
		return nil, err
	}
	size, ok := opened.Manifest.Pipeline.(*descriptor.Image)
	if !ok {
		return nil, fmt.Errorf("the model's pipeline is %s, not an image", opened.Manifest.Pipeline.Kind())
	}
	width, height := int(size.Width), int(size.Height)
	rows := (len(d.work) + sheetColumns - 1) / sheetColumns
	across, down := sheetColumns*(width+sheetGap)-sheetGap, rows*(height+sheetGap)-sheetGap
	sheet := bytes.Repeat([]byte{255}, 3*across*down)
	queries := oracletypes.NewQueryClient(d.client.Conn())
	for i, w := range d.work {
		res, err := queries.Output(ctx, &oracletypes.QueryOutputRequest{Id: w.id})
		if err != nil {
			return nil, err
		}
		if len(res.Output) != 3*width*height {
			return nil, fmt.Errorf("request %d: %d bytes, want a picture of %dx%d", w.id, len(res.Output), width, height)
		}
		left, top := i%sheetColumns*(width+sheetGap), i/sheetColumns*(height+sheetGap)
		for y := range height {
			copy(sheet[3*((top+y)*across+left):], res.Output[3*y*width:3*(y+1)*width])
		}
	}
	return png.Encode(across, down, sheet)
}
