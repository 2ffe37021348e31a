package courier_test

import (
	"context"
	"errors"
	"log/slog"
	"math/big"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	ethtypes "github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/stretchr/testify/require"

	"cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/imochain/imod/courier"
	oracletypes "github.com/imochain/imod/x/oracle/types"
)

// works is the contract of a collection.
var works = common.HexToAddress("0x2518e038b9776057bba6df4f0000000000000001")

var me = common.HexToAddress("0x1111111111111111111111111111111111111111")

// fake is a chain in memory: a second is a block, a delivery is in the next one.
type fake struct {
	mu        sync.Mutex
	callbacks map[uint64]oracletypes.QueryCallbackResponse
	turns     map[uint64]func(elapsed time.Duration) (courier string, premium int64)
	start     time.Time
	price     int64
	balance   *big.Int
	gas       uint64
	nonce     uint64
	receipts  map[common.Hash]*ethtypes.Receipt
	outputs   map[uint64][]byte
	revert    bool // what is sent reverts in the block
	silent    bool // no receipt ever comes
	down      bool
	sent      []uint64 // nonces
	data      [][]byte
	// unlogged are tokens that wait to be announced, announced how many each transaction told of.
	unlogged  []*big.Int
	announced []int
}

func newFake() *fake {
	return &fake{
		callbacks: map[uint64]oracletypes.QueryCallbackResponse{}, turns: map[uint64]func(time.Duration) (string, int64){},
		receipts: map[common.Hash]*ethtypes.Receipt{}, outputs: map[uint64][]byte{},
		start: time.Now(), price: 10, balance: big.NewInt(1_000_000_000), gas: 300_000,
	}
}

func (f *fake) add(id uint64, premium int64) {
	f.outputs[id] = []byte{byte(id)}
	f.callbacks[id] = oracletypes.QueryCallbackResponse{
		Callback: oracletypes.Callback{RequestId: id, Count: 1, Contract: "contract", PaidGas: 500_000, Status: oracletypes.CallbackStatus_CALLBACK_STATUS_READY},
		Premium:  sdk.NewInt64Coin("aimo", premium), GasPrice: sdk.NewCoin("aimo", math.NewInt(10)),
	}
}

func (f *fake) Account() common.Address { return me }

func (f *fake) Ready(context.Context, int) (out []oracletypes.QueryCallbackResponse, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return nil, errors.New("node is away")
	}
	for id := uint64(0); id < 100; id++ {
		cb, ok := f.callbacks[id]
		if !ok {
			continue
		}
		if turn, ok := f.turns[id]; ok {
			name, premium := turn(time.Since(f.start))
			cb.Courier, cb.Premium = name, sdk.NewInt64Coin("aimo", premium)
		}
		out = append(out, cb)
	}
	return out, nil
}

func (f *fake) Output(_ context.Context, id uint64) ([]byte, error) {
	output, ok := f.outputs[id]
	if !ok {
		return nil, errors.New("no sidecar has it")
	}
	return output, nil
}

func (f *fake) GasPrice(context.Context) (*big.Int, error) { return big.NewInt(f.price), nil }
func (f *fake) Balance(context.Context) (*big.Int, error)  { return f.balance, nil }
func (f *fake) Nonce(context.Context) (uint64, error)      { return f.nonce, nil }
func (f *fake) Estimate(context.Context, common.Address, []byte, *big.Int) (uint64, error) {
	return f.gas, nil
}

func (f *fake) Unlogged(context.Context) (common.Address, []*big.Int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return works, f.unlogged[:min(len(f.unlogged), courier.MaxAnnounced)], nil
}

func (f *fake) Send(_ context.Context, nonce uint64, to common.Address, data []byte, _ uint64, price *big.Int) (common.Hash, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if to == works {
		f.announced, f.nonce = append(f.announced, len(data)/32-2), f.nonce+1
		f.unlogged = f.unlogged[min(len(f.unlogged), courier.MaxAnnounced):]
		hash := crypto.Keccak256Hash(data, big.NewInt(int64(nonce)).Bytes())
		f.receipts[hash] = &ethtypes.Receipt{Status: ethtypes.ReceiptStatusSuccessful, GasUsed: f.gas, EffectiveGasPrice: price}
		return hash, nil
	}
	f.sent, f.data, f.nonce = append(f.sent, nonce), append(f.data, data), f.nonce+1
	hash := crypto.Keccak256Hash(data, big.NewInt(int64(len(f.sent))).Bytes())
	id := new(big.Int).SetBytes(data[4:36]).Uint64()
	receipt := &ethtypes.Receipt{Status: ethtypes.ReceiptStatusFailed, GasUsed: f.gas, EffectiveGasPrice: price}
	if !f.revert {
		cb, _ := f.callbacks[id]
		delete(f.callbacks, id)
		paid := cb.Premium.Amount.BigInt()
		paid.Add(paid, new(big.Int).Mul(big.NewInt(int64(f.gas)), price))
		receipt.Status, receipt.Logs = ethtypes.ReceiptStatusSuccessful, []*ethtypes.Log{delivered(id, paid)}
	}
	if !f.silent {
		f.receipts[hash] = receipt
	}
	return hash, nil
}

func (f *fake) Receipt(_ context.Context, hash common.Hash) (*ethtypes.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.receipts[hash], nil
}

// delivered is the log of a delivery, encoded from the contract's own interface.
func delivered(id uint64, paid *big.Int) *ethtypes.Log {
	file, err := os.Open(filepath.Join("..", "precompiles", "oracle", "abi.json"))
	if err != nil {
		panic(err)
	}
	defer file.Close()
	api, err := abi.JSON(file)
	if err != nil {
		panic(err)
	}
	event := api.Events["CallbackDelivered"]
	data, err := event.Inputs.NonIndexed().Pack(me, true, big.NewInt(1), paid)
	if err != nil {
		panic(err)
	}
	return &ethtypes.Log{Address: courier.Oracle, Topics: []common.Hash{event.ID, common.BigToHash(new(big.Int).SetUint64(id)), {}}, Data: data}
}

// run lets a courier work for a while of fake time.
func run(t *testing.T, f *fake, d time.Duration, edit func(*courier.Config)) *courier.Metrics {
	t.Helper()
	metrics := new(courier.Metrics)
	cfg := courier.DefaultConfig()
	cfg.Logger, cfg.Metrics, cfg.Now = slog.New(slog.DiscardHandler), metrics, time.Now
	if edit != nil {
		edit(&cfg)
	}
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	require.NoError(t, courier.Run(ctx, cfg, f))
	return metrics
}

func shows(t *testing.T, m *courier.Metrics, line string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	m.ServeHTTP(recorder, nil)
	require.Contains(t, recorder.Body.String(), "\nimod_courier_"+line+"\n")
}

func TestDelivers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		for id := range uint64(20) {
			f.add(id, 1000)
		}
		batch := f.callbacks[3]
		batch.Callback.Count = 2
		f.callbacks[3] = batch
		expired := f.callbacks[7]
		expired.Callback.Expired = true
		f.callbacks[7] = expired
		delete(f.outputs, 7)
		m := run(t, f, 30*time.Second, nil)
		require.Empty(t, f.callbacks)
		shows(t, m, "delivered_total 20")
		shows(t, m, "earned_aimo_total 60020000")
		shows(t, m, "spent_aimo_total 60000000")
		for i, nonce := range f.sent {
			require.Equal(t, uint64(i), nonce)
		}
		require.Equal(t, "157305fe", common.Bytes2Hex(f.data[0][:4]))
	})
}

func TestWaitsForItsTurnAndForThePremium(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.price = 11 // above what is prepaid: at first a delivery costs more than it brings
		f.add(1, 0)
		f.turns[1] = func(elapsed time.Duration) (string, int64) {
			turn := int64(elapsed / (3 * time.Second))
			if turn%2 == 0 {
				return "imo1somebodyelse", 50_000 * (turn + 1)
			}
			return sdk.AccAddress(me.Bytes()).String(), 50_000 * (turn + 1)
		}
		m := run(t, f, 14*time.Second, nil)
		shows(t, m, "sent_total 0") // 10 x 300,000 + 250,000 < 11 x 300,000
		m = run(t, f, 20*time.Second, nil)
		shows(t, m, "delivered_total 1")
	})
}

func TestBounds(t *testing.T) {
	for name, tc := range map[string]struct {
		fake func(*fake)
		edit func(*courier.Config)
		line string
	}{
		"price":        {nil, func(c *courier.Config) { c.MaxGasPrice = big.NewInt(9) }, "sent_total 0"},
		"profit":       {nil, func(c *courier.Config) { c.MinProfit = big.NewInt(1001) }, "sent_total 0"},
		"balance":      {nil, func(c *courier.Config) { c.MinBalance = big.NewInt(999_999_999) }, "sent_total 0"},
		"no output":    {func(f *fake) { f.outputs = nil }, nil, "sent_total 0"},
		"node is away": {func(f *fake) { f.down = true }, nil, "sent_total 0"},
		// Each failure costs 3,000,000: after the second one the day is over.
		"loss": {func(f *fake) { f.revert = true }, func(c *courier.Config) { c.MaxLoss = big.NewInt(6_000_000) }, "sent_total 2"},
		// Pauses of 3, 6, 12, 24, 48, ... seconds: in 100 seconds it tries six times.
		"back-off": {func(f *fake) { f.revert = true }, nil, "sent_total 6"},
		"silence":  {func(f *fake) { f.silent = true }, nil, "sent_total 1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.add(1, 1000)
				if tc.fake != nil {
					tc.fake(f)
				}
				shows(t, run(t, f, 100*time.Second, tc.edit), tc.line)
			})
		})
	}
}

func TestLossIsForgivenTheNextDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.add(1, 1000)
		f.revert = true
		m := run(t, f, 49*time.Hour, func(c *courier.Config) { c.MaxLoss = big.NewInt(3_000_000) })
		shows(t, m, "sent_total 3")
	})
}

// TestAnnounces: tokens are told of a hundred at a time, beside deliveries, until the day's budget is used up.
func TestAnnounces(t *testing.T) {
	for name, tc := range map[string]struct {
		edit func(*courier.Config)
		want []int
		line string
	}{
		"all":           {nil, []int{100, 100, 50}, "announced_total 250"},
		"a budget":      {func(c *courier.Config) { c.MaxAnnounce = big.NewInt(6_500_000) }, []int{100, 100}, "announced_total 200"},
		"none":          {func(c *courier.Config) { c.MaxAnnounce = new(big.Int) }, nil, "announced_total 0"},
		"too dear":      {func(c *courier.Config) { c.MaxGasPrice = big.NewInt(9) }, nil, "announced_total 0"},
		"nothing spare": {func(c *courier.Config) { c.MinBalance = big.NewInt(999_999_999) }, nil, "announced_total 0"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.add(1, 1000)
				for id := range int64(250) {
					f.unlogged = append(f.unlogged, big.NewInt(id))
				}
				m := run(t, f, time.Minute, tc.edit)
				shows(t, m, tc.line)
				require.Equal(t, tc.want, f.announced)
			})
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	for name, edit := range map[string]func(*courier.Config){
		"poll":      func(c *courier.Config) { c.Poll = 0 },
		"in flight": func(c *courier.Config) { c.MaxInFlight = 0 },
		"loss":      func(c *courier.Config) { c.MaxLoss = nil },
		"balance":   func(c *courier.Config) { c.MinBalance = big.NewInt(-1) },
		"announce":  func(c *courier.Config) { c.MaxAnnounce = nil },
	} {
		cfg := courier.DefaultConfig()
		edit(&cfg)
		require.Error(t, courier.Run(t.Context(), cfg, newFake()), name)
	}
}

func TestReadKey(t *testing.T) {
	key, err := crypto.GenerateKey()
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "key")
	text := common.Bytes2Hex(crypto.FromECDSA(key))
	require.NoError(t, os.WriteFile(path, []byte("0x"+text+"\n"), 0o600))
	read, err := courier.ReadKey(path)
	require.NoError(t, err)
	require.True(t, key.Equal(read))
	require.NoError(t, os.Chmod(path, 0o644))
	_, err = courier.ReadKey(path)
	require.ErrorContains(t, err, "chmod 600")
	require.NoError(t, os.WriteFile(path, []byte(text[1:]), 0o600))
	require.NoError(t, os.Chmod(path, 0o600))
	_, err = courier.ReadKey(path)
	require.Error(t, err)
	require.NotContains(t, err.Error(), text[1:], "the key is not shown")
}
