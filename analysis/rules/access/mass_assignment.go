package access

import (
	_ "embed"
	"regexp"
	"strings"

	"pavise/analysis"
	"pavise/analysis/flow"
	"pavise/analysis/models"
	"pavise/analysis/syntax"
	"pavise/analysis/wordset"
)

//go:embed mass_assignment.md
var massAssignmentPage string

// MassAssignment: model filled with every field of the request.
var MassAssignment = &analysis.Rule{
	ID:         "mass-assignment",
	Class:      "access",
	Title:      "Model filled with every field of the request",
	CWE:        []int{915},
	OWASP2021:  "A08:2021 Software and Data Integrity Failures",
	OWASP2025:  "A08:2025 Software or Data Integrity Failures",
	Severity:   analysis.High,
	Confidence: analysis.Likely,
	Aliases:    analysis.Aliases{Ruff: []string{"DJ007"}, Semgrep: []string{"mass-assignment"}},
	Page:       massAssignmentPage,
	Checks: []analysis.Check{
		analysis.Sinks{Kind: models.Assign, Run: assigned},
		analysis.Sets{Names: []string{"fields"}, Run: allFields},
	},
}

const says = " sets every field that the client names, such as is_admin or owner_id. List the fields that it may set."

// assigned objects to fields whose names the client chooses.
func assigned(p *analysis.Pass, e *flow.Event, s *models.Sink) {
	certain, ok := storedAs(p, e)
	if !ok {
		return
	}
	for i := range e.Args {
		a := &e.Args[i]
		if !names(e, s, i) {
			continue
		}
		for _, r := range flow.Reaching(a.Value, a.Node, models.Assign) {
			if r.Origin.Tier != models.Remote || declared(r) {
				continue
			}
			c := analysis.Certain
			if r.Origin.Vague || r.Weak || s.Weak || !certain {
				c = analysis.Unsure
			}
			p.ReportReach(e, r, c, analysis.Data(r)+says)
			return
		}
	}
}

// names reports whether the i-th argument gives names of fields: the mapping
// that is unpacked, a mapping of the client's own.
func names(e *flow.Event, s *models.Sink, i int) bool {
	a := &e.Args[i]
	if a.Name != "**" && (a.Name != "" && a.Name != "document" || i > 0 || len(s.Args) == 0 || s.Args[0] != "0") {
		return false
	}
	v := a.Value
	// a mapping put together here has the names that are written here
	return len(flow.Reaching(v.Keys(), a.Node, models.Assign)) > 0 && v.Type != "str" && v.Type != "bytes" && len(v.Pieces) == 0
}

// storedAs reports whether an event fills a stored object; ok is false for
// classes that check what they are given.
func storedAs(p *analysis.Pass, e *flow.Event) (certain, ok bool) {
	if len(e.Sinks) == 0 || e.Sinks[0] != models.Default().FieldsSink() {
		return true, true
	}
	root, _, _ := strings.Cut(e.Name, ".")
	if ormRoots[root] {
		return true, true
	}
	leaf := e.Name[strings.LastIndexByte(e.Name, '.')+1:]
	if checks[root] || schema.MatchString(leaf) {
		return false, false
	}
	if e.Recv != nil && e.Recv.Local() {
		return false, strings.Contains(strings.ToLower(e.Name), "model") || leaf == "Base"
	}
	if strings.Contains(e.Name, "models.") || strings.HasPrefix(e.Name, ".") {
		return true, true
	}
	return false, usesORM(p)
}

var ormRoots = wordset.Of("django sqlalchemy flask_sqlalchemy sqlmodel peewee tortoise mongoengine beanie pony gino ormar flask_mongoengine odmantic flask_appbuilder")

// checks are roots of classes that declare what they take.
var checks = wordset.Of("pydantic marshmallow dataclasses attr attrs typing wtforms rest_framework msgspec pandas collections datetime logging requests httpx boto3 jinja2 fastapi starlette flask werkzeug")

var schema = regexp.MustCompile(`(?:Schema|Form|Serializer|In|Create|Update|Request|Response|DTO|Dto|Params|Config|Settings|Options|Query|Filter|Payload|Input|Args|Error|Exception|Client|Command|Event|Message|Validator)$`)

func usesORM(p *analysis.Pass) bool {
	for r := range ormRoots {
		if p.Imports(r) {
			return true
		}
	}
	return false
}

// declared reports whether data went through a form or schema that lists its
// fields, or is a parameter of a class that does.
func declared(r flow.Reach) bool {
	for _, name := range []string{r.Origin.Label, flow.Label(r.Node)} {
		if strings.Contains(name, "cleaned_data") || strings.Contains(name, "validated_data") || strings.Contains(name, "model_dump") {
			return true
		}
	}
	n := r.Origin.Node.Parent()
	if k := n.Kind(); !n.OK() || k != syntax.KindTypedParameter && k != syntax.KindTypedDefaultParameter {
		return false
	}
	t := strings.ToLower(n.Child(syntax.FieldType).Str())
	return !strings.Contains(t, "dict") && !strings.Contains(t, "any") && !strings.Contains(t, "mapping") && !strings.Contains(t, "json")
}

// account recognises the serializers of models that say what somebody may do.
// Forms of them are mostly those of administrators.
var account = regexp.MustCompile(`User|Account|Profile|Member|Customer|Employee|Staff`)

// allFields objects to forms and serializers that take every field of a model
// which has fields that clients must not set.
func allFields(p *analysis.Pass, e *flow.Event) {
	if e.Kind != flow.Assigned || e.Value == nil {
		return
	}
	if text, ok := e.Value.Str(); !ok || text != "__all__" {
		return
	}
	form, inMeta := strings.CutSuffix(metaOf(e.Node), ".Meta")
	if !inMeta {
		return
	}
	c := analysis.Unsure
	if account.MatchString(form) && strings.HasSuffix(form, "Serializer") {
		c = analysis.Likely
	}
	p.Report(e, c, "Every field of the model can be set through this form, those that are added later as well. List the fields that clients may set.")
}

// metaOf is the qualified name of the class around an assignment.
func metaOf(n syntax.Node) string {
	name := ""
	for p := n.Parent(); p.OK(); p = p.Parent() {
		if p.Kind() == syntax.KindClassDefinition {
			name = "." + p.Child(syntax.FieldName).Str() + name
		}
	}
	return n.Unit().Parent + name
}
