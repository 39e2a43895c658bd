package secrets

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Role is what a file is for, as far as secrets in it go.
type Role uint8

// Roles.
const (
	Source  Role = iota // code and other text
	Config              // settings of a program: .env, YAML, TOML, INI, shell, Dockerfile
	Doc                 // a text for people
	Test                // tests and what they need
	Example             // a pattern for settings
	Listing             // what tools write: lock files, maps, minified code, translations
)

var (
	testPath    = regexp.MustCompile(`(?i)(?:^|/)(?:tests?|testing|testdata|test_data|fixtures?|mocks?|specs?|__tests__|e2e|cassettes|unittests?)/|(?:^|/)(?:test_[^/]*|[^/]*_test\.\w+|[^/]*\.(?:test|spec)\.\w+|conftest\.py|(?:[^/]*_)?tests?\.py|[^/]*_test_[^/]*|settings_test[^/]*|[^/]*test_settings[^/]*)$`)
	docPath     = regexp.MustCompile(`(?i)(?:^|/)(?:docs?|documentation|examples?|samples?|tutorials?|demos?|snippets|locale|locales|i18n|translations|lang)/`)
	exampleName = regexp.MustCompile(`(?i)(?:example|sample|template|dist|default|tmpl|tpl)`)
)

// RoleOf tells by the path of a file what it is for.
func RoleOf(path string) Role {
	path = filepath.ToSlash(path)
	name := strings.ToLower(path[strings.LastIndexByte(path, '/')+1:])
	ext := filepath.Ext(name)
	switch {
	case testPath.MatchString(relative(path)):
		return Test
	case isListing(name, ext):
		return Listing
	case ext == ".md" || ext == ".rst" || ext == ".txt" && !strings.HasPrefix(name, "secret") && !strings.HasPrefix(name, "credential") || ext == ".adoc" || ext == ".html" && docPath.MatchString(relative(path)):
		return Doc
	case docPath.MatchString(relative(path)):
		return Example
	case isConfig(name, ext):
		if exampleName.MatchString(name) {
			return Example
		}
		return Config
	}
	return Source
}

// relative is the end of a path in which folders tell what a file is for: what
// lies above a project says nothing of it.
func relative(path string) string {
	list := strings.Split(path, "/")
	if strings.HasPrefix(path, "/") && len(list) > 5 {
		list = list[len(list)-5:]
	}
	return strings.Join(list, "/")
}

func isConfig(name, ext string) bool {
	switch ext {
	case ".env", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".config", ".properties", ".sh", ".bash", ".zsh", ".ps1", ".bat", ".tf", ".tfvars", ".json", ".service", ".cnf":
		return true
	}
	return strings.HasPrefix(name, ".env") || strings.HasPrefix(name, "dockerfile") || strings.HasPrefix(name, "containerfile") || ext == ".dockerfile" ||
		name == ".npmrc" || name == ".pypirc" || name == ".netrc" || name == "procfile" || name == "makefile" || name == "credentials" || strings.HasSuffix(name, "rc") && strings.HasPrefix(name, ".")
}

func isListing(name, ext string) bool {
	switch ext {
	case ".lock", ".map", ".po", ".pot", ".mo", ".svg", ".ipynb", ".sum", ".csv", ".tsv", ".sql", ".log", ".crt", ".cer":
		return true
	}
	return strings.Contains(name, ".min.") || strings.Contains(name, ".bundle.") || slices.Contains([]string{
		"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "pipfile.lock", "go.sum", "composer.lock", "deno.lock", "swagger.json", "openapi.json", "openapi.yaml",
	}, name) || strings.HasPrefix(name, "requirements") && ext == ".txt"
}

// binary endings are those of files that are no text.
var binary = func() map[string]bool {
	out := map[string]bool{}
	for ext := range strings.FieldsSeq(`.png .jpg .jpeg .gif .webp .ico .bmp .tif .tiff .avif .heic .pdf .zip .gz .tgz .bz2 .xz .zst .7z .rar .tar .jar .war .whl .egg .so .dll .dylib
		.exe .bin .o .a .pyc .pyo .pyd .class .wasm .woff .woff2 .ttf .otf .eot .mp3 .mp4 .m4a .mov .avi .mkv .webm .wav .ogg .flac .db .sqlite .sqlite3 .mdb .parquet .feather .npy .npz .pt .pth
		.onnx .h5 .pkl .pickle .mo .doc .docx .xls .xlsx .ppt .pptx .odt .ods .psd .ai .sketch .p12 .pfx .jks .der .gpg .pcap .img .iso .dmg .deb .rpm .apk .tfrecord .safetensors .gguf .pack .idx`) {
		out[ext] = true
	}
	return out
}()

// IsBinary reports whether the name is that of a file that holds no text.
func IsBinary(name string) bool { return binary[strings.ToLower(filepath.Ext(name))] }
