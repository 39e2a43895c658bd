// Package demo embeds the vulnerable application that `make demo` works on.
package demo

import "embed"

// Files is the application.
//
//go:embed app.py templates
var Files embed.FS
