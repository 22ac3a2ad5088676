package opc

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// The parts that a signature adds or changes.
const (
	typesPart  = "[Content_Types].xml"
	rootRels   = "_rels/.rels"
	folder     = "_xmlsignatures/"
	originPart = folder + "origin.sigs"
	originRels = folder + "_rels/origin.sigs.rels"
)

func signaturePart(n int) string { return fmt.Sprintf("%ssig%d.xml", folder, n) }

// Bounds on what is read of a package, which may be hostile.
const (
	maxParts    = 1 << 14
	maxTypes    = 8 << 20  // bytes of [Content_Types].xml
	maxText     = 64 << 20 // bytes of relationships or of a signature
	maxInflated = 32 << 30 // bytes of all parts together
	maxSigners  = 64
)

// ErrForeign: the package is signed by another program, or changed by one after signing.
// This package neither checks nor takes off such signatures.
var ErrForeign = errors.New("the package's signatures are not as this tool writes them")

// container is a package that was opened. Its texts are those without signatures.
type container struct {
	zip        *zip.Reader
	parts      map[string]*zip.File
	types      []byte // [Content_Types].xml
	rels       []byte // _rels/.rels
	signatures int    // how many it has: sig1.xml to sigN.xml
}

func open(r io.ReaderAt, size int64) (*container, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("open package: %w", err)
	}
	c := &container{zip: z, parts: map[string]*zip.File{}}
	if err := c.checkParts(); err != nil {
		return nil, fmt.Errorf("open package: %w", err)
	}
	for c.signatures < maxSigners && c.parts[signaturePart(c.signatures+1)] != nil {
		c.signatures++
	}
	if c.types, err = c.read(typesPart, maxTypes); err != nil {
		return nil, err
	}
	if c.rels, err = c.read(rootRels, maxText); err != nil {
		return nil, err
	}
	return c, c.takeOff()
}

// checkParts refuses whatever two readers could understand in two ways.
func (c *container) checkParts() error {
	if len(c.zip.File) > maxParts {
		return fmt.Errorf("%d parts: at most %d", len(c.zip.File), maxParts)
	}
	folded := map[string]bool{}
	var inflated uint64
	for _, f := range c.zip.File {
		if err := checkPart(f); err != nil {
			return fmt.Errorf("part %q: %w", f.Name, err)
		}
		// Names of parts are equal when they differ in case alone.
		fold := strings.ToLower(f.Name)
		if folded[fold] {
			return fmt.Errorf("part %q: it is there twice", f.Name)
		}
		folded[fold] = true
		if inflated += f.UncompressedSize64; inflated > maxInflated {
			return fmt.Errorf("its parts have more than %d bytes", int64(maxInflated))
		}
		c.parts[f.Name] = f
	}
	return nil
}

func checkPart(f *zip.File) error {
	const encrypted, zip64 = 1, 1<<32 - 1
	switch {
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return fmt.Errorf("compression method %d: packages have stored and deflated parts", f.Method)
	case f.Flags&encrypted != 0:
		return errors.New("it is encrypted")
	case f.UncompressedSize64 >= zip64 || f.CompressedSize64 >= zip64:
		return errors.New("it has 4 GiB or more")
	case f.Name != typesPart && !plainName(f.Name):
		return errors.New("it has no plain name")
	}
	return nil
}

// plainName tells names that every reader and every URI writes alike.
func plainName(name string) bool {
	for _, segment := range strings.Split(name, "/") {
		if segment == "" || strings.HasSuffix(segment, ".") {
			return false
		}
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-", r))
	})
}

// read reads a small part whole.
func (c *container) read(name string, limit int64) (data []byte, err error) {
	f := c.parts[name]
	if f == nil {
		return nil, fmt.Errorf("the package has no %s", name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	data, err = io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("it has more than %d bytes", limit)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}

// takeOff brings the texts to what they were before the signatures, and sees that these
// are written as Sign writes them.
func (c *container) takeOff() error {
	n := 0
	for name := range c.parts {
		if strings.HasPrefix(strings.ToLower(name), folder) {
			n++
		}
	}
	if c.signatures == 0 {
		if n > 0 {
			return fmt.Errorf("%w: parts below %s, and no sig1.xml", ErrForeign, folder)
		}
		return nil
	}
	if c.parts[originPart] == nil || c.parts[originPart].UncompressedSize64 != 0 || n != c.signatures+2 {
		return fmt.Errorf("%w: what is below %s", ErrForeign, folder)
	}
	links, err := c.read(originRels, maxText)
	if err != nil {
		return err
	}
	if string(links) != originLinks(c.signatures) {
		return fmt.Errorf("%w: %s", ErrForeign, originRels)
	}
	var ok bool
	if c.types, ok = cut(c.types, typesAdded(c.signatures), typesEnd); !ok {
		return fmt.Errorf("%w: %s", ErrForeign, typesPart)
	}
	if c.rels, ok = cut(c.rels, rootAdded, relsEnd); !ok {
		return fmt.Errorf("%w: %s", ErrForeign, rootRels)
	}
	return nil
}

// insert puts a text before the last closing tag, cut takes it out there.
func insert(text []byte, added, end string) ([]byte, bool) {
	i := bytes.LastIndex(text, []byte(end))
	if i < 0 {
		return nil, false
	}
	return []byte(string(text[:i]) + added + string(text[i:])), true
}

func cut(text []byte, added, end string) ([]byte, bool) {
	i := bytes.LastIndex(text, []byte(end))
	if i < 0 || !bytes.HasSuffix(text[:i], []byte(added)) {
		return nil, false
	}
	return []byte(string(text[:i-len(added)]) + string(text[i:])), true
}

// write writes the package with its first n signatures and, when it is given, one more
// after them. Other parts are copied as they are compressed, in their order.
func (c *container) write(w io.Writer, n int, further []byte) error {
	z := zip.NewWriter(w)
	if err := z.SetComment(c.zip.Comment); err != nil {
		return err
	}
	total := n
	if further != nil {
		total++
	}
	changed, err := c.texts(total)
	if err != nil {
		return err
	}
	for _, f := range c.zip.File {
		text, rewritten := changed[f.Name]
		switch {
		case c.taken(f.Name, n, total):
			continue
		case rewritten:
			err = put(z, f.FileHeader, text)
		default:
			err = z.Copy(f)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", f.Name, err)
		}
	}
	if further != nil {
		if err := c.add(z, changed[originRels], total, further); err != nil {
			return err
		}
	}
	return z.Close()
}

// taken tells whether a part goes with the signatures that are taken off.
func (c *container) taken(name string, n, total int) bool {
	if total == 0 && (name == originPart || name == originRels) {
		return true
	}
	for i := n + 1; i <= c.signatures; i++ {
		if name == signaturePart(i) {
			return true
		}
	}
	return false
}

// texts are the parts that change with the number of signatures, but for the signatures.
func (c *container) texts(signatures int) (map[string][]byte, error) {
	texts := map[string][]byte{typesPart: c.types, rootRels: c.rels}
	if signatures == 0 {
		return texts, nil
	}
	var ok bool
	if texts[typesPart], ok = insert(c.types, typesAdded(signatures), typesEnd); !ok {
		return nil, fmt.Errorf("%s does not end with %s", typesPart, typesEnd)
	}
	if texts[rootRels], ok = insert(c.rels, rootAdded, relsEnd); !ok {
		return nil, fmt.Errorf("%s does not end with %s", rootRels, relsEnd)
	}
	texts[originRels] = []byte(originLinks(signatures))
	return texts, nil
}

// add writes the parts of a further signature, with the time that the package's have.
func (c *container) add(z *zip.Writer, links []byte, number int, signature []byte) error {
	like := c.parts[typesPart].FileHeader
	like.Method = zip.Store
	if number == 1 {
		like.Name = originPart
		if err := put(z, like, nil); err != nil {
			return err
		}
		like.Name = originRels
		if err := put(z, like, links); err != nil {
			return err
		}
	}
	like.Name, like.Method = signaturePart(number), zip.Deflate
	return put(z, like, signature)
}

// put writes a part with the attributes of a header.
func put(z *zip.Writer, h zip.FileHeader, data []byte) error {
	h.CRC32, h.UncompressedSize64 = crc32.ChecksumIEEE(data), uint64(len(data))
	if h.Method == zip.Deflate {
		var b bytes.Buffer
		d, err := flate.NewWriter(&b, flate.DefaultCompression)
		if err != nil {
			return err
		}
		if _, err := d.Write(data); err != nil {
			return err
		}
		if err := d.Close(); err != nil {
			return err
		}
		data = b.Bytes()
	}
	h.CompressedSize64 = uint64(len(data))
	w, err := z.CreateRaw(&h)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// checkForm compares the package with what writing its parts again gives: no byte stands between or behind
// them, and the headers before the parts say what the directory says.
func (c *container) checkForm(r io.ReaderAt, size int64) error {
	there, again := sha256.New(), sha256.New()
	if _, err := io.Copy(there, io.NewSectionReader(r, 0, size)); err != nil {
		return err
	}
	z := zip.NewWriter(again)
	if err := z.SetComment(c.zip.Comment); err != nil {
		return err
	}
	for _, f := range c.zip.File {
		if err := z.Copy(f); err != nil {
			return fmt.Errorf("read %s: %w", f.Name, err)
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	if !bytes.Equal(there.Sum(nil), again.Sum(nil)) {
		return errors.New("the package holds bytes that belong to none of its parts, or says two things of one part")
	}
	return nil
}
