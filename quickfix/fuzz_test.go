package quickfix_test

import (
	"flag"
	"math/rand/v2"
	"testing"

	"golang.org/x/tools/txtar"

	"pavise/analysis/source"
	"pavise/quickfix"
)

// FuzzActions applies every action of every finding of a file, and all of them
// together: none may panic, give a file that does not parse where the input
// did, or change a byte outside of its edits.
func FuzzActions(f *testing.F) {
	for _, path := range archives(f) {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for i, file := range a.Files {
			if i < 6 {
				f.Add(string(file.Data), uint64(i))
			}
		}
	}
	names, texts := programs(f)
	for i, name := range names {
		if i%8 == 0 {
			f.Add(texts[name], uint64(i))
		}
	}
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		if len(text) > 1<<14 {
			t.Skip("longer texts find nothing that short ones do not, and take the time of many")
		}
		tryAll(t, mutate(text, seed))
	})
}

// mutate makes a few cuts, copies and swaps that keep much of the text whole.
func mutate(text string, seed uint64) string {
	r := rand.New(rand.NewPCG(seed, 1))
	b := []byte(text)
	for range seed % 4 {
		if len(b) < 8 {
			break
		}
		i, j := r.IntN(len(b)), r.IntN(len(b))
		i, j = min(i, j), min(max(i, j), min(i, j)+12)
		switch r.IntN(5) {
		case 0: // cut
			b = append(b[:i:i], b[j:]...)
		case 1: // copy
			b = append(b[:j:j], append([]byte(string(b[i:j])), b[j:]...)...)
		case 2: // a sign that means something
			signs := "'\"{}()[],%\\\n#:+*= \t"
			b[i] = signs[r.IntN(len(signs))]
		case 3: // other line ends
			b = []byte(replaceAll(string(b), "\n", "\r\n"))
		case 4: // a word that means something
			words := []string{"f", "\"\"\"", "{{", "%%", "**kw", "lambda: ", "await ", "(x := 1)", "'", "\\\n", "# c\n"}
			b = append(b[:i:i], append([]byte(words[r.IntN(len(words))]), b[i:]...)...)
		}
	}
	return string(b)
}

func replaceAll(s, old, with string) string {
	out := []byte{}
	for i := range len(s) {
		if s[i:i+1] == old {
			out = append(out, with...)
			continue
		}
		out = append(out, s[i])
	}
	return string(out)
}

func tryAll(t *testing.T, text string) {
	s := check(t, "case.py", []byte(text))
	if s == nil || s.Tree() == nil {
		return
	}
	list := s.Findings()
	for i := range list {
		for _, a := range quickfix.Actions(s, &list[i]) {
			if (a.Refusal == "") == (len(a.Edits) == 0) {
				t.Fatalf("%s: refusal %q with %d edits", a.Name, a.Refusal, len(a.Edits))
			}
			if a.Refusal == "This fix met code that it does not understand." {
				t.Fatalf("%s panicked", a.Name)
			}
			for k, e := range a.Edits {
				if e.Start > e.End || int(e.End) > len(text) || k > 0 && e.Start < a.Edits[k-1].End {
					t.Fatalf("%s: edit %v of a text of %d bytes", a.Name, e, len(text))
				}
			}
			after := check(t, "case.py", source.Apply([]byte(text), a.Edits))
			if after.Tree().HasError && !s.Tree().HasError {
				t.Fatalf("%s: the result does not parse:\n%s", a.Name, after.File().Text())
			}
		}
	}
	r := quickfix.All(s, quickfix.Choice{Review: true})
	if !s.Tree().HasError && check(t, "case.py", r.Text).Tree().HasError {
		t.Fatalf("all fixes: the result does not parse:\n%s", r.Text)
	}
}

// mutations is how many variants of each case TestMutatedCases tries.
var mutations = flag.Int("mutations", 12, "variants of each case in TestMutatedCases")

func TestMutatedCases(t *testing.T) {
	for _, path := range archives(t) {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			for seed := range uint64(*mutations) {
				tryAll(t, mutate(string(f.Data), seed*4+1+seed%3))
			}
		}
	}
}
