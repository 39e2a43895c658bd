package lsptest

import (
	"fmt"
	"slices"
)

// CellURI is that of a cell of a notebook, by the name that it was opened with.
func (e *Editor) CellURI(notebook, cell string) string {
	return "vscode-notebook-cell" + e.URI(notebook)[len("file"):] + "#" + cell
}

// CellText is a cell that is opened: a name and a text. Its language is Python
// unless it has another.
type CellText struct{ Name, Text, Language string }

func (e *Editor) openCells(notebook string, cells []CellText) (list, docs []map[string]any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range cells {
		uri := e.CellURI(notebook, c.Name)
		if c.Language == "" {
			c.Language = "python"
		}
		e.docs[uri] = &doc{text: c.Text, version: 1, notebook: e.URI(notebook)}
		delete(e.pushed, uri)
		list = append(list, map[string]any{"kind": 2, "document": uri})
		docs = append(docs, map[string]any{"uri": uri, "languageId": c.Language, "version": 1, "text": c.Text})
	}
	return list, docs
}

// OpenNotebook opens a notebook with its cells.
func (e *Editor) OpenNotebook(name string, cells ...CellText) {
	list, docs := e.openCells(name, cells)
	e.Notify("notebookDocument/didOpen", map[string]any{
		"notebookDocument":  map[string]any{"uri": e.URI(name), "notebookType": "jupyter-notebook", "version": 1, "cells": orEmpty(list)},
		"cellTextDocuments": orEmpty(docs),
	})
}

// SpliceCells takes cells out of a notebook and puts others in their place.
func (e *Editor) SpliceCells(name string, start int, gone []string, cells ...CellText) {
	list, docs := e.openCells(name, cells)
	structure := map[string]any{
		"array":   map[string]any{"start": start, "deleteCount": len(gone), "cells": orEmpty(list)},
		"didOpen": orEmpty(docs),
	}
	var closed []map[string]any
	e.mu.Lock()
	for _, g := range gone {
		uri := e.CellURI(name, g)
		if !slices.ContainsFunc(cells, func(c CellText) bool { return c.Name == g }) {
			delete(e.docs, uri)
			closed = append(closed, map[string]any{"uri": uri})
		}
	}
	e.mu.Unlock()
	structure["didClose"] = orEmpty(closed)
	e.Notify("notebookDocument/didChange", map[string]any{
		"notebookDocument": map[string]any{"uri": e.URI(name), "version": 2},
		"change":           map[string]any{"cells": map[string]any{"structure": structure}},
	})
}

// CloseNotebook closes a notebook with some cells.
func (e *Editor) CloseNotebook(name string, cells ...string) {
	var docs []map[string]any
	e.mu.Lock()
	for _, c := range cells {
		uri := e.CellURI(name, c)
		delete(e.docs, uri)
		docs = append(docs, map[string]any{"uri": uri})
	}
	e.mu.Unlock()
	e.Notify("notebookDocument/didClose", map[string]any{
		"notebookDocument": map[string]any{"uri": e.URI(name)}, "cellTextDocuments": orEmpty(docs),
	})
}

// changingCell is the message that tells of changes in a cell.
func changingCell(notebook, uri string, version int, changes []map[string]any) string {
	return Frame(map[string]any{"method": "notebookDocument/didChange", "params": map[string]any{
		"notebookDocument": map[string]any{"uri": notebook, "version": version},
		"change": map[string]any{"cells": map[string]any{"textContent": []any{
			map[string]any{"document": map[string]any{"uri": uri, "version": version}, "changes": changes},
		}}},
	}})
}

func orEmpty(list []map[string]any) []map[string]any {
	if list == nil {
		return []map[string]any{}
	}
	return list
}

// NotebookParams has the client say that it knows notebooks.
func NotebookParams(params map[string]any) {
	caps, ok := params["capabilities"].(map[string]any)
	if !ok {
		panic(fmt.Sprint("no capabilities in ", params))
	}
	caps["notebookDocument"] = map[string]any{"synchronization": map[string]any{"dynamicRegistration": true}}
}
