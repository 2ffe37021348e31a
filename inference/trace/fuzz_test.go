package trace_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/imochain/imod/inference/kernel"
	"github.com/imochain/imod/inference/kernel/kerneltest"
	"github.com/imochain/imod/inference/step"
)

// proven are honest claims with their proofs: of a sum, a move, a selection, an index.
func proven(t testing.TB) (claims []*step.Claim, proofs [][]byte) {
	t.Helper()
	names := map[string]bool{"dot f32 f32 1": true, "dot i8 u8 3": true, "conv f32 f32 1": true, "avgpool padded 1": true, "gather i64 0 f32": true,
		"where f32 1": true, "argmax f32 0 keep 0": true, "cumsum f32 1": true, "quantize divscale f32 i8 2": true, "pow f32 1": true}
	s := kerneltest.Source(21)
	for _, c := range kerneltest.All() {
		if !names[c.Name] {
			continue
		}
		out, err := kernel.Exec(&c.Node, c.In)
		require.NoError(t, err)
		p := alone(c, out.Decl())
		g := play(t, p, 2)
		e, segment, _ := pick(t, p, 0, &s)
		claim, w := g.claim(t, 1, 0, e, segment)
		b, err := step.Prove(claim, w)
		require.NoError(t, err)
		delete(names, c.Name)
		claims, proofs = append(claims, claim), append(proofs, b)
	}
	require.Empty(t, names)
	return claims, proofs
}

// FuzzVerify: no bytes make Verify panic, and none convict an honest trace (SAFETY 41, 55).
func FuzzVerify(f *testing.F) {
	claims, proofs := proven(f)
	for i := range claims {
		f.Add(uint8(i), claims[i].Node, claims[i].Element, claims[i].Segment, proofs[i])
	}
	f.Fuzz(func(t *testing.T, which uint8, node, element, segment uint64, b []byte) {
		honest := claims[int(which)%len(claims)]
		c := *honest
		c.Node, c.Element, c.Segment = node, element, segment
		agrees, err := step.Verify(&c, b)
		// The running values belong to one element only.
		if err == nil && !agrees && (c.Element == honest.Element || c.States == [32]byte{}) {
			t.Fatalf("convicted an honest trace: %+v", c)
		}
	})
}
