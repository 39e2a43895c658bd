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
