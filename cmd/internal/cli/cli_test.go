package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata/cli")

// nowhere is a cache folder that cannot be made, so that tests leave nothing in
// the user's own.
const nowhere = "/dev/null/cache"

func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) != "pavise" {
		if err := os.Setenv("XDG_CACHE_HOME", nowhere); err != nil {
			panic(err)
		}
	}
	testscript.Main(m, map[string]func(){"pavise": func() { os.Exit(Main()) }})
}

// TestStories runs testdata/cli/*.txtar. Beside the commands of testscript there
// are
//
//	write FILE QUOTED    make a file of a quoted Go string
//	holds FILE QUOTED    the file is exactly that
//	mode FILE OCTAL      the file has these permissions
//	code N COMMAND...    the command ends with this exit code
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "../../../testdata/cli",
		UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			return os.Mkdir(filepath.Join(e.WorkDir, ".git"), 0o755) // no configuration from above
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"write": cmdWrite, "holds": cmdHolds, "mode": cmdMode, "code": cmdCode,
		},
	})
}

// TestReportsFitTheirSchemas checks what is found in the applications of
// testdata, in both machine-readable forms.
func TestReportsFitTheirSchemas(t *testing.T) {
	for format, schema := range map[string]string{
		"sarif": "../report/testdata/sarif-schema-2.1.0.json",
		"json":  "../../../docs/report.schema.json",
	} {
		var out, log bytes.Buffer
		a := &app{stdout: &out, stderr: &log}
		code := a.run(t.Context(), []string{"check", "--profile", "audit", "--format", format, "../../../testdata/apps"})
		if code != exitFindings || log.Len() > 0 {
			t.Errorf("%s: exit code %d, %s", format, code, &log)
		}
		want, err := jsonschema.NewCompiler().Compile(schema)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(&out)
		if err != nil {
			t.Fatal(err)
		}
		if err := want.Validate(doc); err != nil {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func quoted(ts *testscript.TestScript, args []string) (path, text string) {
	if len(args) != 2 {
		ts.Fatalf("want a file and a quoted string")
	}
	text, err := strconv.Unquote(args[1])
	ts.Check(err)
	return ts.MkAbs(args[0]), text
}

func cmdWrite(ts *testscript.TestScript, _ bool, args []string) {
	path, text := quoted(ts, args)
	ts.Check(os.WriteFile(path, []byte(text), 0o644))
}

func cmdHolds(ts *testscript.TestScript, _ bool, args []string) {
	path, want := quoted(ts, args)
	got, err := os.ReadFile(path)
	ts.Check(err)
	if string(got) != want {
		ts.Fatalf("%s holds %q", args[0], got)
	}
}

func cmdMode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.ParseUint(args[1], 8, 32)
	ts.Check(err)
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if info.Mode().Perm() != os.FileMode(want) {
		ts.Fatalf("%s has mode %o", args[0], info.Mode().Perm())
	}
}

func cmdCode(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		exit, ok := err.(interface{ ExitCode() int })
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}
