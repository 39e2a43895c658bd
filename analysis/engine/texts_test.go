package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"pavise/analysis/config"
	"pavise/analysis/engine"
	"pavise/analysis/rules"
	"pavise/analysis/source"
)

// TestTexts: files that are not Python, with marks in their comments.
func TestTexts(t *testing.T) {
	a, err := txtar.ParseFile("../../testdata/texts.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		s := engine.CheckText(source.New(f.Name, f.Data), engine.Options{})
		if got, want := found(s), wanted(f.Data); !slices.Equal(got, want) {
			t.Errorf("%s: found %q, want %q", f.Name, got, want)
		}
		for _, x := range s.Findings() {
			if x.Rule.Class == "secrets" && x.Secret.Len() == 0 {
				t.Errorf("%s: %s does not hide its secret", f.Name, x.Rule.ID)
			}
			if secret := string(f.Data[x.Secret.Start:x.Secret.End]); secret != "" && (strings.Contains(x.Message, secret) || strings.Contains(x.Fingerprint, secret)) {
				t.Errorf("%s: the message tells the secret", f.Name)
			}
		}
	}
}

// TestSecretsHidden: in Python too, each finding of the class hides what it found.
func TestSecretsHidden(t *testing.T) {
	for _, r := range rules.All() {
		if r.Class != "secrets" || r.ID == "secret-exposed-by-config" {
			continue
		}
		a, err := txtar.ParseFile(filepath.Join(testdata, "rules", "secrets", r.ID+".txtar"))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			s := check(t, f.Name, f.Data, config.Default().With(config.Settings{Profile: config.ProfileAudit}))
			for _, x := range s.Findings() {
				if x.Rule == r && r.ID != "hardcoded-secret-key" && x.Secret.Len() == 0 && x.Confidence > 0 && x.Severity > 0 && !bytes.Contains(f.Data[x.Span.Start:x.Span.End], []byte("word")) {
					t.Errorf("%s: %s at %d hides nothing", f.Name, r.ID, x.Span.Start)
				}
			}
		}
	}
}

// TestTextsBounded: large and odd files cost little.
func TestTextsBounded(t *testing.T) {
	noise := make([]byte, 4<<20)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(32 + r.IntN(95))
	}
	for name, text := range map[string]string{
		"large.json": "{" + strings.Repeat(`"password": "a", "url": "https://x:y@z", "key": 12, `, 200_000) + "}",
		"min.js":     strings.Repeat(`var token="x";a.secret=b;`, 200_000),
		"noise.txt":  string(noise),
		"words.yaml": strings.Repeat("adafruit algolia twitter facebook linear discord: token = x\n", 60_000),
		"begin.txt":  strings.Repeat("-----BEGIN RSA PRIVATE KEY-----", 100_000),
		"urls.txt":   strings.Repeat("a://", 1_000_000),
		"binary.env": "A=1\x00" + strings.Repeat("password=x\n", 1000),
		"empty.yml":  "",
	} {
		start := time.Now()
		s := engine.CheckText(source.New(name, []byte(text)), engine.Options{OnPanic: nil})
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		if name == "words.yaml" && s.Note() == "" {
			t.Errorf("%s: nothing is said of the end of the search", name)
		}
	}
}

// TestOpenTexts: a session has of a text what a fresh look finds.
func TestOpenTexts(t *testing.T) {
	s := engine.NewSession(engine.Options{})
	path := filepath.Join(t.TempDir(), ".env")
	if n := len(s.OpenText(path, []byte("A=1\n")).Findings()); n != 0 {
		t.Fatalf("%d findings", n)
	}
	snap, err := s.Change(path, []source.Edit{{Span: source.Span{Start: 4, End: 4}, New: "DB_PASSWORD=S3cr3tPw9x\n"}})
	if err != nil || len(snap.Findings()) != 1 || !snap.IsPlain() {
		t.Fatalf("%v %v", snap.Findings(), err)
	}
	s.Configure(config.Default().With(config.Settings{Ignore: []string{"secrets"}}))
	if n := len(s.Snapshot(path).Findings()); n != 0 {
		t.Fatalf("%d findings of what is switched off", n)
	}
	s.Close(path)

	s = engine.NewSession(engine.Options{})
	b := engine.NewBatch()
	b.AddText(source.New(path, []byte("DB_PASSWORD=S3cr3tPw9x\n")), engine.Options{})
	if err := b.Run(context.Background(), 2, nil); err != nil {
		t.Fatal(err)
	}
	s.Contribute(b.Contributions())
	if got := s.Ripple(); len(got) != 1 || len(got[0].Findings()) != 1 {
		t.Fatalf("a closed text: %v", fmt.Sprint(got))
	}
	if n := len(s.OpenText(path, []byte("DB_PASSWORD=\n")).Findings()); n != 0 {
		t.Fatalf("%d findings", n)
	}
	s.Close(path)
	if got := s.Ripple(); len(got) != 1 || len(got[0].Findings()) != 1 {
		t.Fatal("what was contributed counts again")
	}
	s.Forget(path)
	if got := s.Ripple(); len(got) != 1 || len(got[0].Findings()) != 0 {
		t.Fatal("a file that is gone")
	}
}
