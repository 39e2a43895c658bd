# Makes the table of docs/editors.md of the lines that the tests left. A feature is what the lines of one or more names show.
# "yes": in every version of the editor that ran; "some": not in all of them; "-": nothing tried it.
BEGIN {
	FS = "\t"
	feature("findings in the text", "open the file, see the findings|findings are underlined and counted")
	feature("messages with source, consequence and cure",
		"the message says source, consequence and cure|in the extension host: diagnostics carry severity, code and path")
	feature("hover with the way of the data", "hover shows the way from source to sink|the hover tells the path")
	feature("findings while typing, without saving", "type an unsafe line, see it without saving|in the extension host: a text that has no file yet")
	feature("a fix by its code action", "fix the query by its code action, save|the light bulb offers the fix, which is made")
	feature("undo", "undo takes the finding away|undo brings the finding back")
	feature("ignoring a finding on its line", "ignore a finding on its line")
	feature("all safe fixes at once", "all safe fixes by one action|in the extension host: fix all leaves what is not safe")
	feature("safe fixes on save", "fix on save, as the README has it|saving makes the safe fixes")
	feature("scan of the whole workspace", "a scan finds what is in closed files")
	feature("names of rules completed", "in the extension host: names of rules are completed in an ignore comment")
	feature("names in pavise.toml lead to their pages", "in the extension host: names of rules in a configuration lead to their pages")
	feature("notebooks", "in the extension host: a cell of a notebook has findings, and knows those above it")
	feature("inlay hints", "in the extension host: inlay hints are off, and come when they are wanted")
	feature("a line above each handler", "in the extension host: a line above each handler is off, and comes when it is wanted")
	feature("settings of the editor", "in the extension host: a setting that somebody makes counts, a default does not")
	feature("the server ends with the editor", "no server is left|no server is left, it ended with 0")
	feature("the server ends when the editor is killed", "the editor is killed, the server ends")
}
function feature(name, lines,    n, i, parts) {
	features[++rows] = name
	n = split(lines, parts, "|")
	for (i = 1; i <= n; i++) shows[parts[i]] = rows
}
$1 == "skip" || $2 == "install" || $2 == "traffic" { next }
{
	editor = $2
	version = ""
	if (match(editor, / [0-9][0-9.]*/)) {
		version = substr(editor, RSTART, RLENGTH)
		editor = substr(editor, 1, RSTART - 1) substr(editor, RSTART + RLENGTH)
	}
	if (!(editor in known)) { known[editor]; columns[++width] = editor }
	if (version != "" && !((editor, version) in counted)) { counted[editor, version]; versions[editor]++ }
	if ($1 == "ok" && ($3 in shows) && !((shows[$3], editor, version) in done)) {
		done[shows[$3], editor, version]
		times[shows[$3], editor]++
	}
}
END {
	head = "| |"
	line = "|---|"
	for (c = 1; c <= width; c++) { head = head " " columns[c] " |"; line = line "---|" }
	print head
	print line
	for (r = 1; r <= rows; r++) {
		text = "| " features[r] " |"
		for (c = 1; c <= width; c++) {
			n = times[r, columns[c]]
			text = text " " (n == 0 ? "-" : n < versions[columns[c]] ? "some" : "yes") " |"
		}
		print text
	}
}
