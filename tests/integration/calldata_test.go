package integration_test

import (
	"bytes"
	"maps"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/imochain/imod/app"
)

// bodyOfCalldata runs one calldata against one contract: no panic, no coin forged or lost, and a call
// that fails leaves nothing (SAFETY 41).
func bodyOfCalldata(t require.TestingT, m *matrix, contract string, value *big.Int, data []byte) {
	to := m.at[contract]
	e := m.apply(t, message{from: m.bo, to: &to, value: value, data: data, gas: matrixGas})
	if !e.ok {
		require.Equal(t, e.before, e.after, "%s %x", e.reason, data)
		require.Zero(t, e.logs)
		return
	}
	m.requireSound(t, e.ctx)
}

// filledMatrix has something behind every method.
func filledMatrix(t *testing.T) *matrix {
	t.Helper()
	m := newMatrix(t)
	m.sell()
	m.fillContent()
	return m
}

// calldata draws the calldata of a method: honest values, or words of all bits, then perhaps a word
// changed, bytes cut or added.
func calldata(t *rapid.T, m *matrix, method abi.Method) []byte {
	data := slices.Clone(method.ID)
	for range rapid.IntRange(0, 12).Draw(t, "words") {
		data = append(data, word(t, m)...)
	}
	if rapid.Bool().Draw(t, "packed") {
		args := make([]any, 0, len(method.Inputs))
		for _, input := range method.Inputs {
			args = append(args, argument(t, m, input.Type))
		}
		packed, err := method.Inputs.Pack(args...)
		require.NoError(t, err)
		data = append(slices.Clone(method.ID), packed...)
	}
	if len(data) >= 36 && rapid.Bool().Draw(t, "spoilt") {
		at := 4 + 32*rapid.IntRange(0, (len(data)-4)/32-1).Draw(t, "at")
		copy(data[at:], word(t, m))
	}
	switch rapid.IntRange(0, 5).Draw(t, "length") {
	case 0:
		data = data[:rapid.IntRange(0, len(data)).Draw(t, "cut")]
	case 1:
		data = append(data, rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "tail")...)
	}
	return data
}

// word is 32 bytes that decoders may stumble over.
func word(t *rapid.T, m *matrix) []byte {
	switch rapid.IntRange(0, 6).Draw(t, "word") {
	case 0:
		return rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "bits")
	case 1:
		return bytes.Repeat([]byte{0xff}, 32)
	case 2: // an offset or a length near a power of two
		n := new(big.Int).Lsh(big.NewInt(1), uint(rapid.IntRange(0, 255).Draw(t, "power")))
		n.Add(n, big.NewInt(int64(rapid.IntRange(-33, 33).Draw(t, "near"))))
		return common.LeftPadBytes(n.Abs(n).Bytes(), 32)[:32]
	case 3:
		return common.LeftPadBytes(account(t, m).Bytes(), 32)
	default:
		return common.LeftPadBytes(big.NewInt(int64(rapid.IntRange(0, 320).Draw(t, "small"))).Bytes(), 32)
	}
}

func account(t *rapid.T, m *matrix) common.Address {
	named := []common.Address{{}, m.ana.EVM(), m.bo.EVM(), m.eve.EVM(), m.at["token"], m.at["collection"], oracleAddress, offeringsAddress, {19: 1}}
	return rapid.SampledFrom(named).Draw(t, "account")
}

// argument draws a value of an ABI type that our interfaces use.
func argument(t *rapid.T, m *matrix, kind abi.Type) any {
	small := func() uint64 { return rapid.Uint64Range(0, 4).Draw(t, "n") }
	switch kind.T {
	case abi.AddressTy:
		return account(t, m)
	case abi.BoolTy:
		return rapid.Bool().Draw(t, "bool")
	case abi.BytesTy:
		return rapid.OneOf(
			rapid.SampledFrom([][]byte{nil, []byte("a red on blue"), m.promptOf(21), m.promptOf(99)}), rapid.SliceOfN(rapid.Byte(), 0, 200),
		).Draw(t, "bytes")
	case abi.FixedBytesTy:
		if kind.Size == 4 {
			return [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "bytes4"))
		}
		return [32]byte(word(t, m))
	case abi.StringTy:
		return rapid.SampledFrom([]string{app.BaseDenom, m.denom, "", "x", "ibc/00"}).Draw(t, "string")
	case abi.SliceTy:
		if kind.Elem.T == abi.FixedBytesTy {
			return [][32]byte{[32]byte(word(t, m))}
		}
		return []*big.Int{big.NewInt(0), new(big.Int).SetUint64(small())}
	case abi.UintTy:
		switch kind.Size {
		case 8:
			return uint8(small())
		case 32:
			return uint32(small())
		case 64:
			return rapid.SampledFrom([]uint64{0, 1, 21_000, 100_000, 1 << 63, 1<<64 - 1}).Draw(t, "uint64")
		default:
			return rapid.OneOf(
				rapid.Just(new(big.Int).SetUint64(small())), rapid.Just(imo(1).BigInt()), rapid.Just(m.nft(21)), rapid.Just(m.nft(22)),
				rapid.Just(new(big.Int).SetBytes(word(t, m))),
			).Draw(t, "uint256")
		}
	default:
		t.Fatalf("no values for %s: a new type in our interfaces", kind)
		return nil
	}
}

// TestPrecompileCalldata: random calls of every method of every contract, of foreign selectors too.
func TestPrecompileCalldata(t *testing.T) {
	m := filledMatrix(t)
	for _, contract := range slices.Sorted(maps.Keys(m.at)) {
		methods := abiOf(t, contract).Methods
		names := slices.Sorted(maps.Keys(methods))
		t.Run(contract, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				method := methods[rapid.SampledFrom(names).Draw(t, "method")]
				if rapid.IntRange(0, 19).Draw(t, "foreign") == 0 {
					method.ID = rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "selector")
				}
				value := rapid.SampledFrom([]*big.Int{new(big.Int), big.NewInt(1), imo(5).BigInt()}).Draw(t, "value")
				bodyOfCalldata(t, m, contract, value, calldata(t, m, method))
			})
		})
	}
}

// FuzzPrecompileCalldata is the same body for Go's fuzzing; its seeds run with the tests.
func FuzzPrecompileCalldata(f *testing.F) {
	for _, contract := range []string{"collection", "offerings", "oracle", "token"} {
		for _, method := range abiOf(f, contract).Methods {
			f.Add(contract, int64(0), method.ID)
			f.Add(contract, int64(1), append(slices.Clone(method.ID), bytes.Repeat([]byte{0xff}, 320)...))
			f.Add(contract, int64(0), append(slices.Clone(method.ID), make([]byte, 320)...))
		}
	}
	m := newMatrix(f)
	m.sell()
	f.Fuzz(func(t *testing.T, contract string, value int64, data []byte) {
		if m.T = t; m.at[contract] == (common.Address{}) || value < 0 {
			t.Skip("the fuzzer made up a contract or a negative value: no call has those")
		}
		bodyOfCalldata(t, m, contract, big.NewInt(value), data)
	})
}
