package opc

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/elliptic"
	"crypto/x509/pkix"
	"encoding/binary"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// member is a part of a zip.
type member struct {
	name string
	data string
}

func members(t testing.TB, b []byte) []member {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var list []member
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, member{f.Name, string(data)})
	}
	return list
}

func zipOf(t testing.TB, list []member) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range list {
		h := zip.FileHeader{Name: m.name, Method: zip.Deflate}
		if m.data == "" {
			h.Method = zip.Store
		}
		if err := put(z, h, []byte(m.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// small is a package of a few parts, with an external link.
func small(t testing.TB) []byte {
	t.Helper()
	const sheet, main = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	return zipOf(t, []member{
		{typesPart, xmlHead + `<Types xmlns="` + typesNS + `"><Default Extension="rels" ContentType="` + relsType + `"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + main + `"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + sheet + `"/></Types>`},
		{rootRels, xmlHead + `<Relationships xmlns="` + relsNS + `"><Relationship Id="rId1" Type="` + relOffice + `officeDocument" Target="xl/workbook.xml"/>` +
			`<Relationship Id="rId2" Type="` + relPackage + `metadata/core-properties" Target="docProps/core.xml"/></Relationships>`},
		{"docProps/core.xml", `<core/>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + relsNS + `"><Relationship Id="rId1" Type="` + relOffice + `worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook/>`},
		{"xl/worksheets/_rels/sheet1.xml.rels", `<Relationships xmlns="` + relsNS + `"><Relationship Id="rId1" Type="` + relOffice + `hyperlink" Target="https://example.com/?a=1&amp;b=2" TargetMode="External"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", `<sheet><c>1</c></sheet>`},
	})
}

// replaced changes one part, which must be there, and change it.
func replaced(t testing.TB, list []member, name, old, by string) []member {
	t.Helper()
	list = slices.Clone(list)
	for i, m := range list {
		if m.name == name && strings.Contains(m.data, old) {
			list[i].data = strings.Replace(m.data, old, by, 1)
			return list
		}
	}
	t.Fatalf("%s has no %q", name, old)
	return nil
}

func without(list []member, name string) []member {
	return slices.DeleteFunc(slices.Clone(list), func(m member) bool { return m.name == name })
}

func with(list []member, name, data string) []member {
	return append(slices.Clone(list), member{name, data})
}

// TestAltered: whatever holds the workbook counts, and nothing else does.
func TestAltered(t *testing.T) {
	s := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "signer"}, nil)
	list := members(t, signed(t, small(t), Options{Signer: s, At: at}))
	const links = "xl/worksheets/_rels/sheet1.xml.rels"
	for _, c := range []struct {
		name  string
		parts []member
		want  string // in the error; empty: none
	}{
		{"as it was signed", list, ""},
		{"a cell", replaced(t, list, "xl/worksheets/sheet1.xml", "1", "2"), "/xl/worksheets/sheet1.xml was changed"},
		{"white space in a part", replaced(t, list, "xl/worksheets/sheet1.xml", "<c>", " <c>"), "/xl/worksheets/sheet1.xml was changed"},
		{"a link's address", replaced(t, list, links, "example.com", "example.org"), "/" + links + " was changed"},
		{"a link's mode", replaced(t, list, links, "External", "Internal"), "/" + links + " was changed"},
		{"a link's type", replaced(t, list, links, "hyperlink", "oleObject"), "/" + links + " was changed"},
		{"a further relationship", replaced(t, list, links, relsEnd, `<Relationship Id="rId2" Type="x" Target="y"/>`+relsEnd), "/" + links + " was changed"},
		{"no relationships", replaced(t, list, links, regexp.MustCompile(`<Relationship [^>]*>`).FindString(small1(list, links)), ""), "/" + links + " is missing"},
		{"relationships written otherwise", replaced(t, list, links, "><Relationship ", ">\n  <Relationship "), ""},
		{"the workbook is another part", replaced(t, list, rootRels, "xl/workbook.xml", "xl/worksheets/sheet1.xml"), "/_rels/.rels was changed"},
		{"a part's type", replaced(t, list, typesPart, "sheet.main+xml", "template.main+xml"), "/xl/workbook.xml was changed"},
		{"a part is gone", without(list, "xl/worksheets/sheet1.xml"), "/xl/worksheets/sheet1.xml is missing"},
		{"a further part", with(list, "xl/worksheets/sheet2.xml", "<sheet/>"), "/xl/worksheets/sheet2.xml was added"},
		{"a further part with relationships", with(list, "xl/worksheets/_rels/sheet2.xml.rels", strings.Replace(small1(list, links), "example.com", "x", 1)), "/xl/worksheets/_rels/sheet2.xml.rels was added"},
		{"a part without a type", with(list, "xl/media/image1.png", "x"), "no type"},
		{"a part that becomes a property", replaced(t, list, rootRels, `Target="docProps/core.xml"`, `Target="xl/worksheets/sheet1.xml"`), "properties in"},
		{"a property, which Office does not sign", replaced(t, list, "docProps/core.xml", "<core/>", "<core>x</core>"), ""},
		{"the signature's time", replaced(t, list, signaturePart(1), "<mdssi:Value>2026", "<mdssi:Value>2025"), "not as this tool writes"},
		{"the signature's purpose", replaced(t, list, signaturePart(1), "<SignatureComments>", "<SignatureComments>x"), "not as this tool writes"},
		{"white space in the signature", replaced(t, list, signaturePart(1), "<KeyInfo>", "<KeyInfo> "), "not as this tool writes"},
		{"an entity in the signature", replaced(t, list, signaturePart(1), "<Signature ", `<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><Signature `), "not as this tool writes"},
		{"a further object in the signature", replaced(t, list, signaturePart(1), "</Signature>", "<Object></Object></Signature>"), "not as this tool writes"},
		{"no signature", without(list, signaturePart(1)), "not as this tool writes"},
		{"a signature with a gap", with(list, signaturePart(3), small1(list, signaturePart(1))), "not as this tool writes"},
		{"a signature that is no part of the chain", with(list, signaturePart(2), small1(list, signaturePart(1))), "not as this tool writes"},
		{"something else below the signatures", with(list, "_XMLsignatures/evil.xml", "x"), "not as this tool writes"},
		{"an origin with content", replaced(t, list, originPart, "", "x"), "not as this tool writes"},
		{"another origin", replaced(t, list, rootRels, originID, "rId9"), "not as this tool writes"},
		{"two origins", replaced(t, list, rootRels, `<Relationship `, `<Relationship Id="rId9" Type="`+relOrigin+`" Target="x"/><Relationship `), "not as this tool writes"},
		{"the signature's type", replaced(t, list, typesPart, sigType, "application/xml"), "not as this tool writes"},
	} {
		_, err := verifyBytes(zipOf(t, c.parts))
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.want != "" && err == nil:
			t.Errorf("%s: accepted", c.name)
		case c.want != "" && !strings.Contains(err.Error(), c.want):
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func small1(list []member, name string) string {
	for _, m := range list {
		if m.name == name {
			return m.data
		}
	}
	return ""
}

// TestForged: a signature that is sound in itself, by a key of its own certificate, and says less than it must.
func TestForged(t *testing.T) {
	s := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "signer"}, nil)
	other := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "other"}, nil)
	b := small(t)
	for _, c := range []struct {
		name  string
		forge func(d *document)
		after func(d *document) // signing
		want  string
	}{
		{"nothing", func(*document) {}, nil, ""},
		{"leaves a sheet out", func(d *document) {
			d.manifest = slices.DeleteFunc(d.manifest, func(r reference) bool { return r.part() == "/xl/worksheets/sheet1.xml" })
		}, nil, "/xl/worksheets/sheet1.xml was added"},
		{"leaves a link out", func(d *document) { d.manifest[3].ids = nil }, nil, "was changed"},
		{"names a part twice", func(d *document) { d.manifest = append(d.manifest, d.manifest[0]) }, nil, "is missing"},
		{"another order", func(d *document) { slices.Reverse(d.manifest) }, nil, "in another order"},
		{"empty", func(d *document) { d.manifest = nil }, nil, "was added"},
		{"another's certificate", func(*document) {}, func(d *document) { d.chain = other.chain }, "CN=other"},
		{"another's value", func(*document) {}, func(d *document) { d.value[3] ^= 1 }, "CN=signer"},
		{"a short value", func(*document) {}, func(d *document) { d.value = d.value[:63] }, "63 bytes"},
		{"a chain that is none", func(*document) {}, func(d *document) { d.chain = append(d.chain[:1:1], other.chain...) }, "not signed by"},
		{"when its certificate was not valid", func(d *document) { d.at = at.AddDate(-2, 0, 0) }, nil, "valid"},
	} {
		p, err := open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatal(err)
		}
		d := &document{at: at, chain: s.chain}
		if d.manifest, err = p.manifest(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.forge(d)
		if err := d.sign(t.Context(), Options{Signer: s}); err != nil {
			t.Fatal(err)
		}
		if c.after != nil {
			c.after(d)
		}
		encoded, err := d.encode()
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := p.write(&out, 0, encoded); err != nil {
			t.Fatal(err)
		}
		_, err = verifyBytes(out.Bytes())
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// TestRefusesForms: what readers might understand in two ways is neither signed nor verified.
func TestRefusesForms(t *testing.T) {
	s := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "signer"}, nil)
	plain := small(t)
	list := members(t, plain)
	const links = "xl/worksheets/_rels/sheet1.xml.rels"
	root := `<Relationships xmlns="` + relsNS + `">`
	header := func(offset int, value uint32) []byte { // in the directory's first entry
		b := slices.Clone(plain)
		at := bytes.Index(b, []byte("PK\x01\x02"))
		binary.LittleEndian.PutUint32(b[at+offset:], value)
		return b
	}
	for name, b := range map[string][]byte{
		"no zip":                        []byte("x"),
		"an empty zip":                  zipOf(t, nil),
		"a part twice":                  zipOf(t, with(list, "xl/workbook.xml", "<evil/>")),
		"a part twice but for its case": zipOf(t, with(list, "xl/Workbook.xml", "<evil/>")),
		"the types twice":               zipOf(t, with(list, "[content_types].xml", "<evil/>")),
		"a name with a backslash":       zipOf(t, with(list, `xl\workbook.xml`, "x")),
		"a name that climbs":            zipOf(t, with(list, "xl/../x.xml", "x")),
		"a rooted name":                 zipOf(t, with(list, "/xl/x.xml", "x")),
		"an escaped name":               zipOf(t, with(list, "xl/%77orkbook.xml", "x")),
		"a folder":                      zipOf(t, with(list, "xl/", "")),
		"a name that is not ASCII":      zipOf(t, with(list, "xl/\u212aelvin.xml", "x")),
		"an entity":                     zipOf(t, replaced(t, list, links, root, `<!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/passwd">]>`+root)),
		"a comment":                     zipOf(t, replaced(t, list, links, root, root+"<!-- x -->")),
		"an instruction":                zipOf(t, replaced(t, list, links, root, root+"<?x y?>")),
		"text":                          zipOf(t, replaced(t, list, links, root, root+"x")),
		"an unknown entity":             zipOf(t, replaced(t, list, links, "a=1", "&x;")),
		"a line break in an attribute":  zipOf(t, replaced(t, list, links, "a=1", "&#10;")),
		"a foreign attribute":           zipOf(t, replaced(t, list, links, "<Relationship ", `<Relationship xmlns:x="y" x:Id="rId1" `)),
		"a foreign element":             zipOf(t, replaced(t, list, links, root, root+`<Relationship xmlns="x"/>`)),
		"a nested element":              zipOf(t, replaced(t, list, links, "/>", "><Relationship/></Relationship>")),
		"a second root":                 zipOf(t, replaced(t, list, links, relsEnd, relsEnd+root+relsEnd)),
		"another encoding":              zipOf(t, replaced(t, list, rootRels, "UTF-8", "UTF-16")),
		"an identifier twice":           zipOf(t, replaced(t, list, links, relsEnd, `<Relationship Id="rId1" Type="x" Target="y"/>`+relsEnd)),
		"a type twice":                  zipOf(t, replaced(t, list, typesPart, typesEnd, `<Override PartName="/XL/workbook.xml" ContentType="x"/>`+typesEnd)),
		"a type with a query":           zipOf(t, replaced(t, list, typesPart, `"application/xml"`, `"application/xml?x"`)),
		"no types":                      zipOf(t, without(list, typesPart)),
		"no relationships":              zipOf(t, without(list, rootRels)),
		"relationships of another type": zipOf(t, replaced(t, list, typesPart, relsType, "application/xml")),
		"4 GiB":                         header(24, 1<<32-1),
		"a size that is too small":      header(24, 3),
		"a size that is too large":      header(24, 1<<20),
		"encrypted":                     header(8, 1|uint32(zip.Deflate)<<16),
		"another compression":           header(8, 14<<16),
	} {
		if err := Sign(t.Context(), io.Discard, bytes.NewReader(b), int64(len(b)), Options{Signer: s, At: at}); err == nil {
			t.Errorf("%s: signed", name)
		}
	}

	b := signed(t, plain, Options{Signer: s, At: at})
	local := slices.Clone(b)
	copy(local[30:], "[Evilnt_Types].xml") // the header before the first part names another
	between := bytes.Index(b, []byte("PK\x01\x02"))
	for name, b := range map[string][]byte{
		"bytes before":          append([]byte("x"), b...),
		"bytes behind":          append(slices.Clone(b), 0),
		"bytes in the middle":   slices.Insert(slices.Clone(b), between, 'x'),
		"another name in front": local,
		"cut off":               b[:len(b)-1],
	} {
		if _, err := verifyBytes(b); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestEveryByteCounts: a flipped bit is found, or changes nothing that a part holds.
func TestEveryByteCounts(t *testing.T) {
	s := issue(t, newECDSA(t, elliptic.P256()), pkix.Name{CommonName: "signer"}, nil)
	b := signed(t, small(t), Options{Signer: s, At: at})
	want := members(t, b)
	found := 0
	for i := range b {
		flipped := slices.Clone(b)
		flipped[i] ^= 1 << (i % 8)
		if _, err := verifyBytes(flipped); err != nil {
			found++
		} else if !slices.Equal(members(t, flipped), want) {
			t.Errorf("byte %d of %d can be flipped unseen", i, len(b))
		}
	}
	if found < len(b)*9/10 {
		t.Errorf("%d of %d flipped bits were found", found, len(b))
	}
}

func FuzzVerify(f *testing.F) {
	s := issue(f, newECDSA(f, elliptic.P256()), pkix.Name{CommonName: "signer"}, nil)
	var b bytes.Buffer
	plain := small(f)
	if err := Sign(context.Background(), &b, bytes.NewReader(plain), int64(len(plain)), Options{Signer: s, At: at}); err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := verifyBytes(data)
		var out bytes.Buffer
		stripErr := Strip(&out, bytes.NewReader(data), int64(len(data)))
		if err == nil && stripErr != nil && !errors.Is(stripErr, ErrUnsigned) {
			t.Errorf("a sound package whose signature does not come off: %v", stripErr)
		}
	})
}

// FuzzTexts: what is read is read again from what is written of it.
func FuzzTexts(f *testing.F) {
	for _, m := range members(f, small(f)) {
		f.Add(m.data)
	}
	s := issue(f, newECDSA(f, elliptic.P256()), pkix.Name{CommonName: "signer"}, nil)
	f.Add(small1(members(f, signed(f, small(f), Options{Signer: s, At: at})), signaturePart(1)))
	f.Fuzz(func(t *testing.T, text string) {
		if list, err := parseRelationships(strings.NewReader(text)); err == nil {
			again, err := parseRelationships(bytes.NewReader(transformed(list)))
			if err != nil || !slices.Equal(again, list) {
				t.Errorf("%v, and again %v, %v", list, again, err)
			}
		}
		_, _ = parseTypes(strings.NewReader(text))
		_, _ = parse([]byte(text))
	})
}
