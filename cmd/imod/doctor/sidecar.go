package doctor

import (
	"context"
	"encoding/hex"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	oraclenode "github.com/imochain/imod/x/oracle/node"
	"github.com/imochain/imod/x/oracle/node/link"
	"github.com/imochain/imod/x/oracle/types"
)

// renewBefore is when a certificate should be renewed at the latest.
const renewBefore = 14 * 24 * time.Hour

// sidecar checks the sidecar and the way to it.
func (e *examination) sidecar() {
	cfg := e.in.Sidecar
	if cfg == nil {
		e.add(Skip, "sidecar", "", "this node uses none and attests nothing")
		return
	}
	if cfg.TLS.Set() {
		e.certificate(cfg.TLS)
	}
	client, err := oraclenode.New(*cfg)
	if err != nil {
		e.add(Fail, "sidecar", "see docs/guides/sidecar.md", "%v", err)
		return
	}
	defer client.Close() //nolint:errcheck // only asked
	ctx, cancel := context.WithTimeout(e.ctx, askTime)
	defer cancel()
	s, err := client.Status(ctx)
	if err != nil {
		e.add(Fail, "sidecar", "is it running? see its log", "%v", link.Explain(err, !cfg.TLS.Set()))
		return
	}
	e.add(OK, "sidecar", "", "%s: %d waiting, %d running, %d declined, %d failed", cfg.Address, s.Queued, s.Running, s.Declined, s.Failed)
	level := OK
	if s.Version != e.in.Version {
		level = Fail
	}
	e.add(level, "versions", "run the same release at both ends: results of one are not used by another", "node %q, sidecar %q", e.in.Version, s.Version)
	level = OK
	if !s.SelfTest {
		level = Fail
	}
	e.add(level, "self-test", "this machine computes wrongly or its worker does not start: see the sidecar's log", "passed: %t", s.SelfTest)
	level = OK
	if !s.Confinement.GetFull() {
		level = Warn
	}
	e.add(level, "confinement", "use a kernel with Landlock (5.13) and seccomp", "landlock %d, calls filtered: %t, memory limit %d MiB",
		s.Confinement.GetLandlock(), s.Confinement.GetCalls(), s.Confinement.GetMemory()>>20)
	level = OK
	if s.PinnedMissing > 0 {
		level = Warn
	}
	e.add(level, "models", "the bundles of models with a live token are being fetched, or cannot be: see last_errors of the sidecar's status",
		"%d bundles held, %d to be kept, %d of these missing", s.Models, s.Pinned, s.PinnedMissing)
	level = OK
	if s.CacheLimit > 0 && s.CacheBytes > s.CacheLimit/10*9 {
		level = Warn
	}
	e.add(level, "cache", "raise max-store: a bundle that finds no room is not run", "%d of %d MiB", s.CacheBytes>>20, s.CacheLimit>>20)
	if len(s.LastErrors) > 0 {
		last := s.LastErrors[0]
		e.add(Warn, "last error", "", "%s, %s: %s", last.Time, last.What, last.Error)
	}
}

func (e *examination) certificate(files link.Files) {
	expires, err := files.Expires()
	left := expires.Sub(e.in.Now())
	const advice = "imod sidecar certs"
	switch {
	case err != nil:
		e.add(Fail, "certificate", advice, "%v", err)
	case left <= 0:
		e.add(Fail, "certificate", advice, "expired on %s", expires.UTC().Format(time.RFC3339))
	case left < renewBefore:
		e.add(Warn, "certificate", advice, "expires on %s", expires.UTC().Format(time.RFC3339))
	default:
		e.add(OK, "certificate", "", "good until %s", expires.UTC().Format(time.RFC3339))
	}
}

// chain asks the chain about this validator: its hash chain and its answers.
func (e *examination) chain() {
	if len(e.in.Validator) == 0 || e.in.GRPC == "" {
		e.add(Skip, "chain", "", "no validator's key, or gRPC is off")
		return
	}
	conn, err := grpc.NewClient("passthrough:///"+e.in.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		e.add(Fail, "chain", "", "%v", err)
		return
	}
	defer conn.Close() //nolint:errcheck // only asked
	query := types.NewQueryClient(conn)
	address := "0x" + hex.EncodeToString(e.in.Validator)
	ctx, cancel := context.WithTimeout(e.ctx, askTime)
	defer cancel()
	const register = "imod tx oracle set-beacon $(imod beacon) --from operator"
	chain, err := query.BeaconChain(ctx, &types.QueryBeaconChainRequest{Address: address})
	switch {
	case status.Code(err) == codes.NotFound:
		e.add(Warn, "beacon", register, "no hash chain is registered for this validator")
	case err != nil:
		e.add(Fail, "beacon", "", "%v", err)
		return
	case e.in.Beacon == nil:
		e.add(Fail, "beacon", "bring back config/beacon_secret, or make a new one with `imod beacon --new` and register it", "a hash chain is registered, and this node has no secret")
	case len(chain.Chain.Tip) != 32 || !e.in.Beacon([32]byte(chain.Chain.Tip)):
		e.add(Fail, "beacon", register, "the registered hash chain is not this node's, or is used up")
	default:
		e.add(OK, "beacon", "", "%d revealed, %d missed", chain.Chain.Revealed, chain.Chain.Missed)
	}
	p, err := query.Performance(ctx, &types.QueryPerformanceRequest{Address: address})
	switch {
	case status.Code(err) == codes.NotFound:
		e.add(Skip, "answers", "", "nothing was decided since this validator is in the set")
	case err != nil:
		e.add(Fail, "answers", "", "%v", err)
	default:
		now, before := p.Validator.Current, p.Validator.Previous
		level := OK
		if p.NoOracle || now.Differing+before.Differing+now.Equivocated+before.Equivocated > 0 {
			level = Warn
		}
		e.add(level, "answers", "differing answers mean another machine, another build or a fault: report them",
			"%d matched, %d missed, %d differed, %d equivocated, %d declined in two windows", now.Made+before.Made, now.Missed+before.Missed,
			now.Differing+before.Differing, now.Equivocated+before.Equivocated, now.Declined+before.Declined)
	}
}
