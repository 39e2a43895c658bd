package secrets

import (
	"strings"
	"testing"
)

func TestNameOf(t *testing.T) {
	for name, want := range map[string]Trust{
		"password": Pass, "DB_PASSWORD": Pass, "dbPass": Pass, "smtp_pass": Pass, "PASSWORD_PROD": Pass, "client_secret": Secrets, "apiKey": Secrets, "x-api-key": Secrets,
		"AWS_SECRET_ACCESS_KEY": Secrets, "access_token": Secrets, "token": Maybe, "build_key": Maybe,
		"PASSWORD_FIELD": Other, "password_hash": Other, "csrf_token": Other, "is_password": Other, "primary_key": Other, "bypass": Other, "compass": Other, "monkey": Other, "secretary": Other, "key": Other,
		"next_token": Other, "token_url": Other, "cache_key": Other, "": Other,
	} {
		if got := NameOf(name); got != want {
			t.Errorf("NameOf(%q) = %d, want %d", name, got, want)
		}
	}
}

func TestJudge(t *testing.T) {
	for text, want := range map[string]Guess{
		"S3cr3tPw9x": Strong, "9fK2mQx7Lp4Zt8Vb1Nc6": Strong, "blerg71x": Strong, "toor": Weak, "kettle": Weak,
		"changeme": Placeholder, "your-key-here": Placeholder, "xxxxxxxx": Placeholder, "secret": Placeholder,
		"${DB_PASSWORD}": NoSecret, "{password}": NoSecret, "%(password)s": NoSecret, "<password>": NoSecret, "/run/secrets/db": NoSecret, "DB_PASSWORD": NoSecret, "csrf_token": NoSecret,
		"password1": NoSecret, "Enter a password": NoSecret, "Password:": NoSecret, "django.contrib.auth": NoSecret, "key.pem": NoSecret, "route53:CreateKeySigningKey": NoSecret, "$2b$12$abcdefghijklmnop": NoSecret,
		"3f2504e0-4f89-11d3-9a0c-0305e82c3301": NoSecret, "5f4dcc3b5aa765d61d8327deb882cf99": NoSecret, "Contraseña": NoSecret, "": NoSecret, "****": NoSecret,
	} {
		if got := Judge(text, true); got != want {
			t.Errorf("Judge(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestRoleOf(t *testing.T) {
	for path, want := range map[string]Role{
		"app/views.py": Source, ".env": Config, "deploy/prod.yaml": Config, "Dockerfile": Config, "a/.env.example": Example, "tests/a.py": Test, "app/test_views.py": Test, "README.md": Doc, "docs/conf.py": Example,
		"package-lock.json": Listing, "locale/de/x.po": Listing, "static/app.min.js": Listing, "requirements.txt": Listing, "app/contest.py": Source, "latest/app.py": Source,
	} {
		if got := RoleOf(path); got != want {
			t.Errorf("RoleOf(%q) = %d, want %d", path, got, want)
		}
	}
}

func TestTable(t *testing.T) {
	n := 0
	for _, list := range patterns().words {
		for _, p := range list {
			p.compile() // none may panic
			n++
		}
	}
	if n < 150 {
		t.Errorf("%d patterns", n)
	}
}

func BenchmarkScan(b *testing.B) {
	text := []byte(strings.Repeat("def view(request):\n    token = request.GET[\"key\"]\n    return render(request, \"page.html\", {\"a\": token, \"url\": \"https://example.org/a\"})\n\n", 5000))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Scan(text)
	}
}

func FuzzScan(f *testing.F) {
	f.Add("postgres://a:b9kQ7xPz@c.net AKIAQ3EGRTX7BLFKJ2WD\n-----BEGIN PRIVATE KEY-----\npassword: k7Rw2pQ9x")
	f.Fuzz(func(t *testing.T, text string) {
		r := Scan([]byte(text))
		Settings([]byte(text), &r)
		for _, m := range r.Matches {
			if m.Span.Start >= m.Span.End || int(m.Span.End) > len(text) {
				t.Fatalf("%v of %d bytes", m.Span, len(text))
			}
		}
	})
}
