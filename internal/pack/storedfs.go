package pack

import (
	"archive/zip"
	"io"
	"io/fs"
)

// storedFS is a pack's zip as a file system. Its members are stored as they
// are, so that a file can be read from any place in it, which zip.Reader does
// not offer. Checksums are not looked at here: the hashes of the manifest are.
type storedFS struct{ z *zip.ReadCloser }

func (s storedFS) Open(name string) (fs.File, error) {
	f, err := s.z.Open(name)
	if err != nil {
		return nil, err
	}
	for _, member := range s.z.File {
		if member.Name != name || member.Method != zip.Store {
			continue
		}
		raw, err := member.OpenRaw()
		if err != nil {
			return nil, err
		}
		inPlace, ok := raw.(source)
		if !ok {
			break
		}
		return &storedFile{File: f, source: inPlace}, nil
	}
	return f, nil
}

// storedFile takes everything but its bytes from the zip's own file.
type storedFile struct {
	fs.File
	source
}

type source interface {
	io.ReadSeeker
	io.ReaderAt
}

func (f *storedFile) Read(p []byte) (int, error) { return f.source.Read(p) }
