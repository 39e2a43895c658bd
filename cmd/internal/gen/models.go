package main

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"

	"pavise/analysis/models"
)

// modelDocs are the comments of the types and fields of the models by their
// names: "Sink", "Sink.Args".
type modelDocs map[string]string

// readModelDocs reads the comments in the source of the models.
func readModelDocs(root string) (modelDocs, error) {
	path := filepath.Join(root, "analysis", "models", "models.go")
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	docs := modelDocs{}
	for _, d := range file.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.TYPE {
			continue
		}
		for _, s := range g.Specs {
			t, ok := s.(*ast.TypeSpec)
			if !ok {
				continue
			}
			docs[t.Name.Name] = inline(g.Doc.Text())
			st, ok := t.Type.(*ast.StructType)
			if !ok {
				continue
			}
			for _, f := range st.Fields.List {
				for _, n := range f.Names {
					docs[t.Name.Name+"."+n.Name] = inline(f.Doc.Text() + f.Comment.Text())
				}
			}
		}
	}
	return docs, nil
}

func inline(text string) string { return strings.Join(strings.Fields(text), " ") }

// of is what a field does; of a list of entries, what an entry is.
func (m modelDocs) of(t reflect.Type, f reflect.StructField) string {
	text := m[t.Name()+"."+f.Name]
	if text == "" && f.Type.Kind() == reflect.Slice {
		text = m[f.Type.Elem().Name()]
	}
	if text == "" {
		return ""
	}
	if text = strings.ToUpper(text[:1]) + text[1:]; !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// modelsSchema is the schema of the section models.
func modelsSchema(docs modelDocs) schema {
	return structSchema(docs, reflect.TypeFor[models.Entries]())
}

func structSchema(docs modelDocs, t reflect.Type) schema {
	s := schema{Type: "object", Additional: false}
	for f := range t.Fields() {
		name := f.Tag.Get("yaml")
		if name == "" {
			continue
		}
		p := typeSchema(docs, f.Type)
		p.Description = docs.of(t, f)
		if values, kinds := models.Allowed(f); kinds {
			p.Description += " Kinds, comma separated: " + strings.Join(values, ", ") + "."
		} else {
			p.Enum = values
		}
		s.Properties = append(s.Properties, property{name, p})
	}
	return s
}

func typeSchema(docs modelDocs, t reflect.Type) schema {
	switch t.Kind() {
	case reflect.Struct:
		return structSchema(docs, t)
	case reflect.Slice:
		items := typeSchema(docs, t.Elem())
		return schema{Type: "array", Items: &items}
	case reflect.Map:
		return schema{Type: "object", Additional: typeSchema(docs, t.Elem())}
	case reflect.String:
		return schema{Type: "string"}
	case reflect.Bool:
		return schema{Type: "boolean"}
	case reflect.Pointer, reflect.Int:
		return schema{Type: "integer"}
	}
	return schema{} // any value
}

// The marks in docs/models.md between which the sections are written.
var (
	sectionsBegin = []byte("<!-- sections: written by `make gen` -->\n")
	sectionsEnd   = []byte("<!-- end of sections -->")
)

// withSections is the page with all sections and their keys in their place.
func withSections(page []byte, docs modelDocs) ([]byte, error) {
	before, rest, ok := bytes.Cut(page, sectionsBegin)
	_, after, found := bytes.Cut(rest, sectionsEnd)
	if !ok || !found {
		return nil, errors.New("docs/models.md has no place for the sections")
	}
	var b bytes.Buffer
	b.Write(before)
	b.Write(sectionsBegin)
	t := reflect.TypeFor[models.Entries]()
	b.WriteString("\nKinds: `" + strings.Join(models.KindNames(), "`, `") + "`.\n")
	for f := range t.Fields() {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n", f.Tag.Get("yaml"), escaped(docs.of(t, f)))
		if f.Type.Kind() != reflect.Slice {
			continue
		}
		b.WriteString("\n| key | value | what it says |\n|---|---|---|\n")
		e := f.Type.Elem()
		for x := range e.Fields() {
			if name := x.Tag.Get("yaml"); name != "" {
				fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, valueOf(x), escaped(docs.of(e, x)))
			}
		}
	}
	b.WriteByte('\n')
	b.Write(sectionsEnd)
	b.Write(after)
	return b.Bytes(), nil
}

// escaped is text in which Markdown sees no markup.
func escaped(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "[", `\[`).Replace(text)
}

// valueOf is what a key takes, in words.
func valueOf(f reflect.StructField) string {
	switch values, kinds := models.Allowed(f); {
	case kinds:
		return "kinds"
	case values != nil:
		return "`" + strings.Join(values, "`, `") + "`"
	}
	switch f.Type.Kind() {
	case reflect.Bool:
		return "`true`"
	case reflect.Slice:
		return "a list"
	case reflect.Map:
		return "a table"
	case reflect.Pointer:
		return "a number"
	}
	return "a string"
}
