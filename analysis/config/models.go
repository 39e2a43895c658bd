package config

import (
	"reflect"

	"pavise/analysis/models"
)

// keysAt are the keys of the table at a path of keys.
func keysAt(path []string) []string {
	var names []string
	if t := entryType(path); t != nil {
		for f := range t.Fields() {
			if name := f.Tag.Get("yaml"); name != "" {
				names = append(names, name)
			}
		}
		return names
	}
	for _, k := range Keys() {
		names = append(names, k.Name)
	}
	return names
}

// entryType is the type of a table at or below models, nil for others.
func entryType(path []string) reflect.Type {
	t := typeOf(path)
	if t != nil && t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t != nil && t.Kind() == reflect.Struct {
		return t
	}
	return nil
}

// typeOf is the type of what stands at or below models, by a path without the
// positions in arrays; nil for others.
func typeOf(path []string) reflect.Type {
	if len(path) == 0 || path[0] != "models" {
		return nil
	}
	t := reflect.TypeFor[models.Entries]()
	for _, key := range path[1:] {
		if t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		switch t.Kind() {
		case reflect.Map:
			t = t.Elem()
		case reflect.Struct:
			next := reflect.Type(nil)
			for f := range t.Fields() {
				if f.Tag.Get("yaml") == key {
					next = f.Type
				}
			}
			if t = next; t == nil {
				return nil
			}
		default:
			return nil
		}
	}
	return t
}

// typeAt is the type of the value at a path of keys, in words; "" if there is
// none.
func typeAt(path []string) string {
	if len(path) == 0 {
		return ""
	}
	if t := typeOf(path); t != nil && len(path) > 1 {
		return inWords(t, path)
	}
	for _, k := range Keys() {
		if len(path) == 1 && k.Name == path[0] {
			return k.Type
		}
	}
	return ""
}

func inWords(t reflect.Type, path []string) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Pointer, reflect.Int:
		return "a whole number"
	case reflect.Struct:
		return "a table"
	case reflect.Map:
		switch t.Elem().Kind() {
		case reflect.String:
			return "a table of strings"
		case reflect.Slice:
			return "a table of lists"
		}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Struct {
			return "an array of tables: [[models." + path[len(path)-1] + "]]"
		}
		return "a list of " + map[bool]string{true: "strings", false: "values"}[t.Elem().Kind() == reflect.String]
	}
	return ""
}
