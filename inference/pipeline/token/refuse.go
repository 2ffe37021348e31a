package token

import (
	"errors"
	"fmt"
)

// ErrTokenizer marks a tokenizer that is malformed or not supported.
var ErrTokenizer = errors.New("tokenizer is refused")

func refusef(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrTokenizer, fmt.Sprintf(format, args...))
}
