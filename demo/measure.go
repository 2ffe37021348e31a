package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"
)

// measure runs the commands, some at a time, and checks what they give.
func (d *demo) measure(ctx context.Context, figures []figure) error {
	errs := make([]error, len(figures))
	limit := make(chan struct{}, 3)
	var group sync.WaitGroup
	for i := range figures {
		group.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			f := &figures[i]
			var err error
			if f.output, err = d.output(ctx, *f); err != nil {
				errs[i] = fmt.Errorf("%s: %w", f.shown(), err)
			} else if f.want != "" && f.output != f.want {
				errs[i] = fmt.Errorf("%s gives %s, want %s", f.shown(), f.output, f.want)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// output is what a figure's command prints.
func (d *demo) output(ctx context.Context, f figure) (string, error) {
	raw, err := d.answer(ctx, f)
	if err != nil {
		return "", err
	}
	if f.grep != "" {
		var kept []string
		for line := range strings.Lines(string(raw)) {
			if strings.Contains(line, f.grep) {
				kept = append(kept, strings.TrimRight(line, " \n"))
			}
		}
		raw = []byte(strings.Join(kept, "\n"))
	}
	if f.path != "" {
		return pick(raw, f.path)
	}
	if out := string(bytes.TrimSpace(raw)); out != "" {
		return out, nil
	}
	return "", errors.New("no output")
}

func (d *demo) answer(ctx context.Context, f figure) ([]byte, error) {
	if f.url != "" {
		node := d.Network.Nodes[0]
		return fetch(ctx, strings.NewReplacer(shownREST, node.REST, shownRPC, node.RPC).Replace(f.url))
	}
	args := f.withFlags(d.Network.Home())
	for i, arg := range args {
		if arg == bundleArg {
			args[i] = d.bundle.folder
		}
	}
	cmd := exec.CommandContext(ctx, d.Executable, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	cmd.Env = append(os.Environ(), "IMOD_NETWORK="+d.Network.Home()) // what the working folder is for a reader
	out, err := cmd.Output()
	switch {
	case f.fails && err == nil:
		return nil, errors.New("succeeds, should be refused")
	case f.fails:
		return stderr.Bytes(), nil
	case err != nil:
		return nil, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	return out, nil
}

// maxAnswer bounds what is read from a node.
const maxAnswer = 1 << 20

func fetch(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, bytes.TrimSpace(body))
	}
	return body, err
}

// pick takes one value from a JSON document by a path of names and indices, as jq -r prints it.
func pick(document []byte, path string) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var at any
	if err := decoder.Decode(&at); err != nil {
		return "", err
	}
	for _, name := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch in := at.(type) {
		case map[string]any:
			at = in[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(in) {
				return "", fmt.Errorf("%s: no element %s", path, name)
			}
			at = in[i]
		default:
			return "", fmt.Errorf("%s: nothing has the name %s", path, name)
		}
	}
	switch at.(type) {
	case string, json.Number, bool:
		return fmt.Sprint(at), nil
	default:
		return "", fmt.Errorf("%s is no single value", path)
	}
}
