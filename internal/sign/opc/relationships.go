package opc

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

const (
	relsNS  = "http://schemas.openxmlformats.org/package/2006/relationships"
	relsEnd = "</Relationships>"

	relPackage = "http://schemas.openxmlformats.org/package/2006/relationships/"
	relOffice  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	relOrigin  = relPackage + "digital-signature/origin"
	relSig     = relPackage + "digital-signature/signature"

	originID = "rIdSignatures"
)

// rootAdded is what signatures add to the package's relationships, however many they are.
const rootAdded = `<Relationship Id="` + originID + `" Target="` + originPart + `" Type="` + relOrigin + `"></Relationship>`

// originLinks leads from the origin to n signatures.
func originLinks(n int) string {
	var b strings.Builder
	b.WriteString(xmlHead + `<Relationships xmlns="` + relsNS + `">`)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, `<Relationship Id="rId%d" Target="%s" Type="%s"></Relationship>`, i, path.Base(signaturePart(i)), relSig)
	}
	b.WriteString(relsEnd)
	return b.String()
}

// unsigned are the types of the package's relationships that lead to the document's
// properties. Office signs neither these relationships nor what they lead to.
var unsigned = []string{
	relPackage + "metadata/core-properties",
	relPackage + "metadata/thumbnail",
	relOffice + "extended-properties",
	relOffice + "custom-properties",
}

type relationship struct{ id, target, mode, kind string }

// parseRelationships reads a .rels part, in the order of the identifiers.
func parseRelationships(r io.Reader) ([]relationship, error) {
	var list []relationship
	seen := map[string]bool{}
	err := readFlat(r, xml.Name{Space: relsNS, Local: "Relationships"}, func(name string, attr map[string]string) error {
		mode, has := attr["TargetMode"]
		if !has {
			mode = "Internal"
			attr["TargetMode"] = mode
		}
		rel := relationship{attr["Id"], attr["Target"], mode, attr["Type"]}
		switch {
		case name != "Relationship" || len(attr) != 4:
			return fmt.Errorf("element %s", name)
		case !plainID(rel.id) || rel.target == "" || rel.kind == "":
			return fmt.Errorf("relationship %q to %q of type %q", rel.id, rel.target, rel.kind)
		case mode != "Internal" && mode != "External":
			return fmt.Errorf("relationship %s: mode %q", rel.id, mode)
		case seen[rel.id]:
			return fmt.Errorf("relationship %s: it is there twice", rel.id)
		}
		seen[rel.id] = true
		list = append(list, rel)
		return nil
	})
	slices.SortFunc(list, func(a, b relationship) int { return strings.Compare(a.id, b.id) })
	return list, err
}

func plainID(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r))
	})
}

// transformed is what the relationship transform and canonicalization give of
// relationships that are in the order of their identifiers (ECMA-376 Part 2, 13.2.4.24).
func transformed(list []relationship) []byte {
	var b bytes.Buffer
	b.WriteString(`<Relationships xmlns="` + relsNS + `">`)
	for _, r := range list {
		fmt.Fprintf(&b, `<Relationship Id="%s" Target="%s" TargetMode="%s" Type="%s"></Relationship>`,
			attribute(r.id), attribute(r.target), attribute(r.mode), attribute(r.kind))
	}
	b.WriteString(relsEnd)
	return b.Bytes()
}

// isRels tells parts that hold relationships, and of which part.
func isRels(name string) bool {
	dir, file := path.Split(name)
	return path.Base(dir) == "_rels" && strings.HasSuffix(file, ".rels")
}
