package demo

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
)

// table gathers what the demo shows at the end.
type table struct {
	money  [][3]string
	checks []check
}

// check is one figure that must be right.
type check struct {
	what, got, want string
	ok              bool
}

// pay records who paid whom how much.
func (t *table) pay(from, to, amount string) { t.money = append(t.money, [3]string{from, to, amount}) }

// equal records a figure and what it must be.
func (t *table) equal(what string, got, want any) {
	g, w := fmt.Sprint(got), fmt.Sprint(want)
	t.checks = append(t.checks, check{what, g, w, g == w})
}

// holds records a statement about a figure.
func (t *table) holds(what, figure string, ok bool) {
	t.checks = append(t.checks, check{what, figure, "holds", ok})
}

func (t *table) print(out io.Writer) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nwho paid\twho got\tamount")
	for _, row := range t.money {
		fmt.Fprintf(w, "%s\t%s\t%s\n", row[0], row[1], row[2])
	}
	fmt.Fprintln(w, "\nfigure\tseen\tright")
	for _, c := range t.checks {
		mark := "yes"
		if !c.ok {
			mark = "NO, want " + c.want
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", c.what, c.got, mark)
	}
	_ = w.Flush() // out is a terminal or a buffer
}

// err names the figures that are off.
func (t *table) err() error {
	var errs []error
	for _, c := range t.checks {
		if !c.ok {
			errs = append(errs, fmt.Errorf("%s is %s, want %s", c.what, c.got, c.want))
		}
	}
	return errors.Join(errs...)
}
