// Command inference measures the deterministic runtime beside onnxruntime, in
// one run: for each model the two take turns, and the fastest run of each
// counts, because what else the machine does only ever slows a run down. The
// ratio is onnxruntime's time over ours: above 1 we are faster.
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/imochain/imod/inference/engine"
	"github.com/imochain/imod/inference/ir"
	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/onnx"
)

var (
	dir     = flag.String("dir", "bench/inference", "folder of ort.mjs and its node_modules")
	only    = flag.String("only", "", "run cases whose name contains this")
	threads = flag.String("threads", "1,2", "numbers of threads")
	rounds  = flag.Int("rounds", 12, "turns that each runtime takes")
	isaFlag = flag.String("isa", "", "instruction set; default: the best")
)

var ctx = context.Background()

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench/inference:", err)
		os.Exit(1)
	}
}

func run() error {
	tmp, err := os.MkdirTemp("", "bench-inference")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	isa := kernel.BestISA()
	if *isaFlag != "" {
		if isa, err = kernel.ParseISA(*isaFlag); err != nil {
			return err
		}
	}
	fmt.Printf("%s, %d processors, instruction sets %v, using %s, %d turns\n\n", runtime.Version(), runtime.NumCPU(), kernel.ISAs(), isa, *rounds)
	fmt.Println("| model | threads | ours, ms | onnxruntime, ms | ratio | rate, ours |")
	fmt.Println("| --- | --- | --- | --- | --- | --- |")
	for _, c := range slices.Concat(kernels(), nets()) {
		if !strings.Contains(c.name, *only) {
			continue
		}
		for _, n := range strings.Split(*threads, ",") {
			var workers int
			if _, err := fmt.Sscan(n, &workers); err != nil {
				return err
			}
			if err := measure(tmp, c, isa, workers); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
	}
	runtime.GOMAXPROCS(runtime.NumCPU())
	return order()
}

// measure runs one model on both runtimes in turns and prints one line.
func measure(tmp string, c benchCase, isa kernel.ISA, workers int) error {
	runtime.GOMAXPROCS(workers)
	path := filepath.Join(tmp, "model.onnx")
	raw := c.model().encode()
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		return err
	}
	m, err := onnx.Import(raw, onnx.Options{})
	if err != nil {
		return err
	}
	p, err := engine.Load(m.Graph, m.Weights, engine.WithWorkers(workers), engine.WithISA(isa))
	if err != nil {
		return err
	}
	raw, m.Weights = nil, nil
	weights, resident := p.WeightBytes(), residentBytes()
	inputs, files, err := c.fill(tmp, m)
	if err != nil {
		return err
	}
	w, err := startWorker(*dir)
	if err != nil {
		return err
	}
	if _, err := w.ask(request{"do": "load", "model": path, "threads": workers, "inputs": files}); err != nil {
		return err
	}
	ours, theirs := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	var result kernel.Tensor
	for range *rounds {
		// Threads of the other side may still be spinning for work.
		time.Sleep(20 * time.Millisecond)
		for range c.runs {
			start := time.Now()
			err := p.Visit(ctx, inputs, func(v engine.View) error {
				ours = min(ours, time.Since(start))
				if result.Shape == nil {
					result = v.Output(0).Clone()
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		t, err := w.run(c.runs)
		if err != nil {
			return err
		}
		theirs = min(theirs, t)
	}
	if err := c.compare(w, tmp, result); err != nil {
		return err
	}
	rate := "-"
	if c.flops > 0 {
		rate = fmt.Sprintf("%.1f GFLOP/s", c.flops/ours.Seconds()/1e9)
	}
	if c.tokens {
		rate = fmt.Sprintf("%.1f tokens/s, resident %.2f x weights", 1/ours.Seconds(), float64(resident)/float64(weights))
	}
	fmt.Printf("| %s | %d | %.3f | %.3f | **%.2f** | %s |\n", c.name, workers, ours.Seconds()*1e3, theirs.Seconds()*1e3, theirs.Seconds()/ours.Seconds(), rate)
	return w.close()
}

// residentBytes is the live heap, after everything that nobody holds is gone.
func residentBytes() int64 {
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// fill makes the inputs, the same for both runtimes.
func (c benchCase) fill(tmp string, m *onnx.Model) ([]kernel.Tensor, []request, error) {
	f := file{random: 99}
	var tensors []kernel.Tensor
	var files []request
	for i, in := range c.inputs {
		n, kind := elements(in.dims), "float32"
		var raw []byte
		switch in.kind {
		case typeUint8:
			kind = "uint8"
			for range n {
				raw = append(raw, byte(f.random.next()>>24))
			}
		case typeInt64:
			kind = "int64"
			for range n {
				raw = binary.LittleEndian.AppendUint64(raw, uint64(f.random.next()%1000))
			}
		default:
			raw = f.floats(0, 3, n)
		}
		name := filepath.Join(tmp, fmt.Sprintf("input%d", i))
		if err := os.WriteFile(name, raw, 0o600); err != nil {
			return nil, nil, err
		}
		files = append(files, request{"name": in.name, "type": kind, "dims": in.dims, "file": name})
		t, err := kernel.FromBytes(m.Graph.Inputs[i], raw)
		if err != nil {
			return nil, nil, err
		}
		tensors = append(tensors, t)
	}
	return tensors, files, nil
}

// compare makes sure that both runtimes computed the same thing: integers to
// the bit, floats to within what another order of additions may change.
func (c benchCase) compare(w *worker, tmp string, ours kernel.Tensor) error {
	path := filepath.Join(tmp, "output")
	if _, err := w.ask(request{"do": "save", "file": path}); err != nil {
		return err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if ours.DType != ir.F32 {
		if string(raw) != string(ours.AppendBytes(nil)) {
			return fmt.Errorf("results differ")
		}
		return nil
	}
	if len(raw) != 4*len(ours.F32) {
		return fmt.Errorf("result of %d bytes, ours has %d", len(raw), 4*len(ours.F32))
	}
	largest, worst := 0.0, 0.0
	for i, v := range ours.F32 {
		t := float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
		largest = max(largest, math.Abs(t))
		worst = max(worst, math.Abs(t-float64(v)))
	}
	if !(worst <= c.tolerance()*largest) {
		return fmt.Errorf("results differ by %g of %g", worst, largest)
	}
	return nil
}
