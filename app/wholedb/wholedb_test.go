package wholedb_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	dbm "github.com/cosmos/cosmos-db"

	"cosmossdk.io/log/v2"

	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/imochain/imod/app/wholedb"
)

// TestKilledBetweenWrites kills a node at each write of a block that changes half a megabyte, starts it again on what was written and
// runs the block once more.
func TestKilledBetweenWrites(t *testing.T) {
	require.Empty(t, lost(t, wholedb.Wrap))
}

// TestUpstreamLosesVersions says when the wrapper is not needed any more.
func TestUpstreamLosesVersions(t *testing.T) {
	require.NotEmpty(t, lost(t, func(db dbm.DB) dbm.DB { return db }), "IAVL survives a kill between two writes now: drop this package")
}

// lost returns the numbers of writes after which a killed node could not go on.
func lost(t *testing.T, wrap func(dbm.DB) dbm.DB) (out []int) {
	t.Helper()
	before := dbm.NewMemDB()
	s := open(t, wrap(before))
	s.fill(1, 10)
	s.store.Commit()
	want, err := open(t, wrap(clone(t, before))).block()
	require.NoError(t, err)
	for writes := 0; ; writes++ {
		disk := clone(t, before)
		killed := &mortal{DB: disk, left: writes}
		_, _ = open(t, wrap(killed)).block() // what it says after its death does not matter
		survived := killed.left >= 0

		again := open(t, wrap(disk))
		got := again.store.LastCommitID()
		if got.Version == 1 {
			var err error
			if got, err = again.block(); err != nil {
				out = append(out, writes)
				continue
			}
		}
		require.Equal(t, want, got, "after %d writes", writes)
		if survived {
			require.Positive(t, writes)
			return out
		}
	}
}

// node is a store with two trees.
type node struct {
	store *rootmulti.Store
	keys  []storetypes.StoreKey
}

func open(t *testing.T, db dbm.DB) *node {
	t.Helper()
	n := &node{store: rootmulti.NewStore(db, log.NewNopLogger())}
	for _, name := range []string{"a", "b"} {
		key := storetypes.NewKVStoreKey(name)
		n.keys = append(n.keys, key)
		n.store.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	}
	require.NoError(t, n.store.LoadLatestVersion())
	return n
}

func (n *node) fill(version byte, count int) {
	for _, key := range n.keys {
		store := n.store.GetKVStore(key)
		for i := range count {
			store.Set(fmt.Appendf(nil, "key %d", i), bytes.Repeat([]byte{version, byte(i)}, 256))
		}
	}
}

// block runs and commits the second block; a store that panics is a node that ends.
func (n *node) block() (id storetypes.CommitID, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	n.fill(2, 500)
	return n.store.Commit(), nil
}

// mortal is the disk of a process that is killed after some writes: later ones do not reach it.
type mortal struct {
	dbm.DB
	left int
}

func (m *mortal) alive() bool {
	m.left--
	return m.left >= 0
}

func (m *mortal) NewBatch() dbm.Batch { return &mortalBatch{Batch: m.DB.NewBatch(), m: m} }

func (m *mortal) NewBatchWithSize(size int) dbm.Batch {
	return &mortalBatch{Batch: m.DB.NewBatchWithSize(size), m: m}
}

type mortalBatch struct {
	dbm.Batch
	m *mortal
}

func (b *mortalBatch) Write() error {
	if !b.m.alive() {
		return nil
	}
	return b.Batch.Write()
}

func (b *mortalBatch) WriteSync() error {
	if !b.m.alive() {
		return nil
	}
	return b.Batch.WriteSync()
}

func clone(t *testing.T, db dbm.DB) dbm.DB {
	t.Helper()
	out := dbm.NewMemDB()
	all, err := db.Iterator(nil, nil)
	require.NoError(t, err)
	defer all.Close() //nolint:errcheck // in memory
	for ; all.Valid(); all.Next() {
		require.NoError(t, out.Set(bytes.Clone(all.Key()), bytes.Clone(all.Value())))
	}
	return out
}
