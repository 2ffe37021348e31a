package localnet

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// mergeGenesis lays the genesis part of config.yml over the default genesis, with Ignite's meaning: objects are merged, lists and
// scalars replaced, empty and zero values change nothing (a warning says so). Beyond Ignite it refuses keys that the default
// genesis does not have and values of another kind, so that a typing mistake does not start a chain with a default.
func mergeGenesis(dst, src map[string]any, path string) (warnings []string, err error) {
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(src)) {
		at := path + "." + key
		value, err := jsonValue(at, src[key])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		old, known := dst[key]
		switch {
		case !known:
			errs = append(errs, keyError(at, key, "the genesis has no such field"))
		case isZero(value):
			if !isZero(old) {
				warnings = append(warnings, fmt.Sprintf("%s: an empty or zero value does not replace the default", at))
			}
		default:
			w, err := mergeValue(dst, key, value, at)
			warnings, errs = append(warnings, w...), append(errs, err)
		}
	}
	return warnings, errors.Join(errs...)
}

// mergeValue replaces or merges one value that is present on both sides.
func mergeValue(dst map[string]any, key string, value any, at string) ([]string, error) {
	old := dst[key]
	if object, ok := value.(map[string]any); ok {
		if old == nil { // null: the default says nothing about the fields below
			dst[key] = object
			return nil, nil
		}
		inner, ok := old.(map[string]any)
		if !ok {
			return nil, fmt.Errorf("%s: an object cannot replace %s", at, kindOf(old))
		}
		return mergeGenesis(inner, object, at)
	}
	if old != nil && kindOf(old) != kindOf(value) {
		hint := ""
		if kindOf(old) == kindString {
			hint = "; put it in quotes"
		}
		return nil, keyError(at, value, "is %s, the genesis has %s here%s", kindOf(value), kindOf(old), hint)
	}
	dst[key] = value
	return nil, nil
}

const kindString = "a string"

// kindOf names the JSON kind of a value.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return kindString
	case bool:
		return "true or false"
	case json.Number:
		return "a number"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

// isZero says whether a value is empty in the sense of Ignite's merge.
func isZero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case json.Number:
		return v == "0"
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

// jsonValue turns what YAML read into what JSON would have read.
func jsonValue(at string, v any) (any, error) {
	switch v := v.(type) {
	case nil, string, bool, json.Number:
		return v, nil
	case int, int64, uint64:
		return json.Number(fmt.Sprint(v)), nil
	case float64:
		return nil, keyError(at, v, "put fractions and numbers above 2^64 in quotes")
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), nil
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			var err error
			if out[i], err = jsonValue(fmt.Sprintf("%s[%d]", at, i), item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			var err error
			if out[key], err = jsonValue(at+"."+key, v[key]); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s: keys of an object must be text", at)
}
