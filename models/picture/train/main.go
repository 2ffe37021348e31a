package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	total := flag.Int("steps", 45000, "number of steps")
	batch := flag.Int("batch", 32, "pictures per step")
	peak := flag.Float64("rate", 0.003, "highest learning rate")
	out := flag.String("out", "models/picture", "folder for picture.onnx and samples.png")
	work := flag.String("work", os.TempDir(), "folder for the state and for sheets while training")
	flag.Parse()

	n := newNet(*batch)
	n.init()
	state := filepath.Join(*work, "picture.state")
	p := plan{*total, *batch, *peak}
	first, err := n.load(state, p)
	if err != nil {
		return err
	}
	ws := make([]*worker, runtime.GOMAXPROCS(0))
	for i := range ws {
		ws[i] = newWorker()
	}
	start := time.Now()
	var mean [3]float64
	for k := first; k < *total; k++ {
		loss := n.step(k, ws, schedule(k, *total, *peak))
		for i := range mean {
			mean[i] += loss[i] / 1000
		}
		if (k+1)%1000 != 0 {
			continue
		}
		fmt.Printf("step %d of %d, %.0f s: paint %.5f, tone %.5f, colour %.5f\n",
			k+1, *total, time.Since(start).Seconds(), mean[0], mean[1], mean[2])
		mean = [3]float64{}
		if err := n.save(state, p, k+1); err != nil {
			return err
		}
		if (k+1)%5000 == 0 {
			if err := n.comparison(ws[0], filepath.Join(*work, "picture-training.png")); err != nil {
				return err
			}
		}
	}
	f := n.evaluate(ws[0], 500)
	fmt.Printf("%d fresh scenes: mean error %.2f of 255, %.2f %% of pixels off by more than 32, own thing nearest in %.1f %%, "+
		"other things %.1f times as far\n",
		f.scenes, f.error, 100*f.far, 100*f.agree, f.distinct)
	if err := n.samples(ws[0], filepath.Join(*out, "samples.png")); err != nil {
		return err
	}
	file := n.export()
	worst, err := n.verify(file, 50)
	if err != nil {
		return err
	}
	fmt.Printf("exported %d bytes, at most %.1e from the trained network\n", len(file), worst)
	if err := os.WriteFile(filepath.Join(*out, "picture.onnx"), file, 0o644); err != nil {
		return err
	}
	// The state has served; a later run, perhaps of a changed program, begins anew.
	if err := os.Remove(state); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
