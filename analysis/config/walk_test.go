package config

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// walk lists what Walk visits, relative to root, with a "!" before errors.
func walk(t *testing.T, c *Config, root, arg string) []string {
	t.Helper()
	var got []string
	err := c.Walk(context.Background(), filepath.Join(root, arg), IsSource, func(path string, err error) error {
		rel, _ := filepath.Rel(root, path)
		if err != nil {
			rel = "!" + rel
		}
		got = append(got, filepath.ToSlash(rel))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func expect(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

func TestWalk(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		"a.py": "", "b.pyi": "", "c.txt": "", "Z.py": "",
		"pkg/a.py": "", "pkg/sub/b.py": "",
		"node_modules/x.py": "", ".venv/x.py": "", "build/x.py": "", "x.egg-info/y.py": "",
		"env/pyvenv.cfg": "", "env/lib/x.py": "", "env2/x.py": "",
	})
	expect(t, "default", walk(t, Default(), root, ""), "Z.py", "a.py", "b.pyi", "env2/x.py", "pkg/a.py", "pkg/sub/b.py")
	expect(t, "a file", walk(t, Default(), root, "c.txt"), "c.txt")
	expect(t, "a folder that is named", walk(t, Default(), root, "build"), "build/x.py")

	c := Default().In(root).With(Settings{Exclude: []string{"sub/", "/a.py", "!build/", "env2/**"}})
	expect(t, "exclude", walk(t, c, root, ""), "Z.py", "b.pyi", "build/x.py", "pkg/a.py")
	expect(t, "an excluded file that is named", walk(t, c, root, "a.py"), "a.py")
	if !c.Excluded(filepath.Join(root, "pkg/sub/b.py")) || c.Excluded(filepath.Join(root, "pkg/a.py")) {
		t.Error("Excluded disagrees with Walk")
	}
	if err := c.Walk(context.Background(), filepath.Join(root, "none"), IsSource, nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a root that does not exist: %v", err)
	}
}

func TestWalkStops(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"a.py": "", "b/c.py": ""})
	ctx, cancel := context.WithCancel(context.Background())
	n := 0
	err := Default().Walk(ctx, root, IsSource, func(string, error) error { n++; cancel(); return nil })
	if n != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d files, %v", n, err)
	}
	stop := errors.New("stop")
	if err := Default().Walk(context.Background(), root, IsSource, func(string, error) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}

func TestWalkGitignore(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		".git/info/exclude": "private.py\n", ".git/x.py": "",
		".gitignore":     "# generated\n*_pb2.py\n!keep_pb2.py\n/out/\nlogs\n",
		"a_pb2.py":       "",
		"keep_pb2.py":    "",
		"out/a.py":       "",
		"app/out/a.py":   "",
		"app/.gitignore": "local.py\n!a_pb2.py\n",
		"app/local.py":   "", "app/a_pb2.py": "", "app/b_pb2.py": "", "app/private.py": "",
		"local.py":  "",
		"logs/a.py": "",
	})
	expect(t, "repository", walk(t, Default(), root, ""), "app/a_pb2.py", "app/out/a.py", "keep_pb2.py", "local.py")
	expect(t, "a folder in it", walk(t, Default(), root, "app"), "app/a_pb2.py", "app/out/a.py")
	expect(t, "an ignored folder that is named", walk(t, Default(), root, "out"), "out/a.py")
}

func TestWalkLinks(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"in/a.py": "", "in/sub/b.py": "", "outside/x.py": "", "outside/dir/y.py": ""})
	for from, to := range map[string]string{
		"in/loop":      ".",
		"in/sub/up":    "../..",
		"in/away":      "../outside/dir",
		"in/again.py":  "a.py",
		"in/out.py":    "../outside/x.py",
		"in/broken.py": "nothing.py",
		"in/dir.py":    "../outside",
		"in/self.py":   "self.py",
		"link":         "in",
	} {
		if err := os.Symlink(to, filepath.Join(root, from)); err != nil {
			t.Skip(err)
		}
	}
	expect(t, "links", walk(t, Default(), root, "in"), "in/a.py", "!in/broken.py", "in/out.py", "!in/self.py", "in/sub/b.py")
	expect(t, "a link that is named", walk(t, Default(), root, "link"), "link/a.py", "!link/broken.py", "link/out.py", "!link/self.py", "link/sub/b.py")
}

func TestWalkUnreadable(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	root := t.TempDir()
	write(t, root, map[string]string{"a.py": "", "shut/b.py": "", "z.py": ""})
	shut := filepath.Join(root, "shut")
	if err := os.Chmod(shut, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(shut, 0o755) })
	expect(t, "unreadable", walk(t, Default(), root, ""), "a.py", "!shut", "z.py")
}

// TestGit compares with git itself, on patterns made of random pieces.
func TestGit(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("no git")
	}
	root := t.TempDir()
	run := func(stdin string, args ...string) string {
		cmd := exec.Command(git, args...)
		cmd.Dir, cmd.Stdin = root, strings.NewReader(stdin)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		out, _ := cmd.CombinedOutput()
		return string(out)
	}
	run("", "init", "-q")
	var paths []string
	for _, d := range []string{"", "a/", "b/", "a/b/", "a/c/", "a/b/c/"} {
		for _, f := range []string{"x.py", "y.py", "a b.py", "{z}.py", "[q].py", "#h.py", "!n.py"} {
			paths = append(paths, d+f)
			write(t, root, map[string]string{d + f: ""})
		}
	}
	pieces := []string{"a", "b", "c", "x.py", "y.py", "*.py", "*", "**", "?", "[xy].py", "[!x].py", "{z}.py", `\#h.py`, `\[q].py`, "a b.py", "#h.py", `\!n.py`}
	rnd := rand.New(rand.NewPCG(1, 2))
	left := 0
	for round := range 60 {
		files := map[string]string{}
		for _, name := range []string{".gitignore", "a/.gitignore"} {
			var lines []string
			for range 1 + rnd.IntN(4) {
				var parts []string
				for range 1 + rnd.IntN(3) {
					parts = append(parts, pieces[rnd.IntN(len(pieces))])
				}
				line := strings.Join(parts, "/")
				line = []string{"", "", "!", "/"}[rnd.IntN(4)] + line + []string{"", "", "/", "  "}[rnd.IntN(4)]
				lines = append(lines, line)
			}
			files[name] = strings.Join(lines, "\n") + "\n"
		}
		write(t, root, files)
		ignored := map[string]bool{}
		for line := range strings.SplitSeq(run(strings.Join(paths, "\x00"), "check-ignore", "--stdin", "-z"), "\x00") {
			ignored[line] = true
		}
		var want []string
		for _, p := range paths {
			if !ignored[p] {
				want = append(want, p)
			}
		}
		got := walk(t, Default(), root, "")
		left += len(want)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("round %d\n%s got %q\nwant %q", round, fmt.Sprint(files), got, want)
		}
	}
	if all := 60 * len(paths); left == 0 || left == all {
		t.Errorf("git ignores all or nothing: %d of %d left", left, all)
	}
	t.Log(left, "of", 60*len(paths), "files are not ignored")
}
