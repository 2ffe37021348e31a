package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/sidecar"
	"github.com/imochain/imod/x/oracle/node/link"
)

// sidecarSettings are the keys of sidecar.toml. Those without a section are flags as well, and a flag
// wins. Sizes are in MiB.
type sidecarSettings struct {
	Listen       string        `mapstructure:"listen"`
	TokenFile    string        `mapstructure:"token-file"`
	Models       []string      `mapstructure:"models"`
	Mirrors      []string      `mapstructure:"mirror"`
	LocalNetwork bool          `mapstructure:"allow-local-network"`
	MaxBundle    uint64        `mapstructure:"max-bundle"`
	MaxStore     uint64        `mapstructure:"max-store"`
	Workers      int           `mapstructure:"workers"`
	Threads      int           `mapstructure:"threads"`
	WorkerMemory uint64        `mapstructure:"worker-memory"`
	RunTime      time.Duration `mapstructure:"run-time"`
	ProofTime    time.Duration `mapstructure:"proof-time"`
	Preview      bool          `mapstructure:"preview"`
	Serve        string        `mapstructure:"serve"`
	LogFormat    string        `mapstructure:"log-format"`
	Confined     bool          `mapstructure:"confined"`

	TLS    tlsSettings     `mapstructure:"tls"`
	Limits []limitSettings `mapstructure:"model"`
}

// limitSettings are limits of one model; zero values mean those of every model.
type limitSettings struct {
	ID           uint64        `mapstructure:"id"`
	Root         string        `mapstructure:"root"`
	WorkerMemory uint64        `mapstructure:"worker-memory"`
	RunTime      time.Duration `mapstructure:"run-time"`
	ProofTime    time.Duration `mapstructure:"proof-time"`
}

func (l limitSettings) limits() (sidecar.ModelLimits, error) {
	m := sidecar.ModelLimits{Model: l.ID, Memory: l.WorkerMemory << 20, RunTime: l.RunTime, ProofTime: l.ProofTime}
	if l.Root == "" {
		return m, nil
	}
	root, err := bundle.ParseFolderName(l.Root)
	if err != nil {
		return m, fmt.Errorf("model.root: %w", err)
	}
	m.Root = root
	return m, nil
}

type tlsSettings struct {
	CA   string `mapstructure:"ca"`
	Cert string `mapstructure:"cert"`
	Key  string `mapstructure:"key"`
}

func (t tlsSettings) files() link.Files { return link.Files{CA: t.CA, Cert: t.Cert, Key: t.Key} }

// addSidecarFlags adds the flags that stand for keys of the file.
func addSidecarFlags(f *pflag.FlagSet) {
	d := sidecar.DefaultConfig("")
	f.String("listen", "", "unix:///absolute/path or host:port (default: sidecar.sock in its folder)")
	f.String("token-file", "", "file with the token that calls over TCP must carry")
	f.StringArray("models", nil, "read-only folder of bundles; may be repeated")
	f.StringArray("mirror", nil, "address asked for bundles after their own; may be repeated")
	f.Bool("allow-local-network", false, "allow downloads from this machine and private networks")
	f.Uint64("max-bundle", d.MaxBundle>>20, "largest bundle to download, in MiB")
	f.Uint64("max-store", d.MaxStore>>20, "all downloaded bundles together, in MiB")
	f.Int("workers", d.Workers, "processes that run models")
	f.Int("threads", d.Worker.Threads, "cores that each of them uses")
	f.Uint64("worker-memory", d.Worker.Memory>>20, "memory that each of them may use, in MiB")
	f.Duration("run-time", d.RunTime, "longest run of a request")
	f.Duration("proof-time", d.ProofTime, "longest run of a proof of model")
	f.Bool("confined", false, "do not work where the kernel cannot confine workers")
	f.Bool("preview", false, "allow runs that no request asked for")
	f.String("serve", "", "host:port on which bundles are offered over HTTP to other sidecars")
	f.String("log-format", "text", "text or json, on standard error")
}

// addSidecarPlace adds the flags that say where the file is.
func addSidecarPlace(f *pflag.FlagSet) {
	f.String("home", app.DefaultNodeHome, "home of the node; the sidecar keeps its data in the folder sidecar below it")
	f.String("config", "", "file of settings (default: config/sidecar.toml below the home, if it is there)")
}

// readSidecarSettings reads the file, if there is one, with the flags on top. A key that no setting has
// is an error.
func readSidecarSettings(cmd *cobra.Command) (s sidecarSettings, home string, err error) {
	if home, err = cmd.Flags().GetString("home"); err != nil {
		return s, "", err
	}
	if home, err = filepath.Abs(home); err != nil {
		return s, "", err
	}
	path, err := cmd.Flags().GetString("config")
	if err != nil {
		return s, "", err
	}
	stated := path != ""
	if !stated {
		path = filepath.Join(home, "config", "sidecar.toml")
	}
	v := viper.New()
	known := pflag.NewFlagSet("", pflag.ContinueOnError)
	addSidecarFlags(known)
	known.VisitAll(func(f *pflag.Flag) {
		err = errors.Join(err, v.BindPFlag(f.Name, cmd.Flags().Lookup(f.Name)))
	})
	if err != nil {
		return s, "", err
	}
	v.SetConfigFile(path)
	v.SetConfigType("toml")
	if err := v.ReadInConfig(); err != nil && (stated || !errors.Is(err, fs.ErrNotExist)) {
		return s, "", fmt.Errorf("%s: %w", path, err)
	}
	if err := v.UnmarshalExact(&s); err != nil {
		return s, "", fmt.Errorf("%s: %w", path, err)
	}
	return s, home, nil
}

// config turns the settings into what the sidecar takes.
func (s sidecarSettings) config(home string) (cfg sidecar.Config, err error) {
	cfg = sidecar.DefaultConfig(filepath.Join(home, "sidecar"))
	if s.Listen != "" {
		cfg.Listen = s.Listen
	}
	if cfg.Token, err = readToken(s.TokenFile); err != nil {
		return cfg, err
	}
	cfg.TLS = s.TLS.files()
	cfg.Models, cfg.Mirrors, cfg.LocalNetwork = s.Models, s.Mirrors, s.LocalNetwork
	cfg.MaxBundle, cfg.MaxStore = s.MaxBundle<<20, s.MaxStore<<20
	cfg.Workers, cfg.Worker.Threads, cfg.Worker.Memory = s.Workers, s.Threads, s.WorkerMemory<<20
	cfg.RunTime, cfg.ProofTime = s.RunTime, s.ProofTime
	cfg.Preview, cfg.Serve, cfg.Confined = s.Preview, s.Serve, s.Confined
	for _, l := range s.Limits {
		m, err := l.limits()
		if err != nil {
			return cfg, err
		}
		cfg.PerModel = append(cfg.PerModel, m)
	}
	return cfg, nil
}

// sidecarFileTemplate is sidecar.toml.
var sidecarFileTemplate = template.Must(template.New("sidecar.toml").Parse(`# Settings of a sidecar; "imod sidecar" reads them from config/sidecar.toml below its home. Sizes are in MiB.

# listen is where the node connects: unix:///absolute/path or host:port; empty is sidecar.sock in the sidecar's folder.
# Another machine than this needs the section [tls]. token-file holds a secret that every call over TCP must carry.
listen = "{{ .Listen }}"
token-file = "{{ .TokenFile }}"

# models are read-only folders of bundles; mirror are addresses asked for bundles after their own.
models = [{{ range $i, $m := .Models }}{{ if $i }}, {{ end }}"{{ $m }}"{{ end }}]
mirror = [{{ range $i, $m := .Mirrors }}{{ if $i }}, {{ end }}"{{ $m }}"{{ end }}]

# allow-local-network permits downloads from this machine and private networks.
allow-local-network = {{ .LocalNetwork }}

# max-bundle bounds one downloaded bundle, max-store all of them.
max-bundle = {{ .MaxBundle }}
max-store = {{ .MaxStore }}

# workers are processes that run models, each with so many threads and so much memory.
workers = {{ .Workers }}
threads = {{ .Threads }}
worker-memory = {{ .WorkerMemory }}

# run-time bounds a request, proof-time a proof of model.
run-time = "{{ .RunTime }}"
proof-time = "{{ .ProofTime }}"

# confined refuses to work where the kernel cannot keep workers from files and network (Landlock, Linux 5.13 and 6.7).
confined = {{ .Confined }}

# preview allows runs that no request asked for; serve is host:port on which bundles are offered to other sidecars.
preview = {{ .Preview }}
serve = "{{ .Serve }}"

# log-format is text or json.
log-format = "{{ .LogFormat }}"

# tls are this sidecar's certificate and key, and the authority of the node's certificate ("imod sidecar certs").
[tls]
ca = "{{ .TLS.CA }}"
cert = "{{ .TLS.Cert }}"
key = "{{ .TLS.Key }}"

# model are limits of single models, by id, by the root of a version's manifest, or both; what is 0 or absent is as for all:
#   [[model]]
#   id = 7
#   worker-memory = 8192
#   run-time = "2m0s"
#   proof-time = "30m0s"
{{- range .Limits }}
[[model]]
id = {{ .ID }}
root = "{{ .Root }}"
worker-memory = {{ .WorkerMemory }}
run-time = "{{ .RunTime }}"
proof-time = "{{ .ProofTime }}"
{{- end }}
`))

// sidecarConfigCmd prints the settings in effect.
func sidecarConfigCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "config",
		Short:   "Print the settings in effect, as a file of settings",
		Example: "  imod sidecar config >~/.imod/config/sidecar.toml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, _, err := readSidecarSettings(cmd)
			if err != nil {
				return err
			}
			return sidecarFileTemplate.Execute(cmd.OutOrStdout(), s)
		},
	}
	addSidecarPlace(cmd.Flags())
	addSidecarFlags(cmd.Flags())
	return cmd
}

// readToken reads a token from a file that others cannot read.
func readToken(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("token file %s has mode %o: others can read it, wanted 600", path, info.Mode().Perm())
	}
	b, err := readFile(path, 4096)
	return strings.TrimSpace(string(b)), err
}
