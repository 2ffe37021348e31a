package keeper

func (c ctx) EndBlock() {
	_, write := c.CacheContext()
	write()
}
