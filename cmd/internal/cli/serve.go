package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"go.uber.org/zap"

	"pavise/analysis/rules"
	"pavise/cmd/internal/version"
	"pavise/lsp"
)

type serveCmd struct {
	Stdio    bool   `help:"Accepted for editors that pass it; the server always speaks on standard input and output."`
	Trace    string `placeholder:"FILE" help:"Writes every message of the editor and the server to a file, for a report of a fault. It holds the texts that are edited."`
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
	pages := newPages()
	var writing sync.WaitGroup
	writing.Go(func() {
		if err := pages.write(rules.All()); err != nil {
			log.Warn("the rules' pages are not there for the editor to open", zap.Error(err))
		}
	})
	defer writing.Wait()
	options := lsp.Options{Log: log, Version: version.Build(), PageURL: pages.url}
	if c.Trace != "" {
		f, err := os.OpenFile(c.Trace, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
		if err != nil {
			return fmt.Errorf("open the trace: %w", err)
		}
		defer func() { _ = f.Close() }()
		options.Trace = f
	}
	err = lsp.Serve(ctx, a.stdin, a.stdout, options)
	if errors.Is(err, lsp.ErrGone) {
		return nil // an editor that just closes the pipe is no fault worth a message
	}
	return err
}
