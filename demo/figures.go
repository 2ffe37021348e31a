package demo

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/imochain/imod/inference/bundle"
)

// The tour names the network as `make demo` starts it: in this folder, with these addresses. A demo
// on other ports runs the same commands on its own.
const (
	shownBinary = "build/imod"
	shownHome   = ".localnet"
	shownREST   = "http://127.0.0.1:1317"
	shownRPC    = "http://127.0.0.1:26657"
)

// figure is one value of the tour and the command that gives it.
type figure struct {
	panel, what string
	// args are those of imod; bundleArg stands for the folder of the packed model. url is fetched instead if args are empty; it begins with shownREST or shownRPC.
	args []string
	url  string
	// path picks a value from a JSON answer, as jq does; grep keeps the lines that hold a word.
	path, grep string
	// fails says that the command must fail; its message is the value.
	fails bool
	// varies says that the value differs from run to run; want is what it must be otherwise, if the demo knows.
	varies bool
	want   string

	output string
}

// perRun marks what a test must not compare.
const perRun = "  # this run"

// asked is a figure from `imod query ... --output json`.
func asked(panel, what, path, want string, args ...string) figure {
	return figure{panel: panel, what: what, path: path, want: want, args: append([]string{"query"}, args...)}
}

// figures are all of the tour. They are asked after the story, so that a reader who runs a command on
// the network that the demo leaves behind sees the same.
func (d *demo) figures() []figure {
	model, sale := strconv.FormatUint(d.modelID, 10), strconv.FormatUint(d.sale.id, 10)
	collection, first := strconv.FormatUint(d.nft.collection, 10), strconv.FormatUint(d.work[0].id, 10)
	token := []string{"aigc", "token", collection, d.nft.id}
	seed := strconv.FormatUint(picture.Seed, 10)
	run := []string{"model", "run", bundleArg, "--prompt", string(picture.Input), "--seed", seed}
	challenges := fmt.Sprintf("%s/imod/oracle/v1/models/%d/versions/1/challenges", shownREST, d.modelID)
	pixels := fmt.Sprintf("%s/imod/oracle/v1/requests/%d/output", shownREST, d.work[0].id)
	root := fmt.Sprintf("%x", d.nft.root)
	return []figure{
		{panel: "intro", what: "The chain has four validators", url: shownRPC + "/validators", path: ".result.total", want: strconv.Itoa(len(d.Network.Nodes))},
		{panel: "pack", what: "The words that the model knows", args: []string{"model", "inspect", bundleArg}, grep: "prompt:"},
		{panel: "pack", what: "The work of one picture, in the units by which fees are counted", args: []string{"model", "inspect", bundleArg, "--output", "json"}, path: ".work_units"},
		{panel: "pack", what: "A word that it does not know", args: []string{"model", "run", bundleArg, "--prompt", mistyped}, fails: true},
		asked("prove", "The model's status", ".model.status", "MODEL_STATUS_REPRODUCED", "imo", "model", model),
		asked("prove", "The bundle's hash, which covers Ana's address too", ".version.manifest_root", d.bundle.root, "imo", "version", model, "1").perRun(),
		asked("prove", "The same hash stands in the metadata of the token", ".metadata.uri_hash", d.bundle.root, "bank", "denom-metadata", d.denom).perRun(),
		{panel: "prove", what: "How many pictures of the proof nobody could choose; they are on the model's page", url: challenges, path: ".count", want: strconv.Itoa(bundle.Challenges)},
		figure{panel: "prove", what: "The sentence of the first of them", url: challenges, path: ".challenges[0].prompt"}.perRun(),
		asked("sell", "The sale's end", ".offering.status", "OFFERING_STATUS_SUCCEEDED", "imo", "offering", sale),
		asked("sell", "Proceeds, "+imo(d.sale.proceeds)+" IMO", ".offering.proceeds", d.sale.proceeds.String(), "imo", "offering", sale),
		asked("sell", "Chi's tokens, "+imo(d.sale.tokens(d.chi)), ".balance.amount", d.sale.tokens(d.chi).String(), "bank", "balance", "chi", d.denom),
		{panel: "use", what: "The hash of the first picture's pixels, in base64, as the node serves it beside them", url: pixels, path: ".output_root"},
		asked("use", "What the first picture can be trusted for", ".request.trust_class", "TRUST_CLASS_ATTESTED", "oracle", "request", first),
		asked("use", "The block of the question", ".request.created_height", strconv.FormatInt(d.work[0].asked, 10), "oracle", "request", first).perRun(),
		asked("use", "The block of the answer", ".request.final_height", strconv.FormatInt(d.work[0].answer, 10), "oracle", "request", first).perRun(),
		asked("mint", "The hash of the pixels in the token's record", ".token.output_root", root, token...),
		{panel: "mint", what: "The hash of the pixels painted again on this machine", args: append(run, "--output", "json"), path: ".output_root", want: root},
		asked("resell", "The picture's owner", ".token.owner", d.fay.Address.String(), token...).perRun(),
		figure{panel: "resell", what: "Fay's address", args: []string{"keys", "show", "fay", "--address"}, want: d.fay.Address.String()}.perRun(),
		asked("release", "Paid to Ana, "+imo(d.released)+" IMO", ".offering.paid_contributors", d.released.String(), "imo", "offering", sale),
		asked("claim", "Income of the holders, "+imo(d.money.got(pool))+" IMO", ".pools[0].denoms[0].deposited", d.money.got(pool).String(), "revshare", "solvency", d.denom),
		asked("claim", "Paid to the holders, all but the last unit of each", ".pools[0].denoms[0].paid", d.money.paid(pool).String(), "revshare", "solvency", d.denom).perRun(),
		{panel: "audit", what: "Every pool has what it owes", url: shownREST + "/imod/revshare/v1/solvency", path: ".solvent", want: "true"},
	}
}

func (f figure) perRun() figure {
	f.varies = true
	return f
}

// shown is the command as a reader types it.
func (f figure) shown() string {
	var b strings.Builder
	if f.url != "" {
		b.WriteString("curl -s " + f.url)
	} else {
		b.WriteString(shownBinary)
		for _, arg := range f.withFlags(shownHome) {
			b.WriteString(" " + shownArg(arg))
		}
	}
	if f.path != "" {
		b.WriteString(" | jq -r '" + f.path + "'")
	}
	if f.grep != "" {
		b.WriteString(" | grep " + f.grep)
	}
	return b.String()
}

// bundleArg stands for the folder of the packed model, whose name is a hash.
const bundleArg = "{bundle}"

// shownArg quotes an argument for a shell.
func shownArg(arg string) string {
	switch {
	case arg == bundleArg:
		return shownHome + "/models/*"
	case strings.ContainsAny(arg, " '"):
		return strconv.Quote(arg)
	default:
		return arg
	}
}

// withFlags adds what a command needs to find the network in a folder.
func (f figure) withFlags(home string) []string {
	args := append([]string{}, f.args...)
	switch args[0] {
	case "query": // finds the network of the working folder by itself
		args = append(args, "--output", "json")
	case "keys":
		args = append(args, "--home", filepath.Join(home, "node0"))
	}
	return args
}
