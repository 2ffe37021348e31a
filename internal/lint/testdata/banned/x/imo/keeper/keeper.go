package keeper

import (
	"crypto/rand"
	"encoding/json"
	"math/big"
	rnd "math/rand/v2"
	"os"
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

type ctx struct{}

func (ctx) CacheContext() (ctx, func()) { return ctx{}, nil }
func (ctx) Now() int64                  { return 0 }

// NewKeeper may stop a node that is wired wrongly.
func NewKeeper() { panic("wired wrongly") }

func bad(c ctx, raw []byte) {
	_ = time.Now()              // want
	clock := time.Now           // want
	_ = clock                   //
	_ = rnd.Int()               // want
	_, _ = rand.Read(raw)       // want
	_ = os.Getenv("HOME")       // want
	_, _ = c.CacheContext()     // want
	_ = sdk.NewEventManager()   // want
	_ = json.Unmarshal(raw, &c) // want
	go bad(c, raw)              // want
	var x float64               // want
	_ = x
	_ = 1.5                       // want
	_, _ = new(big.Int).Float64() // want
	panic("stop")                 // want
}

func good(c ctx, raw []byte) error {
	_ = c.Now()
	_, err := json.Marshal(raw)
	deadline := 5 * time.Second
	_ = deadline
	return err
}

func mustDecode(raw []byte) {
	if len(raw) == 0 {
		panic("its name says so")
	}
}
