package cli

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.uber.org/zap"

	"pavise/analysis/rules"
	"pavise/cmd/internal/version"
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
	pages := newPages()
	var writing sync.WaitGroup
	writing.Go(func() {
		if err := pages.write(rules.All()); err != nil {
			log.Warn("the rules' pages are not there for the editor to open", zap.Error(err))
		}
	})
	defer writing.Wait()
	err = lsp.Serve(ctx, a.stdin, a.stdout, lsp.Options{Log: log, Version: version.Build(), PageURL: pages.url})
	if errors.Is(err, lsp.ErrGone) {
		return nil // an editor that just closes the pipe is no fault worth a message
	}
	return err
}
