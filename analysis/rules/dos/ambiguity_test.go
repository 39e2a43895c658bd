package dos

import "testing"

func TestExponential(t *testing.T) {
	for pattern, want := range map[string]bool{
		`(a+)+$`: true, `(?:a+)+b`: true, `^(\w+\s?)*$`: true, `([a-zA-Z]+)*\d`: true, `(a|aa)+$`: true, `(.*)*x`: true, `^(([a-z])+.)+[A-Z]([a-z])+$`: true,
		`(x+x+)+y`: true, `(a{1,3})+$`: true, `^(\d+|[0-9a-f]+)*z`: true, `(\s*,?\s*)*;`: true, `^([a-zA-Z0-9_.-]+)+@x$`: true, `(a+){2,}b`: true,
		`(a*)*`: false, `(a+)+`: false, `\w+@\w+\.com`: false, `^[a-z]+$`: false, `(\w+,)*\w+$`: false, `^(a|b)*$`: false, `(\w|\d)+$`: false, `^(\d{3})+$`: false,
		`^\w+([.-]?\w+)*@x$`: true, `^\w+([.-]\w+)*@x$`: false, `(ab|cd)+$`: false, `(?=a+)+b`: false, `a++b+`: false, `([^"]|"")*"$`: false, `("[^"]*")+$`: false,
		`(a+){2}b`: false, ``: false, `(((((((((a+)+)+)+)+)+)+)+)+)+$`: true,
	} {
		if got := exponential(pattern, false); got != want {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
	if !exponential(`(a+)+`, true) {
		t.Error("fullmatch ends in an anchor")
	}
}

func FuzzExponential(f *testing.F) {
	f.Add(`^(\w+\s?)*$`)
	f.Add(`(.{1,9}){1,9}(.*){3,}x`)
	f.Fuzz(func(_ *testing.T, pattern string) { exponential(pattern, len(pattern)%2 == 0) })
}

// TestQuadratic has patterns that take Python more than a tenth of a second for
// 20,000 characters, and others that take it nothing.
func TestQuadratic(t *testing.T) {
	for _, x := range []struct {
		pattern  string
		searched bool
		want     bool
	}{
		{`\s+$`, true, true}, {`^\s+|\s+$`, true, true}, {`\d+$`, true, true}, {`[a-z]+\d`, true, true}, {`\s*,\s*`, true, true}, {`(\S+)\s*=`, true, true},
		{`.*a.*b`, false, true}, {`^\d+\d+$`, false, true}, {`^\w+\d*@`, false, true}, {`^0\.\d+E?\d+$`, false, true}, {`^[^@]+@[^@]+\.[^@]+$`, false, true},
		{`\s+$`, false, false}, {`^\s+`, true, false}, {`\d+`, true, false}, {`^[\w.-]+@[\w-]+\.[\w.-]+$`, false, false}, {`(\w+)=(\w+)`, false, false},
		{`^\d{1,9}\d{1,9}$`, false, false}, {`.*=.*`, false, false}, {`^\w+(?:\s\w+)*$`, false, false}, {`^https?://[^/]+/.*$`, false, false}, {``, true, false},
	} {
		if got := quadratic(x.pattern, false, x.searched); got != x.want {
			t.Errorf("%s, searched %v: %v, want %v", x.pattern, x.searched, got, x.want)
		}
	}
}

func FuzzQuadratic(f *testing.F) {
	f.Add(`^\s+|\s+$`)
	f.Fuzz(func(_ *testing.T, pattern string) { quadratic(pattern, len(pattern)%2 == 0, true) })
}
