package delivery

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/evidencepack/evidence/internal/pack"
)

// Delivery is how packs are encrypted. The zero value encrypts nothing.
type Delivery struct {
	Recipients Recipients // of the whole pack
	Password   string     // of the workbook; empty: none is made
}

// Deliver encrypts a pack's zip beside it and returns the paths: PACK.zip.age for the
// recipients, and PACK.xlsx, the pack's workbook, with the password. Files of those names
// give way. A file appears whole or not at all.
func (d Delivery) Deliver(zipPath string) (paths []string, err error) {
	if len(d.Recipients) > 0 {
		to := zipPath + ".age"
		if err := write(to, func(w io.Writer) error { return d.wholePack(w, zipPath) }); err != nil {
			return paths, fmt.Errorf("encrypt %s: %w", zipPath, err)
		}
		paths = append(paths, to)
	}
	if d.Password != "" {
		to := strings.TrimSuffix(zipPath, ".zip") + ".xlsx"
		if err := write(to, func(w io.Writer) error { return d.workbook(w, zipPath) }); err != nil {
			return paths, fmt.Errorf("encrypt the workbook of %s: %w", zipPath, err)
		}
		paths = append(paths, to)
	}
	return paths, nil
}

func (d Delivery) wholePack(w io.Writer, zipPath string) (err error) {
	f, err := os.Open(zipPath)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return d.Recipients.Encrypt(w, f)
}

func (d Delivery) workbook(w io.Writer, zipPath string) (err error) {
	z, err := pack.OpenZip(zipPath)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, z.Close()) }()
	f, err := z.Open(pack.ReportXLSX)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return EncryptWorkbook(w, f, info.Size(), d.Password)
}

// write fills a file under another name, and gives it its own once it is on stable storage.
func write(path string, fill func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".making-*")
	if err != nil {
		return err
	}
	defer func() {
		if e := os.Remove(f.Name()); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}()
	if err := errors.Join(fill(f), f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
