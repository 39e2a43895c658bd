# Makes the table of docs/editors.md of the lines that the tests left: what was done in two editors or more, in the order in
# which it was first done, by editor without its versions. "yes": in every version that ran; "some": not in all of them.
BEGIN { FS = "\t" }
$2 == "install" { next }
$1 == "skip" { next }
{
	editor = $2
	version = ""
	if (match(editor, / [0-9][0-9.]*/)) {
		version = substr(editor, RSTART, RLENGTH)
		editor = substr(editor, 1, RSTART - 1) substr(editor, RSTART + RLENGTH)
	}
	what = $3
	sub(/, it ended with 0$/, "", what)
	if (!(editor in column)) { column[editor] = ++columns; title[columns] = editor }
	if (!((editor, version) in seen)) { seen[editor, version]; versions[editor]++ }
	if ($1 != "ok") next
	if (!(what in row)) { row[what] = ++rows; name[rows] = what }
	if (!((what, editor) in times)) editors[what]++
	times[what, editor]++
}
END {
	head = "| |"
	line = "|---|"
	for (c = 1; c <= columns; c++) { head = head " " title[c] " |"; line = line "---|" }
	print head
	print line
	for (r = 1; r <= rows; r++) {
		if (editors[name[r]] < 2) continue
		text = "| " name[r] " |"
		for (c = 1; c <= columns; c++) {
			n = times[name[r], title[c]]
			text = text " " (n == 0 ? "-" : n < versions[title[c]] ? "some" : "yes") " |"
		}
		print text
	}
}
