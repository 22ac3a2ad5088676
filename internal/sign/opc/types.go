package opc

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

const (
	typesNS     = "http://schemas.openxmlformats.org/package/2006/content-types"
	typesEnd    = "</Types>"
	originType  = "application/vnd.openxmlformats-package.digital-signature-origin"
	sigType     = "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml"
	relsType    = "application/vnd.openxmlformats-package.relationships+xml"
	sigsDefault = "sigs"
)

// typesAdded is what n signatures add to [Content_Types].xml.
func typesAdded(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<Default Extension="%s" ContentType="%s"></Default>`, sigsDefault, originType)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, `<Override PartName="/%s" ContentType="%s"></Override>`, signaturePart(i), sigType)
	}
	return b.String()
}

// contentTypes says what each part is: by its name, or else by its extension. Keys are in lower case.
type contentTypes struct {
	defaults, overrides map[string]string
}

func parseTypes(r io.Reader) (contentTypes, error) {
	t := contentTypes{map[string]string{}, map[string]string{}}
	err := readFlat(r, xml.Name{Space: typesNS, Local: "Types"}, func(name string, attr map[string]string) error {
		kind := attr["ContentType"]
		into, key := t.defaults, attr["Extension"]
		if name == "Override" {
			into, key = t.overrides, attr["PartName"]
		}
		key = strings.ToLower(key)
		switch {
		case name != "Default" && name != "Override" || len(attr) != 2:
			return fmt.Errorf("element %s", name)
		case key == "" || !plainType(kind):
			return fmt.Errorf("type %q of %q", kind, key)
		case into[key] != "":
			return fmt.Errorf("two types of %q", key)
		}
		into[key] = kind
		return nil
	})
	if err == nil && t.defaults[sigsDefault] != "" {
		err = errors.New("it has a type for signatures, and the package has none")
	}
	return t, err
}

// plainType: a type stands in a URI and must be written there as it is.
func plainType(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"<>&?#%`, r) })
}

func (t contentTypes) of(part string) (string, error) {
	part = strings.ToLower(part)
	if kind := t.overrides["/"+part]; kind != "" {
		return kind, nil
	}
	if kind := t.defaults[strings.TrimPrefix(path.Ext(part), ".")]; kind != "" {
		return kind, nil
	}
	return "", fmt.Errorf("%s has no type for /%s", typesPart, part)
}
