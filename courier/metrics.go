package courier

import (
	"fmt"
	"math/big"
	"net/http"
	"sync"
	"sync/atomic"
)

// Metrics counts what a courier does. Its zero value is ready for use; it serves the counters in the
// text format of Prometheus.
type Metrics struct {
	ready                                          atomic.Int64
	sent, delivered, refused, failed, held, errors atomic.Uint64
	announced                                      atomic.Uint64

	mu            sync.Mutex
	spent, earned big.Int // aimo
}

func (m *Metrics) spend(amount *big.Int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.spent.Add(&m.spent, amount)
}

func (m *Metrics) earn(amount *big.Int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.earned.Add(&m.earned, amount)
}

// ServeHTTP implements http.Handler.
func (m *Metrics) ServeHTTP(out http.ResponseWriter, _ *http.Request) {
	out.Header().Set("Content-Type", "text/plain; version=0.0.4")
	m.mu.Lock()
	spent, earned := m.spent.String(), m.earned.String()
	m.mu.Unlock()
	for _, line := range []struct {
		name, kind, help string
		value            any
	}{
		{"ready", "gauge", "Callbacks that wait for a courier.", m.ready.Load()},
		{"sent_total", "counter", "Transactions sent.", m.sent.Load()},
		{"delivered_total", "counter", "Callbacks delivered.", m.delivered.Load()},
		{"refused_total", "counter", "Delivered callbacks that their receivers did not take.", m.refused.Load()},
		{"failed_total", "counter", "Transactions that reverted.", m.failed.Load()},
		{"held_total", "counter", "Times that a callback was left for later.", m.held.Load()},
		{"announced_total", "counter", "Tokens whose logs were completed.", m.announced.Load()},
		{"errors_total", "counter", "Rounds that failed.", m.errors.Load()},
		{"spent_aimo_total", "counter", "Fees of transactions.", spent},
		{"earned_aimo_total", "counter", "Gas money and premiums.", earned},
	} {
		_, _ = fmt.Fprintf(out, "# HELP imod_courier_%[1]s %[2]s\n# TYPE imod_courier_%[1]s %[3]s\nimod_courier_%[1]s %[4]v\n", //nolint:errcheck // the reader left
			line.name, line.help, line.kind, line.value)
	}
}
