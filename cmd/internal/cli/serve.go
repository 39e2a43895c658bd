package cli

import (
	"context"
	"errors"
	"fmt"

	"go.uber.org/zap"

	"pavise/analysis"
	"pavise/lsp"
)

type serveCmd struct {
	Stdio    bool   `help:"Accepted for editors that pass it; the server always speaks on standard input and output."`
	LogLevel string `enum:"debug,info,warn,error" default:"info" help:"debug, info, warn or error; the log goes to standard error."`
}

func (c *serveCmd) Run(ctx context.Context, a *app) error {
	level, err := zap.ParseAtomicLevel(c.LogLevel)
	if err != nil {
		return fmt.Errorf("read the log level: %w", err)
	}
	cfg := zap.NewProductionConfig()
	cfg.Level = level
	log, err := cfg.Build()
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	defer func() { _ = log.Sync() }()
	err = lsp.Serve(ctx, a.stdin, a.stdout, lsp.Options{Log: log, Version: version(), PageURL: weakness})
	if errors.Is(err, lsp.ErrGone) {
		return nil // an editor that just closes the pipe is no fault worth a message
	}
	return err
}

// weakness is the address of the page of a rule's first CWE.
func weakness(r *analysis.Rule) string {
	if len(r.CWE) == 0 {
		return ""
	}
	return fmt.Sprintf("https://cwe.mitre.org/data/definitions/%d.html", r.CWE[0])
}
