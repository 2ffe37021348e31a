// Package frame stands for upstream's precompile base.
package frame

import "fixture/sdk"

// Base runs actions.
type Base struct{}

// RunNativeAction runs an action.
func (Base) RunNativeAction(action func(sdk.Context) error) error { return action(sdk.Context{}) }
