package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// FromJSON reads the settings that an editor sends: an object with the keys of
// pavise.toml. Keys that are not ours are left alone, since editors keep theirs
// beside them. What is wrong is reported in the error, of type [Errors], and
// left unset (an unknown rule or class stays and names nothing); the rest of
// the settings stands.
func FromJSON(text []byte, known []string) (Settings, error) {
	var keys map[string]json.RawMessage
	if s := strings.TrimSpace(string(text)); s == "" || s == "null" {
		return Settings{}, nil
	}
	if err := json.Unmarshal(text, &keys); err != nil {
		return Settings{}, Errors{{Reason: "the settings are not an object", Hint: "give an object with the keys of pavise.toml"}}
	}
	var r raw
	var errs Errors
	for _, k := range Keys() {
		v, ok := keys[k.Name]
		if !ok {
			continue
		}
		one, _ := json.Marshal(map[string]json.RawMessage{k.Name: v})
		before := r
		d := json.NewDecoder(bytes.NewReader(one))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil {
			r = before
			errs = append(errs, jsonFault(k, err))
		}
	}
	s := r.settings(known, func(reason, hint string, _ ...string) {
		errs = append(errs, &Error{Reason: reason, Hint: hint})
	})
	if len(errs) > 0 {
		return s, errs
	}
	return s, nil
}

// jsonFault is what is wrong with the value of a key.
func jsonFault(k Key, err error) *Error {
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return &Error{Reason: fmt.Sprintf("unknown key %s in %q", name, k.Name), Hint: "docs/models.md lists them"}
	}
	if x, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		path := strings.Split(x.Field, ".")
		if word := typeAt(path); len(path) > 1 && word != "" {
			return &Error{Reason: fmt.Sprintf("the value of %q has the wrong type", x.Field), Hint: "it is " + word}
		}
	}
	return &Error{Reason: fmt.Sprintf("the value of %q has the wrong type", k.Name), Hint: "it is " + k.Type}
}
