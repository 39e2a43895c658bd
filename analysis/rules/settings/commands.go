package settings

import (
	"bytes"
	"path/filepath"
	"regexp"
	"strings"
)

// deployment is a kind of file that says what is started.
type deployment uint8

const (
	notDeployed deployment = iota
	dockerfile
	procfile
	compose
	systemd
	kubernetes
)

var composeName = regexp.MustCompile(`^(?:docker-)?compose(?:[._-][\w.-]+)?\.ya?ml$`)

// deploymentOf tells such a file by its name, and a manifest of Kubernetes by
// what it describes.
func deploymentOf(path string, text []byte) deployment {
	name := strings.ToLower(filepath.Base(path))
	switch {
	case name == "dockerfile", name == "containerfile", strings.HasPrefix(name, "dockerfile."), strings.HasSuffix(name, ".dockerfile"):
		return dockerfile
	case name == "procfile":
		return procfile
	case composeName.MatchString(name):
		return compose
	case strings.HasSuffix(name, ".service"):
		return systemd
	case strings.HasSuffix(name, ".yaml"), strings.HasSuffix(name, ".yml"):
		for _, kind := range []string{"kind: Deployment", "kind: StatefulSet", "kind: Pod", "kind: DaemonSet"} {
			if bytes.Contains(text, []byte(kind)) {
				return kubernetes
			}
		}
	}
	return notDeployed
}

// command is what a file says to start, its words parted by single spaces.
type command struct {
	text       string
	start, end int
}

// commandsIn lists the commands of a file.
func commandsIn(kind deployment, text string) []command {
	var out []command
	stage, at := "", 0
	lines := strings.SplitAfter(text, "\n")
	for i := 0; i < len(lines); i++ {
		line, start := lines[i], at
		at += len(line)
		indent, value, ok := splitCommand(kind, line)
		if kind == dockerfile && len(line) > 4 && strings.EqualFold(line[:5], "from ") {
			stage = stageOf(line)
			continue
		}
		if !ok || kind == dockerfile && inDevelopment(stage+".py") {
			continue
		}
		end := start + len(strings.TrimRight(line, " \t\r\n"))
		for i+1 < len(lines) && goesOn(kind, line, value, lines[i+1], indent) {
			i++
			value += " " + strings.TrimPrefix(strings.TrimSpace(lines[i]), "- ")
			end = at + len(strings.TrimRight(lines[i], " \t\r\n"))
			at += len(lines[i])
			if kind == dockerfile || kind == systemd || kind == procfile {
				line = lines[i]
			}
		}
		start += indent
		out = append(out, command{words(value), start, end})
	}
	return out
}

// splitCommand is what a line says to start, with its indentation as the key.
func splitCommand(kind deployment, line string) (indent int, value string, ok bool) {
	trimmed := strings.TrimSpace(line)
	indent = len(line) - len(strings.TrimLeft(line, " \t-")) // an item of a list begins behind its hyphen
	prefixes := []string{"command:", "args:", "entrypoint:"}
	switch kind {
	case dockerfile:
		prefixes = []string{"CMD ", "ENTRYPOINT ", "cmd ", "entrypoint ", "CMD[", "ENTRYPOINT["}
	case procfile:
		prefixes = []string{"web:"}
	case systemd:
		prefixes = []string{"ExecStart="}
	default:
		trimmed = strings.TrimSpace(strings.TrimPrefix(trimmed, "- "))
	}
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(trimmed, p); ok {
			return indent, rest, true
		}
	}
	return 0, "", false
}

// goesOn reports whether a command goes on in the next line.
func goesOn(kind deployment, line, value, next string, indent int) bool {
	switch kind {
	case dockerfile, systemd, procfile:
		return strings.HasSuffix(strings.TrimRight(line, " \t\r\n"), "\\")
	}
	if strings.TrimSpace(next) == "" {
		return false
	}
	item := strings.HasPrefix(strings.TrimSpace(next), "- ")
	deeper := len(next)-len(strings.TrimLeft(next, " \t")) > indent
	key := yamlKey.MatchString(next)
	open := strings.Count(value, "[") > strings.Count(value, "]")
	return open || (item || deeper) && !key
}

// yamlKey is the beginning of another entry of a mapping.
var yamlKey = regexp.MustCompile(`^\s*(?:- )?[\w.-]+:(?:\s|$)`)

// stageOf is the name of a stage of a Dockerfile.
func stageOf(line string) string {
	fields := strings.Fields(line)
	if n := len(fields); n >= 4 && strings.EqualFold(fields[n-2], "as") {
		return fields[n-1]
	}
	return ""
}

// words takes the signs of lists and quotes out of a command.
func words(value string) string {
	return strings.Join(strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t\r\n\"'[],\\|>", r) }), " ")
}

// servers are the commands that start a development server.
var servers = regexp.MustCompile(`\bflask (?:(?:--app|-A|--env-file|-e)[= ]\S+ |--debug )*run\b|\b(?:manage\.py|django-admin) (?:runserver\w*)\b|` +
	`\bpython[\d.]* (?:-\w )*-m (?:http\.server|SimpleHTTPServer|wsgiref\S*)|\bfastapi dev\b|\bquart (?:(?:--app|-A)[= ]\S+ |--debug )*run\b|` +
	`\b(?:uvicorn|gunicorn|hypercorn|pserve|daphne)\b[^;&]* --reload\b`)

// developmentServer is the part of a command that starts a development server,
// "" if there is none.
func developmentServer(text string) string {
	found := servers.FindString(text)
	if first, _, ok := strings.Cut(found, " "); ok && strings.HasSuffix(found, "--reload") {
		return first + " --reload"
	}
	return found
}
