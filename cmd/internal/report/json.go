package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"pavise/analysis"
)

// JSONVersion is the version of the form; it grows when a reader could break.
const JSONVersion = 1

type jsonPos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Offset int `json:"offset"`
}

type jsonStep struct {
	Path  string   `json:"path"`
	Start *jsonPos `json:"start,omitempty"`
	End   *jsonPos `json:"end,omitempty"`
	Text  string   `json:"text"`
}

type jsonFinding struct {
	Rule        string     `json:"rule"`
	Class       string     `json:"class"`
	Title       string     `json:"title"`
	CWE         []int      `json:"cwe"`
	Severity    string     `json:"severity"`
	Confidence  string     `json:"confidence"`
	Message     string     `json:"message"`
	Path        string     `json:"path"`
	Start       jsonPos    `json:"start"`
	End         jsonPos    `json:"end"`
	Steps       []jsonStep `json:"steps"`
	Fingerprint string     `json:"fingerprint"`
}

type jsonNote struct {
	Path    string `json:"path"`
	Skipped bool   `json:"skipped"`
	Message string `json:"message"`
}

type jsonSummary struct {
	Files      int            `json:"files"`
	Skipped    int            `json:"skipped"`
	Lines      int            `json:"lines"`
	Findings   int            `json:"findings"`
	Known      int            `json:"known,omitempty"`
	Gone       int            `json:"gone,omitempty"`
	BySeverity map[string]int `json:"by_severity"`
}

// jsonWriter streams, so that memory does not grow with the number of findings.
type jsonWriter struct {
	w     *bufio.Writer
	any   bool
	notes []jsonNote
}

// NewJSON writes the form that docs/report.schema.json describes, one finding
// a line.
func NewJSON(w io.Writer, version string) Writer {
	b := bufio.NewWriter(w)
	v, _ := marshal(version)
	_, _ = fmt.Fprintf(b, "{\"version\":%d,\"tool\":{\"name\":\"pavise\",\"version\":%s},\n\"findings\":[", JSONVersion, v)
	return &jsonWriter{w: b}
}

func (j *jsonWriter) File(f *File) error {
	if f.Note != "" {
		j.notes = append(j.notes, jsonNote{f.Path, f.Skipped, f.Note})
	}
	for i := range f.Findings {
		text, err := marshal(jsonOf(&f.Findings[i]))
		if err != nil {
			return fmt.Errorf("write finding: %w", err)
		}
		sep := "\n"
		if j.any {
			sep = ",\n"
		}
		j.any = true
		_, _ = j.w.WriteString(sep)
		_, _ = j.w.Write(text)
	}
	return nil
}

func (j *jsonWriter) Close(s *Summary) error {
	sum := jsonSummary{s.Files, s.Skipped, s.Lines, s.Findings, s.Known, s.Gone, map[string]int{}}
	for sev, n := range s.BySeverity {
		sum.BySeverity[analysis.Severity(sev).String()] = n
	}
	if j.notes == nil {
		j.notes = []jsonNote{}
	}
	notes, err := marshal(j.notes)
	if err != nil {
		return fmt.Errorf("write notes: %w", err)
	}
	total, err := marshal(sum)
	if err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	_, _ = fmt.Fprintf(j.w, "\n],\n\"notes\":%s,\n\"summary\":%s}\n", notes, total)
	if err := j.w.Flush(); err != nil { // holds the first error of all writes
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func jsonOf(f *Finding) jsonFinding {
	out := jsonFinding{
		Rule: f.Rule.ID, Class: f.Rule.Class, Title: f.Rule.Title, CWE: f.Rule.CWE,
		Severity: f.Severity.String(), Confidence: f.Confidence.String(), Message: f.Message,
		Path: f.Path, Start: *jsonPosOf(f.Start), End: *jsonPosOf(f.End),
		Steps: []jsonStep{}, Fingerprint: f.Fingerprint,
	}
	if out.CWE == nil {
		out.CWE = []int{}
	}
	for _, s := range f.Steps {
		step := jsonStep{Path: s.Path, Text: s.Text}
		if s.Start.Line > 0 {
			step.Start, step.End = jsonPosOf(s.Start), jsonPosOf(s.End)
		}
		out.Steps = append(out.Steps, step)
	}
	return out
}

func jsonPosOf(p Pos) *jsonPos { return &jsonPos{p.Line, p.Column, p.Offset} }

// marshal leaves <, > and & as they are: the output is read by people too.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}
