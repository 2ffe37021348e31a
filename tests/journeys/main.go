// Command journeys runs the guides: it takes the shell blocks out of docs/guides and runs them as they stand, each guide
// in one shell, on a network of its own, and prints every step with its time. It ends with an error when a step fails or a
// served picture lacks its mark. Blocks marked not-yet are listed with what brings them.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	binary := flag.String("binary", "build/imod", "imod")
	offset := flag.Int("port-offset", 3500, "shift of all ports")
	verbose := flag.Bool("v", false, "print what the commands print")
	only := flag.String("guide", "", "run only the journey of this guide")
	flag.Parse()
	for _, guides := range journeys {
		if *only != "" && !slices.Contains(guides, *only) {
			continue
		}
		if err := run(context.Background(), guides, *binary, *offset, *verbose, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "journeys:", err)
			os.Exit(1)
		}
	}
}

// run is one journey.
func run(ctx context.Context, guides []string, binary string, offset int, verbose bool, out io.Writer) (err error) {
	all, err := readGuides(filepath.Join("docs", "guides"), guides)
	if err != nil {
		return err
	}
	steps, err := ordered(guides, all)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "journeys")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }() // a temporary folder
	j, err := newJourney(binary, work, offset)
	if err != nil {
		return err
	}
	defer j.close()

	began := time.Now()
	guide := ""
	ended := false
	for _, s := range steps {
		if s.after == atEnd && !ended {
			if err := j.marks(ctx, out); err != nil {
				return err
			}
			ended = true
		}
		if s.guide != guide {
			guide = s.guide
			fmt.Fprintf(out, "%s\n", guide)
		}
		start := time.Now()
		printed, err := j.step(s)
		took := time.Since(start).Seconds()
		if err != nil {
			fmt.Fprintf(out, "  FAILED %6.1fs  %s\n%s", took, s.name, printed)
			return fmt.Errorf("%s.md, %s: %w", s.guide, s.name, err)
		}
		fmt.Fprintf(out, "  ok     %6.1fs  %s\n", took, s.name)
		if verbose {
			fmt.Fprintln(out, strings.TrimRight(printed, "\n"))
		}
	}
	if !ended {
		return fmt.Errorf("no step ends the network, so no picture was checked")
	}
	for _, s := range all {
		if s.notYet != "" {
			fmt.Fprintf(out, "  %s: not available yet: %s\n", s.guide, s.notYet)
		}
	}
	fmt.Fprintf(out, "%d steps in %.0f s\n", len(steps), time.Since(began).Seconds())
	return nil
}

// journey is the network that the guides use and one shell for each of them.
type journey struct {
	binary, work, home, rest string
	root                     string
	env                      []string
	prelude                  string
	shells                   map[string]*shell
	count                    int
}

func newJourney(binary, work string, offset int) (*journey, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	if binary, err = exec.LookPath(binary); err != nil {
		return nil, fmt.Errorf("run `make build` first: %w", err)
	}
	if binary, err = filepath.Abs(binary); err != nil {
		return nil, err
	}
	// The guides say `imod`, whatever the file is called.
	bin := filepath.Join(work, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return nil, err
	}
	if err := os.Symlink(binary, filepath.Join(bin, "imod")); err != nil {
		return nil, err
	}
	j := &journey{binary: binary, work: work, home: filepath.Join(work, "net"), root: root, shells: map[string]*shell{}}
	port := func(base int) string { return fmt.Sprintf("127.0.0.1:%d", base+offset) }
	j.rest = "http://" + port(1317)
	j.env = append(os.Environ(),
		"PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "IMOD_NETWORK="+j.home, "WORK="+filepath.Join(work, "files"), "SALE=45",
		"REST="+j.rest, "RPC=http://"+port(8545), "BUNDLES="+port(4700), "METRICS=http://"+port(26660)+"/metrics",
	)
	// The one difference from what a reader types: this network lies in a folder of its own and on ports of its own.
	j.prelude = fmt.Sprintf(`imod() {
	case "${1-} ${2-}" in
	"testnet start") command imod "$@" --home '%[1]s' --port-offset %[2]d ;;
	"testnet stop") command imod "$@" --home '%[1]s' ;;
	*) command imod "$@" ;;
	esac
}
`, j.home, offset)
	return j, nil
}

// step runs one step in the shell of its guide.
func (j *journey) step(s step) (string, error) {
	j.count++
	sh := j.shells[s.guide]
	if sh == nil {
		var err error
		if sh, err = startShell(j.root, j.env); err != nil {
			return "", err
		}
		j.shells[s.guide] = sh
		if printed, err := sh.run(filepath.Join(j.work, "prelude"), j.prelude); err != nil {
			return printed, err
		}
	}
	return sh.run(filepath.Join(j.work, fmt.Sprintf("step-%d", j.count)), s.code)
}

// marks checks every picture that the network serves.
func (j *journey) marks(ctx context.Context, out io.Writer) error {
	start := time.Now()
	n, err := checkMarks(ctx, j.rest, j.work)
	if err != nil {
		return fmt.Errorf("marks of pictures: %w", err)
	}
	fmt.Fprintf(out, "pictures\n  ok     %6.1fs  exiftool finds the mark in %d of %d served pictures\n", time.Since(start).Seconds(), n, n)
	return nil
}

// close ends the shells and the network, whatever state they are in.
func (j *journey) close() {
	for _, sh := range j.shells {
		sh.close()
	}
	if _, err := os.Stat(j.home); err == nil {
		_ = exec.Command(j.binary, "testnet", "stop", "--home", j.home).Run() // it may have been stopped
	}
}
