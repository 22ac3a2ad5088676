package opc

import (
	"errors"
	"io"
)

// ErrUnsigned: there is no signature to take off.
var ErrUnsigned = errors.New("the package is not signed")

// Strip writes to w the package of size bytes that r has without its latest signature:
// byte for byte what Sign was given. It checks no signature.
func Strip(w io.Writer, r io.ReaderAt, size int64) error {
	return strip(w, r, size, func(signatures int) int { return signatures - 1 })
}

// Unsigned is Strip for all signatures at once. A package without any is written as it is.
func Unsigned(w io.Writer, r io.ReaderAt, size int64) error {
	return strip(w, r, size, func(int) int { return 0 })
}

func strip(w io.Writer, r io.ReaderAt, size int64, left func(int) int) error {
	c, err := open(r, size)
	if err != nil {
		return err
	}
	n := left(c.signatures)
	if n < 0 {
		return ErrUnsigned
	}
	if c.signatures == 0 {
		_, err := io.Copy(w, io.NewSectionReader(r, 0, size))
		return err
	}
	return c.write(w, n, nil)
}
