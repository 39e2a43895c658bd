package sql

import (
	"strings"
	"testing"
)

// pieces splits a statement at {}: every pair of braces is a hole.
func pieces(s string) []Piece {
	var out []Piece
	for i, p := range strings.Split(s, "{}") {
		if i > 0 {
			out = append(out, Piece{Hole: true})
		}
		if p != "" {
			out = append(out, Piece{Text: p})
		}
	}
	return out
}

var placeNames = [...]string{"value", "quoted", "typed", "identifier", "keyword", "fragment", "start", "text"}

func TestPlaceOfHoles(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"SELECT a FROM t WHERE id = {}", "value"},
		{"SELECT a FROM t WHERE name = '{}'", "quoted"},
		{"SELECT a FROM t WHERE name = '{}' AND age > {} ORDER BY {} {}", "quoted value identifier keyword"},
		{"SELECT a FROM t WHERE name LIKE '%{}%'", "quoted"},
		{"SELECT a FROM t WHERE name LIKE {}", "value"},
		{"SELECT a FROM t WHERE a BETWEEN {} AND {} AND {} = 3", "value value identifier"},
		{"SELECT a FROM t WHERE a BETWEEN 1 AND {} AND {}", "value fragment"},
		{"SELECT {} FROM {}", "identifier identifier"},
		{"SELECT a, {} FROM s.{} JOIN {} ON a.{} = b.id", "identifier identifier identifier identifier"},
		{"INSERT INTO t ({}, b) VALUES ({}, '{}'), (1, {})", "identifier value quoted value"},
		{"INSERT INTO {} VALUES ({})", "identifier value"},
		{"INSERT INTO t VALUES {}", "fragment"},
		{"UPDATE t SET a = {}, b = '{}', {} = 1 WHERE id={}", "value quoted identifier value"},
		{"UPDATE {} SET {}", "identifier identifier"},
		{"DELETE FROM t WHERE id IN ({}, {})", "value value"},
		{"DELETE FROM t WHERE id IN {}", "fragment"},
		{"SELECT a FROM t WHERE {}", "fragment"},
		{"SELECT a FROM t WHERE a = 1 {}", "fragment"},
		{"SELECT a FROM t LIMIT {} OFFSET {}", "value value"},
		{"SELECT a FROM t LIMIT {}, {}", "value value"},
		{"SELECT a FROM t ORDER BY id {}", "keyword"},
		{"SELECT a FROM t ORDER BY lower(name) {}, {}", "keyword identifier"},
		{"SELECT a FROM t GROUP BY {}", "identifier"},
		{"SELECT a FROM users_{}", "identifier"},
		{"SELECT a FROM {}_users WHERE x={}", "identifier value"},
		{"SELECT a FROM {}.users", "identifier"},
		{"SELECT a FROM t WHERE {} = '{}'", "identifier quoted"},
		{"SELECT a FROM t WHERE lower(name) = lower('{}')", "quoted"},
		{"SELECT a FROM t WHERE lower(name) = lower({})", "value"},
		{"SELECT coalesce(a, {}) FROM t", "value"},
		{"SELECT a FROM t WHERE (a = {} OR b = ({}))", "value value"},
		{"SELECT a FROM t WHERE ts > now() - INTERVAL '{} days'", "typed"},
		{"SELECT a FROM t WHERE d = DATE '{}'", "typed"},
		{"SELECT a FROM t WHERE d = E'{}'", "typed"},
		{"SELECT a FROM t WHERE a = \"{}\"", "quoted"},
		{"SELECT a FROM \"{}\"", "identifier"},
		{"SELECT `{}` FROM [{}]", "identifier identifier"},
		{"SELECT a -- {}\nFROM t WHERE a = {}", "text value"},
		{"SELECT a /* {} */ FROM t", "text"},
		{"SELECT $$ {} $$", "text"},
		{"{}", "start"},
		{"{} WHERE id = {}", "start value"},
		{"SELECT a FROM t WHERE a = 'it''s {}'", "quoted"},
		{"SELECT a FROM t WHERE a = '{}", "text"},
		{"SELECT a FROM t WHERE a LIKE '{}' ESCAPE '\\' AND b = {}", "quoted value"},
		{"SELECT a FROM t; DELETE FROM t WHERE id = {}", "value"},
		{"SELECT * FROM t WHERE a = {}", "value"},
		{"SELECT a * {} FROM t", "value"},
		{"SELECT a FROM t WHERE x IS NOT DISTINCT FROM {}", "value"},
		{"SELECT CASE WHEN a = {} THEN {} ELSE '{}' END FROM t", "value value quoted"},
		{"SELECT a::{} FROM t WHERE b = {}::int", "identifier value"},
		{"SELECT a FROM t WHERE id = ANY({})", "value"},
		{"SELECT a FROM t WHERE doc->>'{}' = {}", "quoted value"},
		{"WITH x AS (SELECT a FROM t WHERE b = {}) SELECT a FROM x WHERE c = '{}'", "value quoted"},
		{"INSERT INTO t (a) VALUES (?) ON CONFLICT ({}) DO UPDATE SET a = {}", "identifier value"},
		{"SELECT a FROM t WHERE name = '{}_{}'", "quoted quoted"},
		{"CALL {}({})", "identifier value"},
		{"SELECT a FROM t WHERE a = {} AND b = {} OR {} LIKE 'x'", "value value identifier"},
		{"SELECT `{}` FROM t # {}\nWHERE a = {}", "identifier text value"},
		{"SELECT a FROM #temp WHERE a = {}", "value"},
		{"SELECT a FROM #{} WHERE a = '{}'", "identifier quoted"},
		{"SELECT doc #>> '{}' FROM t WHERE doc #> {} = '{}'", "quoted value quoted"},
		{"SELECT a FROM t WHERE a ?| array['{}'] AND b ? '{}' AND c = {}", "quoted quoted value"},
		{"SELECT [{}] FROM [dbo].[{}] WHERE [a] = N'{}'", "identifier identifier typed"},
		{"SELECT a FROM t WHERE a = '{}'::date AND b::text = {}", "quoted value"},
		{"SELECT a FROM t WHERE a LIKE '%%{}%%' AND b %% {} = 0", "quoted value"},
		{"SELECT TOP ({}) a FROM t WHERE b = {}", "value value"},
		{"EXEC sp_x {}, '{}', {}", "value quoted value"},
		{"EXECUTE sp_x @a = {}, @b = '{}'", "value quoted"},
		{"EXEC {} 'a'", "identifier"},
		{"BEGIN p('{}', {}); END;", "quoted value"},
		{"SELECT a FROM t WHERE ts > now() - interval {} day AND a = {}", "typed value"},
		{"INSERT INTO t SET a = {}, b = '{}'", "value quoted"},
		{"INSERT INTO t VALUES ({}) ON DUPLICATE KEY UPDATE a = {}, {} = 2", "value value identifier"},
		{"MERGE INTO t USING s ON t.a = {} WHEN MATCHED THEN UPDATE SET b = '{}'", "value quoted"},
		{"SELECT count({}), max({}) FROM t GROUP BY {} HAVING count(*) > {}", "identifier identifier identifier value"},
		{"SELECT a FROM t OFFSET {} ROWS FETCH NEXT {} ROWS ONLY", "value value"},
		{"SELECT a FROM t FOR UPDATE {}", "keyword"},
		{"SELECT a FROM t UNION ALL {}", "fragment"},
		{"PRAGMA table_info({})", "identifier"},
		{"{} = '{}'", "identifier quoted"},
		{"{} LIKE '%{}%' AND b = {}", "identifier quoted value"},
		{"{} DESC", "identifier"},
		{"{} {}", "start fragment"},
		{"a = '{}' AND {} = 2", "quoted identifier"},
		{"SELECT a FROM t WHERE a='{}'and b={}", "quoted value"},
		{"SELECT a FROM t WHERE x = $tag$ {} $tag$ AND y = {}", "text value"},
		{"SELECT a FROM t WHERE a = :name AND c::int = {} AND d = '12:30:{}'", "value quoted"},
		{"SELECT CAST({} AS {}) FROM t", "value identifier"},
		{"SELECT a FROM t WHERE a LIKE CONCAT('%', {}, '%') OR a LIKE '%' || {} || '%'", "value value"},
		{"SELECT extract(year FROM {}) FROM t WHERE {}.a = 1", "value identifier"},
	} {
		var got []string
		for _, h := range Holes(pieces(c.text)) {
			got = append(got, placeNames[h.Place])
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, g, c.want)
		}
	}
}

func TestDefinitionsTakeNoParameters(t *testing.T) {
	for text, want := range map[string]bool{
		"CREATE USER x PASSWORD '{}'":           true,
		"DROP TABLE {}":                         true,
		"PRAGMA user_version = {}":              true,
		"SET search_path = {}":                  true,
		"SELECT 1; ALTER TABLE t ADD c '{}'":    true,
		"UPDATE t SET a = {}":                   false,
		"DROP TABLE a; SELECT a WHERE b = '{}'": false,
	} {
		if got := Holes(pieces(text))[0].Definition(); got != want {
			t.Errorf("%s: definition %v, want %v", text, got, want)
		}
	}
}

func TestWholeLiteral(t *testing.T) {
	for text, want := range map[string]bool{
		"a = '{}'": true, "a = '%{}%'": false, "a = '{}{}'": false, "a = ' {}'": false, `a = "{}"`: true,
	} {
		if got := Holes(pieces("SELECT 1 WHERE " + text))[0].Whole; got != want {
			t.Errorf("%s: whole %v", text, got)
		}
	}
}

func TestTokensKeepTheirPlaces(t *testing.T) {
	p := pieces("SELECT a FROM t WHERE a = '%{}' AND b = %s AND c = %(n)s AND d = :d AND e = $1 AND f = ? AND g = a::b % 2")
	var placeholders []string
	for _, tok := range Scan(p) {
		switch tok.Kind {
		case Placeholder:
			placeholders = append(placeholders, tok.Text)
		case Literal:
			if tok.Start != (Pos{0, 26}) || tok.End != (Pos{2, 1}) || len(tok.Holes) != 1 || tok.Holes[0] != 1 {
				t.Errorf("literal at %v to %v with holes %v", tok.Start, tok.End, tok.Holes)
			}
		}
	}
	if got := strings.Join(placeholders, " "); got != "%s %(n)s :d $1 ?" {
		t.Errorf("placeholders %s", got)
	}
}

func FuzzHoles(f *testing.F) {
	f.Add("SELECT a FROM t WHERE name = '{}' AND b IN ({}) ORDER BY {}")
	f.Add("'{}\"{}`$a${}[{}]((({}))--{}")
	f.Fuzz(func(t *testing.T, s string) {
		p := pieces(s)
		want := 0
		for _, x := range p {
			if x.Hole {
				want++
			}
		}
		holes := Holes(p)
		if len(holes) != want {
			t.Fatalf("%q: %d holes, %d contexts", s, want, len(holes))
		}
		last := -1
		for _, h := range holes {
			if h.Piece <= last || !p[h.Piece].Hole {
				t.Fatalf("%q: contexts out of order", s)
			}
			last = h.Piece
		}
	})
}
