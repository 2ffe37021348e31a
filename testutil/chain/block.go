package chain

import (
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// Block gathers the transactions of one block and counts each account's sequence as it goes.
type Block struct {
	c     *Chain
	ahead map[string]uint64
	Txs   [][]byte
}

// NewBlock returns an empty block.
func (c *Chain) NewBlock() *Block {
	return &Block{c: c, ahead: map[string]uint64{}}
}

// Messages adds a transaction of messages.
func (b *Block) Messages(from Account, msgs ...sdk.Msg) *Block {
	b.c.T.Helper()
	b.Txs = append(b.Txs, b.c.TxAt(from, b.ahead[from.Name], msgs...))
	b.ahead[from.Name]++
	return b
}

// Eth adds an Ethereum transaction.
func (b *Block) Eth(from Account, call Call) *Block {
	b.c.T.Helper()
	call.Ahead += b.ahead[from.Name]
	b.Txs = append(b.Txs, b.c.EthTx(from, call))
	b.ahead[from.Name]++
	return b
}

// Raw adds bytes as they are.
func (b *Block) Raw(tx []byte) *Block {
	b.Txs = append(b.Txs, tx)
	return b
}
