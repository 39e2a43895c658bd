package files

import (
	"strings"

	"pavise/analysis"
	"pavise/analysis/rules/files"
	"pavise/quickfix/fix"
	"pavise/quickfix/pyedit"
)

// LimitBody sets a limit to the size of requests.
var LimitBody = &fix.Fix{
	Name:    "limit-body",
	For:     []*analysis.Rule{files.UploadSizeUnlimited},
	Compute: limitBody,
}

// limits are the values of the settings: for Django its own defaults.
var limits = map[string]string{
	"DATA_UPLOAD_MAX_MEMORY_SIZE": "2621440", "DATA_UPLOAD_MAX_NUMBER_FIELDS": "1000", "DATA_UPLOAD_MAX_NUMBER_FILES": "100",
}

const sixteen = "16 * 1024 * 1024"

func limitBody(s *fix.Site) []fix.Proposal {
	e := s.Edits()
	if target, value, ok := s.Assignment(); ok {
		limit := sixteen
		for name, n := range limits {
			if strings.HasSuffix(target.Str(), name) {
				limit = n
			}
		}
		e.ReplaceNode(value, limit)
		return fix.Propose(e, "Larger requests are refused from now on: choose a limit that your forms need.", "Limit requests to %s", limit)
	}
	call, ok := s.Call()
	if !ok {
		return nil
	}
	for _, name := range []string{"client_max_size", "max_buffer_size", "max_body_size"} {
		if a, has := pyedit.Keyword(call.Node, name); has {
			e.ReplaceNode(call.On(a.Value), sixteen)
			return fix.Propose(e, "Larger requests are refused from now on: choose a limit that your forms need.", "Limit requests to %s", sixteen)
		}
	}
	return fix.Refuse("Read the upload in chunks, count their lengths, and stop at a limit.")
}
