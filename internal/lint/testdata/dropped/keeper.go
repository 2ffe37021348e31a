package keeper

import (
	"bytes"
	"crypto/sha256"
	"errors"
)

type bank struct{}

func (bank) Send() error         { return errors.New("no") }
func (bank) Close() error        { return nil }
func (bank) Query() (int, error) { return 0, nil }
func (bank) Has() (int, bool)    { return 0, false }

func pay(b bank) error {
	b.Send()          // want
	_ = b.Send()      // want
	_, _ = b.Query()  // want
	n, _ := b.Query() // want
	defer b.Send()    // want
	defer b.Close()
	_, _ = b.Has()
	var buffer bytes.Buffer
	buffer.WriteString("never fails")
	h := sha256.New()
	h.Write([]byte{byte(n)})
	if err := b.Send(); err != nil {
		return err
	}
	return b.Send()
}
