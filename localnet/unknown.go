package localnet

import (
	"fmt"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// unknownKeys lists the keys of the document that no field of Config reads. Ignite ignores such keys silently; a typing mistake should show.
func unknownKeys(doc *yaml.Node) []string {
	return walkKeys(doc, reflect.TypeFor[Config](), "")
}

func walkKeys(node *yaml.Node, want reflect.Type, path string) []string {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	var out []string
	switch {
	case node.Kind == yaml.MappingNode && want.Kind() == reflect.Struct:
		fields := yamlFields(want)
		for i := 0; i+1 < len(node.Content); i += 2 {
			key := node.Content[i].Value
			if key == "<<" { // merge key: its content is checked where the anchor stands
				continue
			}
			at := strings.TrimPrefix(path+"."+key, ".")
			field, ok := fields[key]
			if !ok {
				out = append(out, fmt.Sprintf("line %d: %s is not read", node.Content[i].Line, at))
				continue
			}
			out = append(out, walkKeys(node.Content[i+1], field, at)...)
		}
	case node.Kind == yaml.SequenceNode && want.Kind() == reflect.Slice:
		for i, item := range node.Content {
			out = append(out, walkKeys(item, want.Elem(), fmt.Sprintf("%s[%d]", path, i))...)
		}
	}
	return out
}

// yamlFields maps the yaml names of a struct to the types of its fields.
func yamlFields(t reflect.Type) map[string]reflect.Type {
	out := make(map[string]reflect.Type)
	for field := range t.Fields() {
		if name := field.Tag.Get("yaml"); name != "" {
			out[name] = field.Type
		}
	}
	return out
}
