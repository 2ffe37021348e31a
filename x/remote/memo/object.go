package memo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of objects and lists.
const maxDepth = 6

// object is a JSON object whose values are strings, objects or lists of strings; the keys stand in their order.
type object struct {
	keys   []string
	values map[string]any
}

// parseObject reads a JSON object and nothing after it. It refuses what decoders read differently: a key that stands
// twice, bytes that are no UTF-8, numbers.
func parseObject(text string) (object, error) {
	if !utf8.ValidString(text) {
		return object{}, errors.New("not UTF-8")
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	token, err := d.Token()
	if err != nil {
		return object{}, notJSON(d)
	}
	if token != json.Delim('{') {
		return object{}, errors.New("not an object")
	}
	o, err := members(d, 1)
	if err != nil {
		return object{}, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return object{}, fmt.Errorf("text after the object, at byte %d", d.InputOffset())
	}
	return o, nil
}

// notJSON names the place only: the words of a decoder belong to its version.
func notJSON(d *json.Decoder) error { return fmt.Errorf("not JSON near byte %d", d.InputOffset()) }

// members reads an object whose brace was read.
func members(d *json.Decoder, depth int) (object, error) {
	o := object{values: map[string]any{}}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return o, notJSON(d)
		}
		name, ok := token.(string)
		if !ok {
			return o, notJSON(d)
		}
		if _, twice := o.values[name]; twice {
			return o, fmt.Errorf("%.40q stands twice", name)
		}
		v, err := value(d, depth)
		if err != nil {
			return o, err
		}
		o.keys, o.values[name] = append(o.keys, name), v
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return o, notJSON(d)
	}
	return o, nil
}

// value reads a string, an object or a list of strings.
func value(d *json.Decoder, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, notJSON(d)
	}
	switch token := token.(type) {
	case string:
		return token, nil
	case json.Delim:
		if depth >= maxDepth {
			return nil, fmt.Errorf("nested deeper than %d", maxDepth)
		}
		if token == '{' {
			return members(d, depth+1)
		}
		return list(d)
	default: // a number, a truth value or null
		return nil, fmt.Errorf("%.40v: values are strings, numbers too", token)
	}
}

// list reads a list of strings whose bracket was read.
func list(d *json.Decoder) ([]string, error) {
	out := []string{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, notJSON(d)
		}
		text, ok := token.(string)
		if !ok {
			return nil, fmt.Errorf("%.40v: lists hold strings", token)
		}
		out = append(out, text)
	}
	if _, err := d.Token(); err != nil { // the closing bracket
		return nil, notJSON(d)
	}
	return out, nil
}

// hasKey looks for a key at the top of an object; whole is false if the text is no JSON to its end. It keeps nothing.
func hasKey(text, key string) (found, whole bool) {
	d := json.NewDecoder(strings.NewReader(text))
	depth, name := 0, false // name: the next string at depth 1 is a key
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return found, depth == 0
		case err != nil:
			return found, false
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
			name = depth == 1
			continue
		case json.Delim('}'), json.Delim(']'):
			depth--
			name = depth == 1
			continue
		}
		if depth == 1 {
			found = found || name && token == key
			name = !name
		}
	}
}
