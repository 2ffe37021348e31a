package demo

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
)

// checks are the figures that must be right.
type checks []check

type check struct {
	what, got, want string
	ok              bool
}

// equal records a figure and what it must be.
func (c *checks) equal(what string, got, want any) {
	g, w := fmt.Sprint(got), fmt.Sprint(want)
	*c = append(*c, check{what, g, w, g == w})
}

// holds records a statement about a figure.
func (c *checks) holds(what, figure string, ok bool) {
	*c = append(*c, check{what, figure, "something for which that holds", ok})
}

// err names the figures that are off.
func (c *checks) err() error {
	var errs []error
	for _, c := range *c {
		if !c.ok {
			errs = append(errs, fmt.Errorf("%s is %s, want %s", c.what, c.got, c.want))
		}
	}
	return errors.Join(errs...)
}

// summary prints the tables and the addresses.
func (d *demo) summary() error {
	w := tabwriter.NewWriter(d.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nfigure\tseen\tright")
	for _, c := range d.checks {
		mark := "yes"
		if !c.ok {
			mark = "NO, want " + c.want
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.what, c.got, mark)
	}
	d.printMoney(w)
	fmt.Fprintln(w, "\nwho\taddress\tthe same in Ethereum's form")
	for _, p := range d.all() {
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.name, p.Address, p.Eth())
	}
	for _, c := range d.contracts() {
		fmt.Fprintf(w, "%s\t\t%s\n", c.name, c.address)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	node := d.Network.Nodes[0]
	fmt.Fprintln(d.Out, "\nthe network stays up; look at what happened:")
	for _, url := range d.pages() {
		fmt.Fprintln(d.Out, "  "+url)
	}
	_, err := fmt.Fprintf(d.Out, "or ask it: RPC %s, REST %s (OpenAPI at /swagger/), JSON-RPC %s, faucet %s\n",
		node.RPC, node.REST, node.JSONRPC, d.Network.Faucet.URL)
	return err
}

// printMoney is the money table: rows, then who got and paid how much in all.
func (d *demo) printMoney(out io.Writer) {
	fmt.Fprintln(out, "\nwho paid\twho got\tIMO\twhat for")
	for _, p := range d.money.payments {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", p.from, p.to, imo(p.amount), p.what)
	}
	fmt.Fprintln(out, "\nin all, IMO\tgot\tpaid\tdifference")
	for _, name := range d.parties() {
		got, paid := d.money.got(name), d.money.paid(name)
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", name, imo(got), imo(paid), imo(got.Sub(paid)))
	}
	got, paid := d.totals()
	fmt.Fprintf(out, "sum\t%s\t%s\t%s\n", imo(got), imo(paid), imo(got.Sub(paid)))
	fmt.Fprint(out, "fees of transactions, apart:")
	for _, p := range d.all() {
		fmt.Fprintf(out, " %s %s", p.name, imo(p.fees))
	}
	fmt.Fprintln(out)
}
