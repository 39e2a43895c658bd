// Package cli is the command line: one file for each subcommand.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	"pavise/cmd/internal/report"
)

// The exit codes.
const (
	exitClean    = 0 // nothing was found, or nothing is left to do
	exitFindings = 1 // findings, or changes that wait
	exitError    = 2 // wrong usage, a broken configuration, a named file that cannot be read
)

// grammar is the command line as kong reads it.
type grammar struct {
	Check   checkCmd   `cmd:"" help:"Check Python files and folders."`
	Fix     fixCmd     `cmd:"" help:"Fix findings: show the changes, or write them with --write."`
	Explain explainCmd `cmd:"" help:"Explain a rule: what it flags, why, and what to write instead."`
	Init    initCmd    `cmd:"" help:"Set up a project: pre-commit, GitHub workflows, a first configuration."`
	Rules   rulesCmd   `cmd:"" help:"List the rules."`
	Serve   serveCmd   `cmd:"" help:"Run the language server on standard input and output."`
	Version versionCmd `cmd:"" help:"Print the version."`
	Demo    demoCmd    `cmd:"" hidden:"" help:"Show an editor session on a vulnerable application."`
}

const description = "Pavise finds and fixes security faults in Python web code.\n\n" +
	"Exit codes: 0 nothing found, 1 findings (or changes that wait), 2 an error."

// app is what a subcommand works with.
type app struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	code   int
}

// fail reports an error that does not end the command, and makes it end with
// exitError.
func (a *app) fail(err error) {
	a.note("%s", report.Clean(err.Error()))
	a.code = exitError
}

// note says something on stderr.
func (a *app) note(format string, args ...any) {
	_, _ = fmt.Fprintf(a.stderr, "pavise: "+format+"\n", args...)
}

// patience is how long a process that is to end may finish what it is at.
const patience = 5 * time.Second

// Main runs the command line of this process and returns its exit code.
func Main() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, func() {
		stop() // a second Ctrl-C ends the process at once
		time.Sleep(patience)
		os.Exit(exitError)
	})
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	return a.run(ctx, os.Args[1:])
}

// exit carries an exit code out of kong, which calls its Exit function in the
// middle of parsing.
type exit int

func (a *app) run(ctx context.Context, args []string) (code int) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case exit:
			code = int(v)
		default:
			panic(v)
		}
	}()
	parser, err := kong.New(&grammar{},
		kong.Name("pavise"),
		kong.Description(description),
		kong.Writers(a.stdout, a.stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		a.fail(err)
		return a.code
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		a.fail(err)
		a.note("run `pavise --help`")
		return a.code
	}
	if err := command.Run(a); err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("interrupted")
		}
		a.fail(err)
	}
	return a.code
}

// terminal reports whether w is one, and its width.
func terminal(w io.Writer) (width int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 40 {
		width = 80
	}
	return width, true
}

// style decides over colour: as --color says, else on terminals that do not
// ask for none (no-color.org).
func style(w io.Writer, color string) report.Style {
	switch color {
	case "always":
		return true
	case "never":
		return false
	}
	_, ok := terminal(w)
	return report.Style(ok && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb")
}
