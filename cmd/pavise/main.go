// Command pavise finds and fixes security faults in Python web code: in the
// editor as a language server, and in the terminal.
package main

import (
	"os"

	"pavise/cmd/internal/cli"
)

func main() { os.Exit(cli.Main()) }
