package keeper

import "cosmossdk.io/collections"

type local struct{}

func (local) Set(int) {}

func sweep(m *collections.Map, l local) error {
	var due []int
	err := m.Walk(func(key, value int) (bool, error) {
		l.Set(key)
		due = append(due, key)
		if value == 0 {
			return true, m.Remove(key) // want
		}
		return false, m.Set(key, 1) // want
	})
	for _, key := range due {
		if err := m.Remove(key); err != nil {
			return err
		}
	}
	return err
}
