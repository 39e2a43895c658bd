package engine_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"pavise/analysis/engine"
	"pavise/analysis/source"
)

// BenchmarkBatch checks a tree of files: that of PAVISE_TREE, else testdata.
func BenchmarkBatch(b *testing.B) {
	root := os.Getenv("PAVISE_TREE")
	if root == "" {
		root = testdata
	}
	texts := map[string][]byte{}
	lines := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".py") {
			return err
		}
		text, err := os.ReadFile(path)
		texts[path] = text
		lines += bytes.Count(text, []byte("\n"))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		batch := engine.NewBatch()
		for p, text := range texts {
			batch.Add(source.New(p, text), engine.Options{})
		}
		if err := batch.Run(b.Context(), runtime.GOMAXPROCS(0), nil); err != nil {
			b.Fatal(err)
		}
		found := 0
		for p := range texts {
			found += len(batch.Snapshot(p).Findings())
		}
		b.ReportMetric(float64(found), "findings")
		b.ReportMetric(float64(lines)/b.Elapsed().Seconds()*float64(b.N), "lines/s")
	}
}
