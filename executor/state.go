package executor

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// maxRemembered bounds the claims and games that the file names; older ones are closed long since.
const maxRemembered = 10_000

// state is what a restart needs. It is written before anything is sent that depends on it.
type state struct {
	path string
	// Secret hides proofs, 32 bytes in hex.
	Secret string `json:"secret"`
	// Checked are the claims that were found right, Games the games that were opened.
	Checked []uint64 `json:"checked"`
	Games   []uint64 `json:"games"`
}

// readState reads the file, or makes one with a new secret.
func readState(path string) (*state, error) {
	s := &state{path: path}
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		var secret [32]byte
		if _, err := rand.Read(secret[:]); err != nil {
			return nil, err
		}
		s.Secret = hex.EncodeToString(secret[:])
		return s, s.write()
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, s); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	if _, err := s.secret(); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	return s, nil
}

func (s *state) secret() ([32]byte, error) {
	raw, err := hex.DecodeString(s.Secret)
	if err != nil || len(raw) != 32 {
		return [32]byte{}, errors.New("the secret is not 32 bytes in hex")
	}
	return [32]byte(raw), nil
}

// write replaces the file in one step, so that a crash leaves the old one or the new one.
func (s *state) write() error {
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(s.path), ".state-*") // mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), s.path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// remember adds an id to one of the lists.
func (s *state) remember(list *[]uint64, id uint64) error {
	if slices.Contains(*list, id) {
		return nil
	}
	*list = append(*list, id)
	if len(*list) > maxRemembered {
		*list = slices.Delete(*list, 0, len(*list)-maxRemembered)
	}
	return s.write()
}

// forget takes an id off one of the lists.
func (s *state) forget(list *[]uint64, id uint64) error {
	at := slices.Index(*list, id)
	if at < 0 {
		return nil
	}
	*list = slices.Delete(*list, at, at+1)
	return s.write()
}
