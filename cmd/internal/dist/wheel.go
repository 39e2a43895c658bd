package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"strings"

	"pavise/cmd/internal/version"
)

var (
	//go:embed files/README.md
	readme []byte
	//go:embed files/python/__init__.py
	pythonInit []byte
	//go:embed files/python/__main__.py
	pythonMain []byte
)

const metadata = `Metadata-Version: 2.4
Name: pavise-lsp
Version: %s
Summary: Finds and fixes security faults in Python web code: a language server and a command line
License-Expression: Apache-2.0
License-File: LICENSE
License-File: LICENSES-OF-LIBRARIES
Keywords: security,sast,lsp,language-server,linter
Classifier: Environment :: Console
Classifier: Intended Audience :: Developers
Classifier: Programming Language :: Python :: 3
Classifier: Topic :: Security
Classifier: Topic :: Software Development :: Quality Assurance
Requires-Python: >=3.10
Description-Content-Type: text/markdown

%s`

// wheel writes a wheel whose script is the program itself, so that no Python
// starts when it is called.
func (r *release) wheel(t target, c content) error {
	name := "pavise_lsp-" + version.Number
	info := name + ".dist-info/"
	var head strings.Builder
	head.WriteString("Wheel-Version: 1.0\nGenerator: pavise\nRoot-Is-Purelib: false\n")
	for tag := range strings.SplitSeq(t.wheel, ".") {
		head.WriteString("Tag: py3-none-" + tag + "\n")
	}
	entries := []entry{
		{"pavise_lsp/__init__.py", 0o644, pythonInit},
		{"pavise_lsp/__main__.py", 0o644, pythonMain},
		{name + ".data/scripts/" + t.program(), 0o755, c.program},
		{info + "METADATA", 0o644, fmt.Appendf(nil, metadata, version.Number, readme)},
		{info + "WHEEL", 0o644, []byte(head.String())},
		{info + "licenses/LICENSE", 0o644, c.licence},
		{info + "licenses/LICENSES-OF-LIBRARIES", 0o644, c.licences},
		{info + "sboms/pavise.cdx.json", 0o644, c.bill},
	}
	var record strings.Builder
	for _, e := range entries {
		sum := sha256.Sum256(e.data)
		fmt.Fprintf(&record, "%s,sha256=%s,%d\n", e.name, base64.RawURLEncoding.EncodeToString(sum[:]), len(e.data))
	}
	record.WriteString(info + "RECORD,,\n")
	entries = append(entries, entry{info + "RECORD", 0o644, []byte(record.String())})
	data, err := zipped(entries, r.time)
	if err != nil {
		return err
	}
	return r.write(name+"-py3-none-"+t.wheel+".whl", data)
}
