package cli

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// repository reads the objects of a git repository. It asks only the commands
// that read objects and nothing else: none of them looks at the working tree,
// and so none runs a filter, a hook, a file system monitor or a diff command
// that the configuration of a repository could name. Files are compared here.
type repository struct {
	root  string            // of the working tree, absolute, links resolved
	blobs map[string]string // of the revision: path in slashes -> object
	cat   *exec.Cmd
	ask   io.WriteCloser
	tell  *bufio.Reader
}

// inheritedGit are the variables by which a hook of git binds the commands that
// it starts to its own idea of the repository.
var inheritedGit = []string{"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_EXTERNAL_DIFF", "GIT_PAGER"}

// gitCommand is a command of git that changes nothing, asks nobody, fetches
// nothing and runs no program of the repository's choice.
func gitCommand(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("git", append([]string{
		"--no-pager", "--literal-pathspecs",
		"-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull, "-c", "core.alternateRefsCommand=",
		"-c", "diff.external=", "-c", "protocol.allow=never",
	}, args...)...)
	cmd.Dir = dir
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !slices.Contains(inheritedGit, name) && !strings.HasPrefix(name, "GIT_TRACE") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_TERMINAL_PROMPT=0", "GIT_ATTR_NOSYSTEM=1", "LC_ALL=C")
	return cmd
}

// git runs a command to its end. The error is what git says, on one line.
func git(dir string, args ...string) (string, error) {
	var out, said bytes.Buffer
	cmd := gitCommand(dir, args...)
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return "", errors.New("--diff needs git, which is not in the PATH")
		}
		if text := strings.Join(strings.Fields(said.String()), " "); text != "" {
			err = errors.New(strings.TrimPrefix(text, "fatal: "))
		}
		return "", err
	}
	return out.String(), nil
}

// openRepository finds the repository around a folder and a revision of it.
// The revision "main..." is that at which HEAD left main.
func openRepository(dir, revision string) (*repository, error) {
	out, err := git(dir, "rev-parse", "--show-toplevel")
	if err != nil {
		if strings.HasPrefix(err.Error(), "--diff") {
			return nil, err
		}
		return nil, fmt.Errorf("--diff needs a working tree of git, and %s is in none (%w): leave --diff out", dir, err)
	}
	r := &repository{root: strings.TrimRight(out, "\r\n"), blobs: map[string]string{}}
	commit, err := r.commit(revision)
	if err != nil {
		return nil, err
	}
	list, err := git(r.root, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, fmt.Errorf("list the files of %s: %w", revision, err)
	}
	for line := range strings.SplitSeq(list, "\x00") {
		about, path, ok := strings.Cut(line, "\t")
		if f := strings.Fields(about); ok && len(f) == 3 && f[1] == "blob" {
			r.blobs[path] = f[2]
		}
	}
	return r, nil
}

func (r *repository) commit(revision string) (string, error) {
	name, sinceFork := strings.CutSuffix(revision, "...")
	unknown := fmt.Errorf("--diff: %q names no commit of the repository %s: name a branch, a tag or a commit, and fetch it if it is not there", revision, r.root)
	if name == "" || strings.HasPrefix(name, "-") || strings.ContainsAny(name, "\n\x00") {
		return "", unknown
	}
	out, err := git(r.root, "rev-parse", "--verify", "--quiet", name+"^{commit}")
	if err != nil {
		return "", unknown
	}
	commit := strings.TrimSpace(out)
	if !sinceFork {
		return commit, nil
	}
	if out, err = git(r.root, "merge-base", commit, "HEAD"); err != nil {
		return "", fmt.Errorf("--diff: HEAD and %q have no commit in common, or it is not fetched", name)
	}
	return strings.TrimSpace(out), nil
}

// name is the path of a file in the repository; false if it lies outside.
func (r *repository) name(path string) (string, bool) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", false
	}
	dir, file := filepath.Split(abs)
	if resolved, err := filepath.EvalSymlinks(filepath.Clean(dir)); err == nil {
		abs = filepath.Join(resolved, file)
	}
	rel, err := filepath.Rel(r.root, abs)
	if err != nil || !filepath.IsLocal(rel) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

// gone are the files of the revision with an ending that are there no more.
func (r *repository) gone(ending string) []string {
	var list []string
	for path := range r.blobs {
		if filepath.Ext(path) == ending {
			if _, err := os.Lstat(filepath.Join(r.root, filepath.FromSlash(path))); errors.Is(err, os.ErrNotExist) {
				list = append(list, path)
			}
		}
	}
	slices.Sort(list)
	return list
}

// text is a file of the revision; nil if it is too large to be read.
func (r *repository) text(path string) ([]byte, error) {
	if r.cat == nil {
		if err := r.start(); err != nil {
			return nil, err
		}
	}
	id := r.blobs[path]
	if _, err := fmt.Fprintln(r.ask, id); err != nil {
		return nil, fmt.Errorf("read %s from git: %w", path, err)
	}
	head, err := r.tell.ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("read %s from git: %w", path, err)
	}
	f := strings.Fields(head) // "<object> blob <size>", or "<object> missing"
	if len(f) != 3 || f[1] != "blob" {
		return nil, fmt.Errorf("git has no text of %s (object %s): fetch it", path, id)
	}
	size, err := strconv.ParseInt(f[2], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("read %s from git: %w", path, err)
	}
	if size > maxSize {
		_, err := io.CopyN(io.Discard, r.tell, size+1)
		return nil, err
	}
	text := make([]byte, size+1) // and the line end that follows
	if _, err := io.ReadFull(r.tell, text); err != nil {
		return nil, fmt.Errorf("read %s from git: %w", path, err)
	}
	return text[:size], nil
}

func (r *repository) start() error {
	cmd := gitCommand(r.root, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start git: %w", err)
	}
	r.cat, r.ask, r.tell = cmd, in, bufio.NewReader(out)
	return nil
}

// close ends what was started.
func (r *repository) close() {
	if r != nil && r.cat != nil {
		_ = r.ask.Close()
		_ = r.cat.Wait()
	}
}
