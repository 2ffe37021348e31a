package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// worker is the process that runs onnxruntime.
type worker struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func startWorker(dir string) (*worker, error) {
	w := &worker{cmd: exec.Command("node", "ort.mjs")}
	w.cmd.Dir, w.cmd.Stderr = dir, os.Stderr
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	w.out = bufio.NewReader(out)
	return w, w.cmd.Start()
}

func (w *worker) close() error {
	if err := w.in.Close(); err != nil {
		return err
	}
	return w.cmd.Wait()
}

type request map[string]any

type answer struct {
	Error string
	Times []int64
	Type  string
	Dims  []int64
	Bytes int64
}

func (w *worker) ask(r request) (answer, error) {
	var a answer
	line, err := json.Marshal(r)
	if err != nil {
		return a, err
	}
	if _, err := w.in.Write(append(line, '\n')); err != nil {
		return a, err
	}
	reply, err := w.out.ReadBytes('\n')
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(reply, &a); err != nil {
		return a, err
	}
	if a.Error != "" {
		return a, fmt.Errorf("onnxruntime: %s", a.Error)
	}
	return a, nil
}

// run is the fastest of n runs.
func (w *worker) run(n int) (time.Duration, error) {
	a, err := w.ask(request{"do": "run", "n": n})
	if err != nil {
		return 0, err
	}
	best := time.Duration(a.Times[0])
	for _, t := range a.Times {
		best = min(best, time.Duration(t))
	}
	return best, nil
}
