package lsptest

import (
	"embed"
	"encoding/json"
	"strings"
	"testing"
)

// The initialize params of editors as they were recorded or, for lsp4ij, read
// from its sources; and of three that do not exist: one that only knows
// commands, one that only pulls, and one that says nothing of itself.
//
//go:embed clients
var clients embed.FS

// Clients are the editors that an Editor can be.
func Clients() []string {
	entries, err := clients.ReadDir("clients")
	if err != nil {
		panic(err) // it is embedded
	}
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".json"))
	}
	return names
}

// clientParams are the initialize params of a client for a root, which may be
// "".
func clientParams(t testing.TB, client, root string) map[string]any {
	t.Helper()
	text, err := clients.ReadFile("clients/" + client + ".json")
	if err != nil {
		t.Fatalf("no client %q: there are %q", client, Clients())
	}
	filled := strings.NewReplacer("${ROOT}", root, "${ROOTPATH}", strings.TrimPrefix(root, "file://")).Replace(string(text))
	var params map[string]any
	if err := json.Unmarshal([]byte(filled), &params); err != nil {
		t.Fatalf("client %s: %v", client, err)
	}
	if root == "" {
		params["rootUri"], params["rootPath"], params["workspaceFolders"] = nil, nil, nil
	}
	return params
}
