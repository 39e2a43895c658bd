package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io/fs"
	"path"
	"time"
)

// An entry is a file of an archive.
type entry struct {
	name string
	mode fs.FileMode
	data []byte
}

// tarball packs entries with one time and no owner.
func tarball(entries []entry, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	w := tar.NewWriter(z)
	for _, e := range entries {
		head := &tar.Header{
			Name: e.name, Mode: int64(e.mode), Size: int64(len(e.data)), ModTime: at, Typeflag: tar.TypeReg, Format: tar.FormatUSTAR,
		}
		if err := w.WriteHeader(head); err != nil {
			return nil, err
		}
		if _, err := w.Write(e.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func zipped(entries []entry, at time.Time) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		head := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: at}
		head.SetMode(e.mode)
		f, err := w.CreateHeader(head)
		if err != nil {
			return nil, err
		}
		if _, err := f.Write(e.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// archive writes what is unpacked by hand.
func (r *release) archive(name string, t target, c content) error {
	entries := []entry{
		{path.Join(name, t.program()), 0o755, c.program},
		{path.Join(name, "LICENSE"), 0o644, c.licence},
		{path.Join(name, "LICENSES-OF-LIBRARIES"), 0o644, c.licences},
		{path.Join(name, "README.md"), 0o644, readme},
	}
	pack, ext := tarball, ".tar.gz"
	if t.os == "windows" {
		pack, ext = zipped, ".zip"
	}
	data, err := pack(entries, r.time)
	if err != nil {
		return err
	}
	return r.write(name+ext, data)
}
