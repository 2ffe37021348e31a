package executor

import (
	"errors"
	"log/slog"
	"time"

	"cosmossdk.io/math"
)

// Config says what a program may do.
type Config struct {
	// State is the file in which the program keeps what a restart needs.
	State string
	// Poll is how often it looks at the chain; a block time is enough.
	Poll time.Duration
	// Once ends the program after one round, with the round's error.
	Once bool
	// MaxBond is the most that a watcher puts into one game, in aimo.
	MaxBond math.Int
	// MaxGames bounds the games that a watcher opens and plays at once.
	MaxGames int
	// Models are the only models that a watcher looks at; none means all.
	Models []uint64
	// Logger receives one line for everything that is done or fails.
	Logger *slog.Logger
	// Metrics counts what happens; nil counts for nobody.
	Metrics *Metrics
}

// DefaultConfig returns a careful program.
func DefaultConfig() Config {
	return Config{Poll: time.Second, MaxBond: math.NewIntWithDecimal(10, 18), MaxGames: 16, Logger: slog.Default()}
}

func (c *Config) validate() error {
	switch {
	case c.State == "":
		return errors.New("a file for the state must be named")
	case c.Poll <= 0:
		return errors.New("poll must be positive")
	case c.MaxGames < 1 || c.MaxBond.IsNil() || c.MaxBond.IsNegative():
		return errors.New("at least one game, and a bond that is not negative")
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Metrics == nil {
		c.Metrics = new(Metrics)
	}
	return nil
}
