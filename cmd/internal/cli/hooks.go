package cli

import (
	"bytes"
	"reflect"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// A hook is an entry for the list repos of .pre-commit-config.yaml.
type hook struct {
	id   string
	text string // not indented, ends in a line end
}

// A repo is what addHooks reads of an entry of repos.
type repo struct {
	Hooks []struct {
		ID string `yaml:"id"`
	} `yaml:"hooks"`
}

// hooks takes apart the file hooks.yaml.
func hooks(text []byte) []hook {
	var out []hook
	for part := range strings.SplitSeq(string(text), "---\n") {
		_, part, _ = strings.Cut(part, "- repo:")
		part = "- repo:" + part
		var repos []repo
		if err := yaml.Unmarshal([]byte(part), &repos); err != nil {
			panic(err) // it is ours, and tested
		}
		out = append(out, hook{repos[0].Hooks[0].ID, part})
	}
	return out
}

// addHooks adds the hooks that are not there to the text of a
// .pre-commit-config.yaml, of which nothing else changes. It returns no text
// and the reason if nothing is to be done, and what to add by hand if it cannot
// be sure of the result.
func addHooks(before []byte, all []hook) (after []byte, why, byHand string) {
	if before == nil {
		return []byte("repos:\n" + joined(all, "  ", "\n")), "", ""
	}
	var root yaml.Node
	if err := yaml.Unmarshal(before, &root); err != nil {
		return nil, "it is not YAML as it stands", joined(all, "  ", "\n")
	}
	missing := slices.DeleteFunc(slices.Clone(all), func(h hook) bool { return hasHook(&root, h.id) })
	if len(missing) == 0 {
		return nil, "it has the hooks", ""
	}
	after = insertRepos(before, &root, missing)
	if after == nil || !onlyAdded(before, after, len(missing)) {
		return nil, "its list of repos is not written in a form that can be added to", joined(missing, "  ", "\n")
	}
	return after, "", ""
}

func joined(list []hook, indent, end string) string {
	var out strings.Builder
	for _, h := range list {
		for line := range strings.Lines(h.text) {
			out.WriteString(indent + strings.TrimSuffix(line, "\n") + end)
		}
	}
	return out.String()
}

// hasHook reports whether an entry of repos has a hook with an id, or a variant
// of it as gitleaks-docker is one.
func hasHook(root *yaml.Node, id string) bool {
	var file struct {
		Repos []repo `yaml:"repos"`
	}
	_ = root.Decode(&file) // what cannot be read has no hooks
	for _, r := range file.Repos {
		for _, h := range r.Hooks {
			if h.ID == id || strings.HasPrefix(h.ID, id+"-") {
				return true
			}
		}
	}
	return false
}

// insertRepos puts the hooks behind the last entry of repos: nil if there is
// no list that is written with a line for each entry.
func insertRepos(text []byte, root *yaml.Node, list []hook) []byte {
	if root.Kind != yaml.DocumentNode || root.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	top := root.Content[0]
	at := 0
	for ; at < len(top.Content) && top.Content[at].Value != "repos"; at += 2 {
	}
	if at >= len(top.Content) {
		return nil
	}
	repos := top.Content[at+1]
	if repos.Kind != yaml.SequenceNode || repos.Style&yaml.FlowStyle != 0 || len(repos.Content) == 0 {
		return nil
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	if len(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	first := string(lines[repos.Content[0].Line-1])
	indent := first[:len(first)-len(strings.TrimLeft(first, " "))]
	if !strings.HasPrefix(first[len(indent):], "-") {
		return nil
	}
	end := "\n"
	if strings.HasSuffix(first, "\r\n") {
		end = "\r\n"
	}
	to := len(lines)
	if next := at + 2; next < len(top.Content) {
		// Blank lines and comments over the next key belong to it.
		to = top.Content[next].Line - 1
		for to > 0 && (len(bytes.TrimSpace(lines[to-1])) == 0 || lines[to-1][0] == '#') {
			to--
		}
	}
	var out bytes.Buffer
	for _, l := range lines[:to] {
		out.Write(l)
	}
	if to > 0 && !bytes.HasSuffix(lines[to-1], []byte("\n")) {
		out.WriteString(end)
	}
	out.WriteString(joined(list, indent, end))
	for _, l := range lines[to:] {
		out.Write(l)
	}
	return out.Bytes()
}

// onlyAdded reports whether after means what before means, with n more entries
// at the end of repos.
func onlyAdded(before, after []byte, n int) bool {
	var was, is map[string]any
	if yaml.Unmarshal(before, &was) != nil || yaml.Unmarshal(after, &is) != nil {
		return false
	}
	old, _ := was["repos"].([]any)
	now, _ := is["repos"].([]any)
	if len(now) != len(old)+n || !reflect.DeepEqual(old, now[:len(old)]) {
		return false
	}
	delete(was, "repos")
	delete(is, "repos")
	return reflect.DeepEqual(was, is)
}
