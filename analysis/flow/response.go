package flow

import (
	"strings"

	"pavise/analysis/models"
	"pavise/analysis/syntax"
)

// made is the hidden part by which a response is known under all its states.
const made = "\x00made"

// response is the result of a call as a response whose content type may still
// be set: events are those that the call gave, from a number on.
func (f *frame) response(n syntax.Node, from int, v *Value) *Value {
	for i := from; i < len(f.run.events); i++ {
		e := &f.run.events[i]
		if e.Kind != Called || e.Node != n || !sinksInto(e, models.HTML) {
			continue
		}
		mark := &Value{}
		if f.run.made == nil {
			f.run.made = map[*Value]int{}
		}
		f.run.made[mark] = i
		return v.with(partKey{kind: attrPart, name: made}, mark)
	}
	return v
}

func sinksInto(e *Event, kind models.Kind) bool {
	for _, s := range e.Sinks {
		if s.Kinds()&kind != 0 {
			return true
		}
	}
	return false
}

// typesResponse takes in that the content type of a response is set after it
// was made: response.content_type = v, response.headers["Content-Type"] = v.
func (f *frame) typesResponse(obj *Value, attr, key string, v *Value) {
	if f.run.made == nil {
		return
	}
	switch {
	case attr == "content_type" || attr == "mimetype" || attr == "media_type":
	case strings.EqualFold(key, "content-type"):
		if obj.Attr(made) == nil && obj.recv != nil {
			obj = obj.recv // of its headers
		}
	default:
		return
	}
	i, ok := f.run.made[obj.Attr(made)]
	if !ok || isHTML(v) {
		return
	}
	e := &f.run.events[i]
	var kept []*models.Sink
	for _, s := range e.Sinks {
		if s.Kinds()&models.HTML == 0 {
			kept = append(kept, s)
		}
	}
	e.Sinks = kept
}
