package config

import (
	"testing"

	"pavise/analysis/models"
	"pavise/analysis/source"
)

// TestRemember wants the entry where it belongs, and every other byte kept.
func TestRemember(t *testing.T) {
	entry := "[[models.cleans]]\ncall = \"app.clean\"\nclears = \"html\"\n"
	for _, c := range []struct{ name, file, text, want string }{
		{"no text", "pavise.toml", "", entry},
		{"only blanks", "pavise.toml", "\n\n", "\n\n" + entry},
		{"at the end", "pavise.toml", "# ours\nprofile = \"audit\" # all\n\n[per-file-ignores]\n\"a\" = [] # none", "# ours\nprofile = \"audit\" # all\n\n[per-file-ignores]\n\"a\" = [] # none\n\n" + entry},
		{"CRLF", "pavise.toml", "timeout = 3\r\n", "timeout = 3\r\n\r\n[[models.cleans]]\r\ncall = \"app.clean\"\r\nclears = \"html\"\r\n"},
		{"behind its like", "pavise.toml", "[[models.cleans]]\ncall = \"a.b\"\nclears = \"sql\" # why\n\n# others\n[per-file-ignores]\n\"a\" = []\n", "[[models.cleans]]\ncall = \"a.b\"\nclears = \"sql\" # why\n\n[[models.cleans]]\ncall = \"app.clean\"\nclears = \"html\"\n\n# others\n[per-file-ignores]\n\"a\" = []\n"},
		{"one more kind", "pavise.toml", "[[models.cleans]]\ncall = \"app.clean\" # ours\nclears = 'sql'  # why\n", "[[models.cleans]]\ncall = \"app.clean\" # ours\nclears = \"sql, html\"  # why\n"},
		{"an entry on a condition", "pavise.toml", "[[models.cleans]]\ncall = \"app.clean\"\nclears = \"sql\"\nweak = true\n", "[[models.cleans]]\ncall = \"app.clean\"\nclears = \"sql\"\nweak = true\n\n" + entry},
		{"an entry on a condition of its own table", "pavise.toml", "[[models.cleans]]\ncall = \"app.clean\"\nclears = \"sql\"\n[models.cleans.when]\nx = [1]\n", "[[models.cleans]]\ncall = \"app.clean\"\nclears = \"sql\"\n[models.cleans.when]\nx = [1]\n\n" + entry},
		{"an array", "pavise.toml", "[models]\ncleans = [{ call = \"a.b\", clears = \"sql\" }] # few\n", "[models]\ncleans = [{ call = \"app.clean\", clears = \"html\" }, { call = \"a.b\", clears = \"sql\" }] # few\n"},
		{"an array of lines", "pavise.toml", "[models]\ncleans = [\n  { call = \"a.b\", clears = \"sql\" }, # one\n]\n", "[models]\ncleans = [\n  { call = \"app.clean\", clears = \"html\" },\n  { call = \"a.b\", clears = \"sql\" }, # one\n]\n"},
		{"an empty array", "pavise.toml", "models.cleans = []\n", "models.cleans = [{ call = \"app.clean\", clears = \"html\" }, ]\n"},
		{"pyproject", "pyproject.toml", "[tool.pavise]\ntimeout = 3\n\n# style\n[tool.ruff]\nx = 1\n", "[tool.pavise]\ntimeout = 3\n\n[[tool.pavise.models.cleans]]\ncall = \"app.clean\"\nclears = \"html\"\n\n# style\n[tool.ruff]\nx = 1\n"},
		{"pyproject, last", "pyproject.toml", "[tool.ruff]\nx = 1\n[tool.pavise]\n", "[tool.ruff]\nx = 1\n[tool.pavise]\n\n[[tool.pavise.models.cleans]]\ncall = \"app.clean\"\nclears = \"html\"\n"},
		{"pyproject, two tables", "pyproject.toml", "[tool.pavise]\n[tool.x]\n[tool.pavise.per-file-ignores]\n\"a\" = []\n[tool.y]\n", "[tool.pavise]\n[tool.x]\n[tool.pavise.per-file-ignores]\n\"a\" = []\n\n[[tool.pavise.models.cleans]]\ncall = \"app.clean\"\nclears = \"html\"\n[tool.y]\n"},
		{"an inline table", "pavise.toml", "models = { cleans = [] }\n", ""},
		{"a faulty text", "pavise.toml", "timeout = \n", ""},
	} {
		e, ok := Remember(c.file, []byte(c.text), models.Clean{Call: "app.clean", Clears: "html"})
		got := ""
		if ok {
			got = string(source.Apply([]byte(c.text), []source.Edit{e}))
		}
		if got != c.want {
			t.Errorf("%s: got\n%q\nwant\n%q", c.name, got, c.want)
		}
	}
}
