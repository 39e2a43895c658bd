package cli

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"
)

// inProject makes a copy of a project of testdata the working folder, with a
// cache folder of its own, which it returns.
func inProject(t *testing.T, name string) string {
	t.Helper()
	ar, err := txtar.ParseFile(filepath.Join("../../../testdata/projects", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := txtar.FS(ar)
	if err != nil {
		t.Fatal(err)
	}
	dir, base := t.TempDir(), t.TempDir()
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	t.Setenv("XDG_CACHE_HOME", base)
	t.Setenv("HOME", base)
	return base
}

// checkHere is the report of a check of the working folder, and what it said
// beside it.
func checkHere(t *testing.T, args ...string) string {
	t.Helper()
	var out, log bytes.Buffer
	a := &app{stdout: &out, stderr: &log}
	if code := a.run(t.Context(), append([]string{"check", "--format", "json"}, args...)); code == exitError {
		t.Errorf("exit code %d: %s", code, &log)
	}
	return out.String() + log.String()
}

func cacheFile(t *testing.T) string {
	t.Helper()
	path := cacheOf("", "").path
	if _, err := os.Stat(path); err != nil {
		t.Fatal("no cache was written: ", err)
	}
	return path
}

func TestCacheThatIsNotWhole(t *testing.T) {
	inProject(t, "flask_layers")
	want := checkHere(t, "--no-cache")
	if got := checkHere(t); got != want {
		t.Fatalf("with an empty cache:\n%s\nwithout a cache:\n%s", got, want)
	}
	path := cacheFile(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	again := func(what string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := checkHere(t); got != want {
			t.Errorf("%s:\n%s\nwithout a cache:\n%s", what, got, want)
		}
		if now := cacheOf("", "").read(); now == nil {
			t.Errorf("%s: no whole cache is there afterwards", what)
		}
	}
	again("whole", whole)
	for i := range 16 {
		again("cut", whole[:len(whole)*i/16])
	}
	rng := rand.New(rand.NewPCG(7, 23))
	for range 48 {
		bad := bytes.Clone(whole)
		for range 1 + rng.IntN(3) {
			bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
		}
		again("flipped", bad)
	}
	c := cacheOf("", "")
	c.origin = "another build"
	c.write([]byte("what it means, only that build knows"))
	if cacheOf("", "").read() != nil {
		t.Error("the cache of another build is read")
	}
	if got := checkHere(t); got != want {
		t.Errorf("with the cache of another build:\n%s\nwithout a cache:\n%s", got, want)
	}
	c = cacheOf("", "")
	c.write([]byte("no memory at all")) // sealed, but not by Remember
	if got := checkHere(t); got != want {
		t.Errorf("with a cache that means nothing:\n%s\nwithout a cache:\n%s", got, want)
	}
}

func TestCacheWithoutAPlace(t *testing.T) {
	base := inProject(t, "flask_layers")
	want := checkHere(t, "--no-cache")
	if entries, err := os.ReadDir(base); err != nil || len(entries) > 0 {
		t.Errorf("--no-cache leaves %v, %v", entries, err)
	}
	compare := func(what string) {
		t.Helper()
		for range 2 {
			if got := checkHere(t); got != want {
				t.Errorf("%s:\n%s\nwithout a cache:\n%s", what, got, want)
			}
		}
	}
	file := filepath.Join(base, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CACHE_HOME", file)
	t.Setenv("HOME", file)
	compare("a file for a folder")
	t.Setenv("XDG_CACHE_HOME", base)
	t.Setenv("HOME", base)
	checkHere(t)
	path := cacheFile(t)
	for _, mode := range []os.FileMode{0o500, 0o000} {
		if err := os.Chmod(filepath.Dir(path), mode); err != nil {
			t.Fatal(err)
		}
		compare("a folder of mode " + mode.String())
	}
	if err := os.Chmod(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	compare("a folder for a file")
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("HOME", "")
	compare("no home")
}

func TestCacheOfConcurrentChecks(t *testing.T) {
	inProject(t, "django_urls")
	want := checkHere(t, "--no-cache")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 4 {
				if got := checkHere(t); got != want {
					t.Errorf("beside others:\n%s\nalone:\n%s", got, want)
				}
			}
		})
	}
	group.Wait()
	if cacheOf("", "").read() == nil {
		t.Error("no whole cache is there afterwards")
	}
	if entries, err := os.ReadDir(filepath.Dir(cacheFile(t))); err != nil || len(entries) != 1 {
		t.Errorf("there are %v, %v", entries, err)
	}
}

func TestOldCachesGo(t *testing.T) {
	base := inProject(t, "django_urls")
	dir := filepath.Join(base, "many")
	for i := range maxCaches + 10 {
		cache{filepath.Join(dir, string(rune('a'+i%26))+string(rune('a'+i/26))), "x"}.write([]byte{1})
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != maxCaches {
		t.Errorf("%d files are kept: %v", len(entries), err)
	}
}
