// Command sbom writes the bill of materials of a Go binary as CycloneDX 1.6 JSON: what the linker recorded inside the binary, so that
// it lists what was built in and nothing else. The same binary and time give the same bytes.
//
//	sbom -name imod -version v1 -time 1700000000 path/to/imod >imod.cdx.json
package main

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	name := flag.String("name", "", "name of the program")
	version := flag.String("version", "", "version of the program")
	seconds := flag.Int64("time", 0, "time of the source, Unix seconds")
	flag.Parse()
	if flag.NArg() != 1 || *name == "" || *version == "" || *seconds <= 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(os.Stdout, *name, *version, time.Unix(*seconds, 0), flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "sbom:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, name, version string, at time.Time, path string) error {
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		return err
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // only read
	digest := sha256.New()
	if _, err := io.Copy(digest, file); err != nil {
		return err
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(bill(info, name, version, hex.EncodeToString(digest.Sum(nil)), at))
}
