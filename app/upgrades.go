package app

// addUpgrades registers the handlers of coordinated upgrades. There is none before the first
// release.
func (app *App) addUpgrades() {}
