package cli

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"pavise/analysis"
)

// pages are the rules' pages as files in the user's cache, so that an editor
// can open the page that a diagnostic links to, without any network.
type pages struct{ dir string } // "" where the user has no cache folder

// newPages names the folder; write fills it.
func newPages() pages {
	cache, err := os.UserCacheDir()
	if err != nil {
		return pages{}
	}
	return pages{dir: filepath.Join(cache, "pavise", "rules")}
}

// write puts the pages there that are missing or of another version.
func (p pages) write(rules []*analysis.Rule) error {
	if p.dir == "" {
		return nil
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of the rules' pages: %w", err)
	}
	for _, r := range rules {
		path := filepath.Join(p.dir, r.ID+".md")
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, []byte(r.Page)) {
			continue
		}
		if err := os.WriteFile(path, []byte(r.Page), 0o644); err != nil {
			return fmt.Errorf("write the page of %s: %w", r.ID, err)
		}
	}
	return nil
}

// url is the address of a rule's page; without a cache folder that of its
// weakness in the CWE list.
func (p pages) url(r *analysis.Rule) string {
	if p.dir != "" {
		path := filepath.ToSlash(filepath.Join(p.dir, r.ID+".md"))
		if !strings.HasPrefix(path, "/") {
			path = "/" + path // a drive letter
		}
		u := url.URL{Scheme: "file", Path: path}
		return u.String()
	}
	if len(r.CWE) == 0 {
		return ""
	}
	return fmt.Sprintf("https://cwe.mitre.org/data/definitions/%d.html", r.CWE[0])
}
