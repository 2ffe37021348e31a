//go:build js && wasm

// Command runner is the model runtime as WebAssembly: it puts one function,
// imodRun, on globalThis, with which a page or a Web Worker runs a model again
// and compares hashes.
//
//	imodRun(files, rootHex, input, seed) → Promise<{outputRoot, mediaType, display, milliseconds}>
//
// files maps the names manifest, ir, tensors, weights and card.md to a Uint8Array
// each, as `imod model serve` and a sidecar serve them at /<root>/<name>; rootHex is
// the manifest root that the chain names; input is a Uint8Array; seed is the decimal
// text of a number below 2^64, because a JavaScript number cannot hold it.
// outputRoot is in hex; display is a file to look at. Whatever goes wrong rejects
// the promise with an Error; the instance stays usable.
//
// One instance runs one model at a time and blocks its thread meanwhile: use a
// Web Worker.
package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"syscall/js"
	"time"

	"github.com/imochain/imod/web/runner/execute"
)

func main() {
	js.Global().Set("imodRun", js.FuncOf(func(_ js.Value, args []js.Value) any { return promise(args) }))
	select {} // functions of an instance that ended cannot be called
}

// promise runs the model and settles a promise with what comes of it.
func promise(args []js.Value) js.Value {
	var settle js.Func
	settle = js.FuncOf(func(_ js.Value, functions []js.Value) any {
		settle.Release()
		resolve, reject := functions[0], functions[1]
		go func() {
			result, err := run(args)
			if err != nil {
				reject.Invoke(js.Global().Get("Error").New(err.Error()))
				return
			}
			resolve.Invoke(result)
		}()
		return nil
	})
	return js.Global().Get("Promise").New(settle)
}

// run never panics: what JavaScript hands over may be anything.
func run(args []js.Value) (result js.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the run failed: %v", p)
		}
	}()
	call, err := arguments(args)
	if err != nil {
		return js.Undefined(), err
	}
	began := time.Now()
	got, err := execute.Run(context.Background(), call)
	if err != nil {
		return js.Undefined(), err
	}
	took := time.Since(began)
	display := js.Global().Get("Uint8Array").New(len(got.Display))
	js.CopyBytesToJS(display, got.Display)
	result = js.Global().Get("Object").New()
	result.Set("outputRoot", hex.EncodeToString(got.OutputRoot[:]))
	result.Set("mediaType", got.MediaType)
	result.Set("display", display)
	result.Set("milliseconds", float64(took.Microseconds())/1000)
	return result, nil
}

func arguments(args []js.Value) (execute.Call, error) {
	if len(args) != 4 {
		return execute.Call{}, fmt.Errorf("imodRun takes files, root, input and seed: 4 arguments, not %d", len(args))
	}
	if args[0].Type() != js.TypeObject {
		return execute.Call{}, errors.New("files must be an object of Uint8Arrays")
	}
	if args[1].Type() != js.TypeString || args[3].Type() != js.TypeString {
		return execute.Call{}, errors.New("root and seed must be strings")
	}
	call := execute.Call{Files: map[string][]byte{}, Root: args[1].String(), Seed: args[3].String()}
	total := 0
	for _, name := range execute.Names() {
		content, err := bytesOf("file "+name, args[0].Get(name), execute.MaxBytes-total)
		if err != nil {
			return execute.Call{}, err
		}
		total += len(content)
		call.Files[name] = content
	}
	var err error
	call.Input, err = bytesOf("input", args[2], execute.MaxInput)
	return call, err
}

// bytesOf copies a Uint8Array of at most limit bytes.
func bytesOf(what string, v js.Value, limit int) ([]byte, error) {
	if !v.InstanceOf(js.Global().Get("Uint8Array")) {
		return nil, fmt.Errorf("%s is missing or not a Uint8Array", what)
	}
	n := v.Length()
	if n > limit {
		return nil, fmt.Errorf("%s has %d bytes, this page takes %d: run it with `imod model run`", what, n, limit)
	}
	b := make([]byte, n)
	js.CopyBytesToGo(b, v)
	return b, nil
}
