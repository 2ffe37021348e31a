package types

import (
	"slices"

	"github.com/imochain/imod/x/aigc/settlement"
)

// Bounds of a collection.
const (
	// MaxNameLength bounds a collection's name.
	MaxNameLength = 64
	// MaxSymbolLength bounds its symbol.
	MaxSymbolLength = 16
	// MaxVersions bounds the list of allowed versions.
	MaxVersions = 16
)

// ValidateBasic checks what can be checked without parameters or other modules.
// Names are ASCII because look-alike letters make look-alike collections; the id
// is the identity.
func (c Collection) ValidateBasic() error {
	if c.ModelId == 0 {
		return ErrInvalidCollection.Wrap("model id is 0")
	}
	if err := validateName(c.Name); err != nil {
		return err
	}
	if err := validateSymbol(c.Symbol); err != nil {
		return err
	}
	if len(c.Versions) > MaxVersions {
		return ErrInvalidCollection.Wrapf("%d versions, at most %d", len(c.Versions), MaxVersions)
	}
	for i, version := range c.Versions {
		if version == 0 || (i > 0 && version <= c.Versions[i-1]) {
			return ErrInvalidCollection.Wrap("versions must ascend and not be 0")
		}
	}
	if err := c.Terms(0).Validate(); err != nil {
		return ErrInvalidCollection.Wrap(err.Error())
	}
	if err := c.MintPrice.Validate(); err != nil {
		return ErrInvalidCollection.Wrapf("mint price: %s", err)
	}
	if err := settlement.CheckPrice(c.MintPrice.Amount); err != nil {
		return ErrInvalidCollection.Wrapf("mint price: %s", err)
	}
	if c.MintPolicy != MINT_POLICY_ANYONE && c.MintPolicy != MINT_POLICY_CREATOR {
		return ErrInvalidCollection.Wrapf("mint policy %d is unknown", c.MintPolicy)
	}
	return nil
}

// Terms are the shares of a price paid in the collection.
func (c Collection) Terms(protocolFeeBps uint32) settlement.Terms {
	return settlement.Terms{PoolBps: c.RoyaltyPoolBps, CreatorBps: c.RoyaltyCreatorBps, FeeBps: protocolFeeBps}
}

// AllowsVersion tells whether content of that version may be minted.
func (c Collection) AllowsVersion(version uint32) bool {
	return len(c.Versions) == 0 || slices.Contains(c.Versions, version)
}

// AnyVersion normalises what a message may write for "any servable version",
// the single number 0, to the empty list.
func AnyVersion(versions []uint32) []uint32 {
	if len(versions) == 1 && versions[0] == 0 {
		return nil
	}
	return versions
}

func validateName(name string) error {
	if len(name) == 0 || len(name) > MaxNameLength {
		return ErrInvalidCollection.Wrapf("name of %d characters, want 1 to %d", len(name), MaxNameLength)
	}
	for i := range len(name) {
		if name[i] < ' ' || name[i] > '~' {
			return ErrInvalidCollection.Wrapf("name: character %d is not printable ASCII", i+1)
		}
	}
	if name[0] == ' ' || name[len(name)-1] == ' ' {
		return ErrInvalidCollection.Wrap("name begins or ends with a space")
	}
	return nil
}

func validateSymbol(symbol string) error {
	if len(symbol) == 0 || len(symbol) > MaxSymbolLength {
		return ErrInvalidCollection.Wrapf("symbol of %d characters, want 1 to %d", len(symbol), MaxSymbolLength)
	}
	for i := range len(symbol) {
		b := symbol[i]
		if (b < '0' || b > '9') && (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') {
			return ErrInvalidCollection.Wrapf("symbol: character %d is not a letter or digit", i+1)
		}
	}
	return nil
}
