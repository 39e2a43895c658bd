package report

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"pavise/analysis"
)

// SARIFOptions says what the run is about.
type SARIFOptions struct {
	Version string           // of the tool
	Rules   []*analysis.Rule // all that took part
	Root    string           // absolute folder that relative paths start from
	// Baseline says that findings were compared with a baseline: each result
	// tells whether it is new then, and those that are not are in the log too.
	Baseline bool
}

// rootID names the folder that relative paths start from.
const rootID = "SRCROOT"

type sarifWriter struct {
	w     io.Writer
	run   *sarif.Run
	index map[string]int // of rules, by ID
	inv   *sarif.Invocation
	state string // of findings that no baseline holds
}

// NewSARIF writes a SARIF 2.1.0 log when it is closed.
func NewSARIF(w io.Writer, o SARIFOptions) Writer {
	s := &sarifWriter{w: w, run: sarif.NewRun(), index: map[string]int{}}
	if o.Baseline {
		s.state = "new"
	}
	driver := sarif.NewToolComponent().WithName("pavise").WithVersion(o.Version)
	for i, r := range o.Rules {
		s.index[r.ID] = i
		driver.Rules = append(driver.Rules, sarifRule(r))
	}
	s.run.Tool = sarif.NewTool().WithDriver(driver)
	s.run.ColumnKind = new("utf16CodeUnits")
	root := sarif.NewArtifactLocation().WithURI(fileURI(o.Root) + "/")
	s.run.OriginalUriBaseIds = map[string]sarif.ArtifactLocation{rootID: *root}
	s.inv = sarif.NewInvocation().WithExecutionSuccessful(true)
	s.run.Invocations = append(s.run.Invocations, s.inv)
	return s
}

func (s *sarifWriter) File(f *File) error {
	if f.Note != "" {
		n := sarif.NewNotification().WithMessage(sarif.NewTextMessage(f.Note))
		at := sarif.NewPhysicalLocation().WithArtifactLocation(artifact(f.Path))
		n.Locations = append(n.Locations, sarif.NewLocation().WithPhysicalLocation(at))
		s.inv.ToolExecutionNotifications = append(s.inv.ToolExecutionNotifications, n)
	}
	for i := range f.Findings {
		s.run.Results = append(s.run.Results, s.result(&f.Findings[i], s.state))
	}
	for i := range f.Known {
		s.run.Results = append(s.run.Results, s.result(&f.Known[i], "unchanged"))
	}
	return nil
}

func (s *sarifWriter) Close(*Summary) error {
	e := json.NewEncoder(s.w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(sarif.NewReport().AddRun(s.run)); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// result is one finding. A rule that is not among those of the run is an error
// of the caller that shows as the index -1, which SARIF allows.
func (s *sarifWriter) result(f *Finding, state string) *sarif.Result {
	index, ok := s.index[f.Rule.ID]
	if !ok {
		index = -1
	}
	r := sarif.NewRuleResult(f.Rule.ID).WithRuleIndex(index).WithLevel(level(f.Severity)).WithMessage(sarif.NewTextMessage(f.Message))
	r.Locations = []*sarif.Location{location(&f.Location)}
	if state != "" {
		r.BaselineState = &state
	}
	r.PartialFingerprints = map[string]string{"pavise/v1": f.Fingerprint}
	r.Properties = sarif.NewPropertyBag().
		Add("severity", f.Severity.String()).
		Add("confidence", f.Confidence.String()).
		Add("security-severity", score(f.Severity))
	if len(f.Steps) == 0 {
		return r
	}
	thread := sarif.NewThreadFlow()
	for i := range f.Steps {
		step := &f.Steps[i]
		at := location(&step.Location).WithMessage(sarif.NewTextMessage(step.Text))
		stage := sarif.NewThreadFlowLocation().WithLocation(at).WithExecutionOrder(i + 1)
		if i == 0 || i == len(f.Steps)-1 {
			stage.Importance = "essential"
		}
		thread.Locations = append(thread.Locations, stage)
		related := location(&step.Location).WithMessage(sarif.NewTextMessage(step.Text)).WithID(i + 1)
		r.RelatedLocations = append(r.RelatedLocations, related)
	}
	flow := sarif.NewCodeFlow()
	flow.ThreadFlows = append(flow.ThreadFlows, thread)
	r.CodeFlows = append(r.CodeFlows, flow)
	return r
}

func location(l *Location) *sarif.Location {
	at := sarif.NewPhysicalLocation().WithArtifactLocation(artifact(l.Path))
	if l.Start.Line > 0 {
		region := sarif.NewRegion().
			WithStartLine(l.Start.Line).WithStartColumn(l.Start.UTF16).
			WithEndLine(l.End.Line).WithEndColumn(l.End.UTF16).
			WithByteOffset(l.Start.Offset).WithByteLength(l.End.Offset - l.Start.Offset)
		region.Snippet = sarif.NewArtifactContent().WithText(strings.ToValidUTF8(l.Line[l.At:l.At+l.Len], "\ufffd"))
		at.Region = region
	}
	return sarif.NewLocation().WithPhysicalLocation(at)
}

// artifact names a file: below the root by its relative path, else by its
// absolute one.
func artifact(path string) *sarif.ArtifactLocation {
	a := sarif.NewArtifactLocation()
	if rel := filepath.ToSlash(filepath.Clean(path)); !filepath.IsAbs(path) && rel != ".." && !strings.HasPrefix(rel, "../") {
		return a.WithURI((&url.URL{Path: rel}).String()).WithURIBaseID(rootID)
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return a.WithURI(fileURI(path))
}

func fileURI(abs string) string {
	p := filepath.ToSlash(abs)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p // a drive letter
	}
	return (&url.URL{Scheme: "file", Path: strings.TrimSuffix(p, "/")}).String()
}

func sarifRule(r *analysis.Rule) *sarif.ReportingDescriptor {
	tags := []string{"security", "class/" + r.Class}
	for _, c := range r.CWE {
		tags = append(tags, "external/cwe/cwe-"+strconv.Itoa(c))
	}
	for _, o := range []string{r.OWASP2021, r.OWASP2025} {
		if o != "" {
			tags = append(tags, "external/owasp/"+o)
		}
	}
	props := sarif.NewPropertyBag().WithTags(tags).
		Add("precision", precision(r.Confidence)).
		Add("problem.severity", problem(r.Severity)).
		Add("security-severity", score(r.Severity))
	d := sarif.NewRule(r.ID).WithName(r.ID).WithProperties(props)
	d.ShortDescription = multiformat(r.Title, "")
	d.FullDescription = multiformat(Lead(r), "")
	d.Help = multiformat(r.Page, r.Page)
	d.DefaultConfiguration = sarif.NewReportingConfiguration().WithLevel(level(r.Severity))
	return d
}

func multiformat(text, markdown string) *sarif.MultiformatMessageString {
	m := sarif.NewMultiformatMessageString().WithText(text)
	if markdown != "" {
		m.WithMarkdown(markdown)
	}
	return m
}

// Lead is the first paragraph of a rule's page on one line, or its title.
func Lead(r *analysis.Rule) string {
	_, rest, _ := strings.Cut(strings.TrimSpace(r.Page), "\n")
	para, _, _ := strings.Cut(strings.TrimSpace(rest), "\n\n")
	if para = strings.Join(strings.Fields(para), " "); para == "" || strings.HasPrefix(para, "#") {
		return r.Title
	}
	return para
}

func level(s analysis.Severity) string {
	switch {
	case s >= analysis.High:
		return "error"
	case s == analysis.Medium:
		return "warning"
	}
	return "note"
}

func problem(s analysis.Severity) string {
	if l := level(s); l != "note" {
		return l
	}
	return "recommendation"
}

func precision(c analysis.Confidence) string {
	return [...]string{analysis.Unsure: "low", analysis.Likely: "medium", analysis.Certain: "very-high"}[c]
}

// score is a severity on the scale from 0 to 10 that code-scanning services
// sort by.
func score(s analysis.Severity) string {
	return [...]string{analysis.Info: "0.5", analysis.Low: "3.0", analysis.Medium: "5.5", analysis.High: "8.0", analysis.Critical: "9.5"}[s]
}
