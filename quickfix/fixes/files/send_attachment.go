package files

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/files"
	"pavise/analysis/syntax"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// SendAttachment makes the browser save a file instead of showing it.
var SendAttachment = &fix.Fix{
	Name:    "send-attachment",
	For:     []*analysis.Rule{files.DownloadInline},
	Compute: sendAttachment,
}

func sendAttachment(s *fix.Site) []fix.Proposal {
	call, ok := s.Call()
	if !ok {
		return nil
	}
	keyword, value := "as_attachment", "True"
	e := s.Edits()
	switch name := s.EventName(); {
	case strings.HasPrefix(name, "bottle."):
		keyword = "download"
	case strings.HasPrefix(name, "starlette."), strings.HasPrefix(name, "fastapi."):
		path, ok := pyedit.Argument(call.Node, 0, "path")
		if !ok || path.Value.Kind() != syntax.KindIdentifier {
			return fix.Refuse("Give FileResponse the filename= under which the browser saves the file.")
		}
		keyword, value = "filename", e.Use(call, "os", "path", pyedit.Plain)+".basename"+"("+path.Value.Str()+")"
	}
	if a, has := pyedit.Keyword(call.Node, keyword); has {
		e.ReplaceNode(call.On(a.Value), value)
	} else if !e.AddKeyword(call, keyword, value) {
		return fix.Refuse("The call takes no further argument as it is written.")
	}
	return fix.Propose(e, "The browser saves the file from now on: pictures in pages still show, links to documents download.", "Send the file as an attachment")
}
