package engine_test

import (
	"fmt"
	"os"
	"runtime/pprof"
	"testing"
	"time"

	"pavise/analysis/engine"
	"pavise/analysis/source"
)

func TestOne(t *testing.T) {
	p := os.Getenv("ONE")
	if p == "" {
		t.Skip()
	}
	f, _ := os.Create("/tmp/cpu.prof")
	pprof.StartCPUProfile(f)
	go func() { time.Sleep(8 * time.Second); pprof.StopCPUProfile(); f.Close(); os.Exit(3) }()
	text, _ := os.ReadFile(p)
	start := time.Now()
	for range 3 {
		engine.Check(source.New(p, text), engine.Options{})
	}
	fmt.Println(time.Since(start) / 3)
	pprof.StopCPUProfile()
	f.Close()
}
