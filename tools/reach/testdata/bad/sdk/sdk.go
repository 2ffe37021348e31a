// Package sdk stands for the SDK: a context that can be branched.
package sdk

// Context is the state.
type Context struct{ events *EventManager }

// EventManager collects events.
type EventManager struct{}

// CacheContext branches.
func (c Context) CacheContext() (Context, func()) { return c, func() {} }

// WithEventManager replaces the events.
func (c Context) WithEventManager(m *EventManager) Context { c.events = m; return c }

// Bank is a module below.
type Bank interface{ Send(Context) error }

// EVM is the EVM's keeper.
type EVM interface{ CallEVM(Context) error }
