package courier

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
)

// Config says what a courier may do. Amounts are in aimo.
type Config struct {
	// Poll is how often it looks for ready callbacks; a block time is enough.
	Poll time.Duration
	// Patience is how long it waits for the receipts of what it sent.
	Patience time.Duration
	// MaxGasPrice is the most it pays per gas; nil or zero means no bound of its own.
	MaxGasPrice *big.Int
	// MinProfit is what a delivery must bring over its cost; it may be negative.
	MinProfit *big.Int
	// MinBalance stays on the account.
	MinBalance *big.Int
	// MaxLoss is the most that the deliveries of a day may cost over what they bring.
	MaxLoss *big.Int
	// MaxAnnounce is the most that a day's announcements of logs may cost; zero announces nothing.
	MaxAnnounce *big.Int
	// MaxInFlight bounds the transactions that wait for their receipts.
	MaxInFlight int
	// Logger receives one line for every delivery and every reason not to deliver.
	Logger *slog.Logger
	// Metrics counts what happens; nil counts for nobody.
	Metrics *Metrics
	// Now is the clock; nil means the real one.
	Now func() time.Time
}

// DefaultConfig returns a careful courier.
func DefaultConfig() Config {
	return Config{
		Poll: time.Second, Patience: 15 * time.Second,
		MinProfit: new(big.Int), MinBalance: new(big.Int),
		MaxLoss: new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil), MaxInFlight: 16,
		MaxAnnounce: new(big.Int).Exp(big.NewInt(10), big.NewInt(17), nil),
		Logger:      slog.Default(),
	}
}

func (c *Config) validate() error {
	switch {
	case c.Poll <= 0 || c.Patience <= 0:
		return errors.New("poll and patience must be positive")
	case c.MaxInFlight < 1 || c.MaxInFlight > 256:
		return fmt.Errorf("max in flight is %d, must be 1 to 256", c.MaxInFlight)
	case c.MinProfit == nil || c.MinBalance == nil || c.MaxLoss == nil || c.MaxAnnounce == nil:
		return errors.New("minimum profit, minimum balance, maximum loss and the budget of announcements must be set")
	case c.MinBalance.Sign() < 0 || c.MaxLoss.Sign() < 0 || c.MaxAnnounce.Sign() < 0:
		return errors.New("minimum balance, maximum loss and the budget of announcements must not be negative")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = new(Metrics)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

// ReadKey reads a private key of 64 hex digits from a file that only its owner can read.
func ReadKey(path string) (*ecdsa.PrivateKey, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s can be read by others (%s): run chmod 600 on it", path, info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	key, err := crypto.HexToECDSA(strings.TrimPrefix(strings.TrimSpace(string(raw)), "0x"))
	if err != nil {
		return nil, fmt.Errorf("%s does not hold a private key of 64 hex digits", path) // without its content
	}
	return key, nil
}
