package e2e_test

import (
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/app"
	"github.com/imochain/imod/executor"
	"github.com/imochain/imod/inference/bundle"
	"github.com/imochain/imod/localnet/rpc"
	"github.com/imochain/imod/tests/live"
	"github.com/imochain/imod/testutil/models"
	imotypes "github.com/imochain/imod/x/imo/types"
	"github.com/imochain/imod/x/oracle/dispute"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// disputePorts keep the network of this test away from others.
const disputePorts = 5500

// liveSeat is an account's way to a live node, as the command line has it.
type liveSeat struct {
	*rpc.Client
	key rpc.Key
}

func (s liveSeat) Account() sdk.AccAddress         { return s.key.Address }
func (s liveSeat) Oracle() oracletypes.QueryClient { return oracletypes.NewQueryClient(s.Conn()) }
func (s liveSeat) Registry() imotypes.QueryClient  { return imotypes.NewQueryClient(s.Conn()) }
func (s liveSeat) Send(ctx context.Context, msg sdk.Msg) error {
	_, err := s.SendTx(ctx, s.key, []sdk.Msg{msg})
	return err
}

// otherWeights gives a bundle with other weights whatever is asked for: this is how the test cheats.
type otherWeights struct{ bundle *bundle.Bundle }

func (o otherWeights) Bundle(context.Context, bundle.Hash, []string) (*bundle.Bundle, error) {
	return o.bundle, nil
}

// process is `imod execute` or `imod watch` with a home of its own.
type process struct {
	t    *testing.T
	args []string
	log  string
	cmd  *exec.Cmd
}

func (n disputeNet) process(name string, key rpc.Key) *process {
	n.T.Helper()
	t := n.T.(*testing.T)
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	require.NoError(t, os.WriteFile(file, []byte(hex.EncodeToString(key.Priv.Key)), 0o600))
	node := n.Net.Nodes[0]
	p := &process{t: t, log: filepath.Join(dir, "log"), args: []string{
		name, "--home", dir, "--key-file", file, "--grpc", node.GRPC, "--rpc", node.RPC,
		"--models", n.Net.ModelsDir(), "--local-network", "--poll", "300ms", "--output", "json",
	}}
	p.start()
	t.Cleanup(func() {
		p.kill()
		if raw, err := os.ReadFile(p.log); err == nil && t.Failed() {
			t.Logf("%s %s:\n%s", name, key.Name, raw)
		}
	})
	return p
}

func (p *process) start() {
	p.t.Helper()
	out, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	require.NoError(p.t, err)
	p.cmd = exec.Command(live.Binary(p.t), p.args...)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	require.NoError(p.t, p.cmd.Start())
	require.NoError(p.t, out.Close())
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

type disputeNet struct {
	*live.Network
	bundle, other *bundle.Bundle
}

// TestDisputes: on four validators, a cheating executor that plays every move is caught by `imod watch`, loses its bond,
// the user is paid and `imod execute` makes the right result final; a false challenger loses. Programs of both sides are
// killed in mid-game and started again. The cheats are clients of this test, with other weights.
func TestDisputes(t *testing.T) {
	if os.Getenv("IMOD_DISPUTES") == "" {
		t.Skip("make test-disputes-live runs it")
	}
	n := disputeNet{Network: live.Start(t, live.Options{PortOffset: disputePorts, Beacons: true, Oracle: map[string]any{
		"optimistic": "{job_blocks: 40, window_blocks: 15, clock_blocks: 60, clock_increment: 10, open_blocks: 10, proof_job_blocks: 40, audit_chance_bps: 0, wait_blocks: 400}",
	}})}
	ana := n.Key("ana")
	n.bundle, n.other = models.Tiny(t, ana.Address, 0), models.Tiny(t, ana.Address, 5)
	folder := filepath.Join(n.Net.ModelsDir(), bundle.FolderName(n.bundle.Manifest.Root()))
	require.NoError(t, os.MkdirAll(folder, 0o755))
	require.NoError(t, n.bundle.Write(writer(folder)))

	var honest []*process
	for _, name := range []string{"dev0", "dev1", "dev2", "dev3", "dev4"} {
		n.register(n.Key(name), 30, nil)
		honest = append(honest, n.process("execute", n.Key(name)))
	}
	n.send(ana, &imotypes.MsgRegisterModel{
		Creator: ana.Address.String(), BundleUris: []string{n.ModelsURL()}, Manifest: n.bundle.Manifest.Encode(),
		VerificationClass: imotypes.VERIFICATION_CLASS_OPTIMISTIC,
	})
	n.Eventually(4*time.Minute, "five executors reproduce the model", func() bool {
		res, err := imotypes.NewQueryClient(n.Client.Conn()).Model(t.Context(), &imotypes.QueryModelRequest{Id: 1})
		return err == nil && res.Model.Status == imotypes.MODEL_STATUS_REPRODUCED_BY_EXECUTORS
	})

	cheat := n.Key("dev5")
	n.register(cheat, 9000, []uint64{1}) // nearly always drawn
	id := n.Request(n.Key("bo"), 1, "a red", 3)
	stop := n.lie(executor.Execute, cheat)
	n.Eventually(2*time.Minute, "the cheat asserts", func() bool { return n.Status(id).ClaimId != 0 })
	require.Equal(t, cheat.Address.String(), n.Status(id).Executor)
	claim := n.Status(id).ClaimId
	watcher := n.process("watch", n.Key("dev6"))
	n.Eventually(2*time.Minute, "three moves", func() bool { return n.moves(1) >= 3 })
	watcher.kill()
	stop()
	watcher.start()
	stop = n.lie(executor.Execute, cheat)
	n.Eventually(4*time.Minute, "the claim falls", func() bool {
		res, err := oracletypes.NewQueryClient(n.Client.Conn()).Claim(t.Context(), &oracletypes.QueryClaimRequest{Id: claim})
		return err == nil && res.Claim.Status == oracletypes.ClaimStatus_CLAIM_STATUS_SETTLED
	})
	stop()
	require.Equal(t, oracletypes.DisputeStatus_DISPUTE_STATUS_WON, n.dispute(1).Dispute.Status)
	require.Equal(t, "8990000000000000000000aimo", n.executor(cheat).Bond.String()+app.BaseDenom)
	n.Eventually(4*time.Minute, "another makes it final", func() bool { return n.Final(id) })
	require.Equal(t, oracletypes.TrustClass_TRUST_CLASS_UNDISPUTED, n.Status(id).TrustClass)
	t.Log("the cheat lost its bond, the right result is final")

	watcher.kill()
	liar := n.Key("dev7")
	second := n.Request(n.Key("bo"), 1, "blue on red", 4)
	stop = n.lie(executor.Watch, liar)
	n.Eventually(3*time.Minute, "three moves", func() bool { return n.moves(2) >= 3 })
	for _, p := range honest {
		p.kill()
	}
	stop()
	for _, p := range honest {
		p.start()
	}
	stop = n.lie(executor.Watch, liar)
	n.Eventually(5*time.Minute, "the right result stands", func() bool { return n.Final(second) })
	stop()
	require.Equal(t, oracletypes.DisputeStatus_DISPUTE_STATUS_LOST, n.dispute(2).Dispute.Status)
	require.Equal(t, oracletypes.TrustClass_TRUST_CLASS_UNDISPUTED, n.Status(second).TrustClass)
}

func (n disputeNet) send(from rpc.Key, msg sdk.Msg) {
	n.T.Helper()
	_, err := n.Client.SendTx(n.T.Context(), from, []sdk.Msg{msg})
	require.NoError(n.T, err)
}

func (n disputeNet) register(key rpc.Key, imo int64, held []uint64) {
	n.T.Helper()
	bond := oracletypes.DefaultOptimisticParams().JobBond.QuoRaw(10).MulRaw(imo)
	n.send(key, &oracletypes.MsgRegisterExecutor{
		Executor: key.Address.String(), Capacity: 2, Bond: sdk.NewCoin(app.BaseDenom, bond), Models: held, MaxBundleBytes: 1 << 30,
	})
}

// lie runs a program of this test with other weights until it is stopped.
func (n disputeNet) lie(run func(context.Context, executor.Config, executor.Chain, executor.Models) error, key rpc.Key) (stop func()) {
	ctx, cancel := context.WithCancel(n.T.Context())
	done := make(chan struct{})
	cfg := executor.DefaultConfig()
	cfg.State, cfg.Poll = filepath.Join(n.Net.Home(), key.Name+".json"), 300*time.Millisecond
	cfg.Logger = slog.New(slog.DiscardHandler)
	go func() {
		defer close(done)
		_ = run(ctx, cfg, liveSeat{n.Client, key}, otherWeights{n.other}) // it ends with the context
	}()
	return func() {
		cancel()
		<-done
	}
}

func (n disputeNet) dispute(id uint64) *oracletypes.QueryDisputeResponse {
	res, err := oracletypes.NewQueryClient(n.Client.Conn()).Dispute(n.T.Context(), &oracletypes.QueryDisputeRequest{Id: id})
	if err != nil {
		return &oracletypes.QueryDisputeResponse{}
	}
	return res
}

func (n disputeNet) executor(key rpc.Key) oracletypes.Executor {
	n.T.Helper()
	res, err := oracletypes.NewQueryClient(n.Client.Conn()).Executor(n.T.Context(), &oracletypes.QueryExecutorRequest{Address: key.Address.String()})
	require.NoError(n.T, err)
	return res.Executor
}

// moves is how many moves a game has seen; 0 before it is there.
func (n disputeNet) moves(id uint64) uint32 {
	d := n.dispute(id)
	if len(d.Dispute.Game) == 0 {
		return 0
	}
	game, err := dispute.DecodeGame(d.Dispute.Game)
	require.NoError(n.T, err)
	return game.Moves
}

func writer(folder string) func(string) (io.WriteCloser, error) {
	return func(name string) (io.WriteCloser, error) { return os.Create(filepath.Join(folder, name)) }
}
