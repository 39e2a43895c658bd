package analysis

import (
	"strings"

	"pavise/analysis/flow"
	"pavise/analysis/models"
)

// Data names the data of an arrival in the user's words: "`name` from
// `request.args`", or just one of the two where they are the same.
func Data(r flow.Reach) string {
	from := "`" + r.Origin.Label + "`"
	at := ""
	if r.Node.OK() {
		at = "`" + flow.Label(r.Node) + "`"
	}
	switch {
	case at == "" || at == from || strings.Contains(at, r.Origin.Label):
		if at != "" && len(at) <= 60 && strings.Contains(at, r.Origin.Label) {
			return at
		}
		return from
	case r.Origin.Tier <= models.Opaque:
		return at
	}
	return at + " from " + from
}

// Unknown says what is not known of an arrival's data.
func Unknown(r flow.Reach) string {
	switch r.Origin.Tier {
	case models.Opaque:
		return Data(r) + ", of unknown origin,"
	case models.Stored:
		return Data(r) + ", which was stored earlier,"
	case models.Operator:
		return Data(r) + ", which whoever runs the program sets,"
	}
	return Data(r) + ", which callers choose,"
}
