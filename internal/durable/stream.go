package durable

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
)

// ReplaceFile replaces the file at path by what fill writes, which need not fit into
// memory. Until it has, the old file is there to be read.
func ReplaceFile(path string, perm fs.FileMode, fill func(io.Writer) error) error {
	return Disk{}.replaceFile(path, perm, fill)
}

func (d Disk) replaceFile(path string, perm fs.FileMode, fill func(io.Writer) error) error {
	f := File{Path: path, Perm: perm, Replace: true}
	temp, err := d.temporary(f, func(w io.Writer) error {
		buffered := bufio.NewWriterSize(w, 1<<20)
		if err := fill(buffered); err != nil {
			return err
		}
		return buffered.Flush()
	})
	if err == nil {
		_, err = d.publish(temp, f)
	}
	if err != nil {
		if temp != "" {
			_ = d.remove(temp) // a leftover harms nobody: its name is not a target's
		}
		return fmt.Errorf("write %s: %w", path, err)
	}
	return d.syncDir(filepath.Dir(path))
}
