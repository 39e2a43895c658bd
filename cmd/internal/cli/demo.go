package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"

	"pavise/cmd/internal/demo"
)

type demoCmd struct {
	Color string `enum:"auto,always,never" default:"auto" help:"auto, always or never."`
}

// Run ends with exit code 1 if the server does not do in the demo what it
// should, so that the demo is a test as well.
func (c *demoCmd) Run(ctx context.Context, a *app) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	width, isTerminal := terminal(a.stdout)
	err = demo.Run(ctx, demo.Options{
		Out: a.stdout, Style: style(a.stdout, c.Color), Terminal: isTerminal, Width: width,
		Command: func(ctx context.Context, args ...string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, self, args...)
			cmd.Args[0] = os.Args[0]
			return cmd
		},
	})
	if err != nil {
		a.note("the demo failed: %v", err)
		a.code = exitFindings
	}
	return nil
}
