package pades

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// ErrNoField: the document has no field for the signature, or none that is free.
var ErrNoField = errors.New("the PDF has no free field for a signature")

// field is a field that the document left for a signature.
type field struct {
	object int
	name   string
	body   []byte
	signed bool
}

var (
	fieldsForm = regexp.MustCompile(`\n/AcroForm <</Fields \[((?:\d{1,9} 0 R ?){1,16})\] /SigFlags 3>>\n`)
	refForm    = regexp.MustCompile(`(\d{1,9}) 0 R`)
	widgetForm = regexp.MustCompile(`^<</Type /Annot /Subtype /Widget /FT /Sig /F 132 /T <FEFF([0-9A-F]*)> [^\n]+ /AP <</N \d{1,9} 0 R>>( /V \d{1,9} 0 R)?>>\nendobj\n$`)
)

// fields lists those of the document; a document that has none has no form.
func (d *document) fields() ([]field, error) {
	catalog, err := d.object(d.last().root)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(catalog, []byte("\n/AcroForm ")) {
		return nil, nil
	}
	form := fieldsForm.FindSubmatch(catalog)
	if form == nil {
		return nil, errForm
	}
	var list []field
	for _, ref := range refForm.FindAllSubmatch(form[1], -1) {
		f := field{object: int(integer(ref[1]))}
		if f.body, err = d.object(f.object); err != nil {
			return nil, err
		}
		m := widgetForm.FindSubmatch(f.body)
		if m == nil {
			return nil, errForm
		}
		f.signed = len(m[2]) > 0
		if f.name, err = fromUTF16(string(m[1])); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

// free finds the field of that name or, without one, the first that nobody has signed.
func (d *document) free(name string) (field, error) {
	list, err := d.fields()
	if err != nil {
		return field{}, err
	}
	for _, f := range list {
		if !f.signed && (name == "" || name == f.name) {
			return f, nil
		}
	}
	return field{}, ErrNoField
}

// sign is the field's object when the signature and its appearance are these objects.
func (f field) sign(signature, appearance int) []byte {
	head, _, _ := bytes.Cut(f.body, []byte(" /AP <<"))
	return fmt.Appendf(nil, "%s /AP <</N %d 0 R>> /V %d 0 R>>\nendobj\n", head, appearance, signature)
}

// textString is s as a string object: UTF-16 in hexadecimal.
func textString(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	return b.String() + ">"
}

// fromUTF16 reads what textString writes, without the mark of its order of bytes.
func fromUTF16(hexadecimal string) (string, error) {
	b, err := hex.DecodeString(hexadecimal)
	if err != nil || len(b)%2 != 0 {
		return "", errForm
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	return string(utf16.Decode(units)), nil
}
