package pades

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// TestSignAndVerify: what is signed with each kind of key is what is verified, in the
// order of signing, and the second signer leaves the first's signature as it was.
func TestSignAndVerify(t *testing.T) {
	a := newAuthority(t)
	document := rendered()[evidence.English]
	approver := a.signer(t, "P-256", "Approver")
	for _, key := range []string{"RSA", "P-256", "P-384", "P-521"} {
		t.Run(key, func(t *testing.T) {
			preparer := a.signer(t, key, "作成 花子")
			o := options(preparer, evidence.English)
			o.Reason = "作成した"
			first := signOnce(t, document, o)
			second := signOnce(t, first, options(approver, evidence.English))
			doc, err := Verify(second, nil)
			if err != nil {
				t.Fatal(err)
			}
			listed, err := Signatures(second)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(listed.Signatures[1].Ranges, doc.Signatures[1].Ranges); diff != "" {
				t.Error(diff)
			}
			if doc.Rendered != int64(len(document)) || len(doc.Signatures) != 2 {
				t.Fatalf("%d bytes rendered, %d signatures", doc.Rendered, len(doc.Signatures))
			}
			for i, want := range []struct {
				field, name, reason string
				end                 int
				signer              sign.Signer
			}{{"Preparer", "作成 花子", "作成した", len(first), preparer}, {"Approver", "Approver", "", len(second), approver}} {
				s := doc.Signatures[i]
				if s.Field != want.field || s.Name != want.name || s.Reason != want.reason || !s.At.Equal(signedAt) || s.End() != int64(want.end) {
					t.Errorf("signature %d: %+v", i+1, s)
				}
				if len(s.Chain) != 3 || !s.Chain[0].Equal(want.signer.Certificates()[0]) {
					t.Errorf("signature %d has a chain of %d", i+1, len(s.Chain))
				}
				// The ranges are all bytes but the hexadecimal of the signature and its brackets.
				hole := second[s.Ranges[1]:s.Ranges[2]]
				if s.Ranges[0] != 0 || hole[0] != '<' || hole[len(hole)-1] != '>' || len(bytes.Trim(hole[1:len(hole)-1], "0123456789ABCDEF")) > 0 {
					t.Errorf("signature %d covers %v", i+1, s.Ranges)
				}
			}
		})
	}
}

// TestCMS holds what PAdES asks of the SignedData.
func TestCMS(t *testing.T) {
	a := newAuthority(t)
	file := signOnce(t, rendered()[evidence.Japanese], options(a.signer(t, "P-256", "Signer"), evidence.Japanese))
	d, err := parse(file)
	if err != nil {
		t.Fatal(err)
	}
	u, s, err := readUpdate(d, 1)
	if err != nil {
		t.Fatal(err)
	}
	if oid := []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x05}; bytes.Contains(u.cms, oid) {
		t.Error("the CMS has a signing-time, which PAdES forbids")
	}
	c, err := parseCMS(u.cms)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.New()
	sum.Write(file[:s.hole])
	sum.Write(file[s.after:])
	if !bytes.Equal(sum.Sum(nil), c.digest) {
		t.Error("the message digest is not that of the ranges")
	}
	leaf := sha256.Sum256(c.chain[0].Raw)
	if !bytes.Contains(c.signedAttributes(tagSet), leaf[:]) {
		t.Error("the signed attributes do not name the certificate")
	}
}

func TestTimestamps(t *testing.T) {
	a := newAuthority(t)
	authority := newStamps(t, a)
	o := options(a.signer(t, "P-256", "Signer"), evidence.English)
	o.Authority = authority
	file := signOnce(t, rendered()[evidence.English], o)
	doc, err := Verify(file, authority.check)
	if err != nil {
		t.Fatal(err)
	}
	if s := doc.Signatures[0]; s.Token == nil || !s.Stamp.At.Equal(signedAt) {
		t.Errorf("the signature has no timestamp: %+v", s)
	}
	if _, err := Verify(file, nil); err == nil {
		t.Error("a timestamp that nothing checked is accepted")
	}
	if _, err := Verify(file, func([]byte, []byte) (tsa.Stamp, error) { return tsa.Stamp{}, errors.New("no") }); err == nil {
		t.Error("a timestamp that was refused is accepted")
	}
	o.Authority = failing{}
	if _, err := Sign(t.Context(), rendered()[evidence.English], o); !errors.Is(err, errNoAnswer) || !errors.Is(err, ErrNoTimestamp) {
		t.Errorf("without an answer of the authority: %v", err)
	}
	o.Authority = verbose{}
	long := signOnce(t, rendered()[evidence.English], o)
	if doc, err := Signatures(long); err != nil || len(doc.Signatures[0].Token) < 40<<10 {
		t.Errorf("a token that is longer than expected: %v", err)
	}
}

// TestWhoseTimeCounts: a certificate must have been valid at the time of a timestamp only if
// somebody vouches for its authority, and else when the signer says that it signed.
func TestWhoseTimeCounts(t *testing.T) {
	a := newAuthority(t)
	o := options(a.signer(t, "P-256", "Signer"), evidence.English)
	o.Authority = verbose{}
	d, err := parse(rendered()[evidence.English])
	if err != nil {
		t.Fatal(err)
	}
	expired := signedAt.AddDate(20, 0, 0)
	for _, c := range []struct {
		name    string
		said    time.Time
		stamp   tsa.Stamp
		refused bool
	}{
		{"both while valid", signedAt, tsa.Stamp{At: signedAt, Trusted: true}, false},
		{"a trusted authority tells that it had expired", signedAt, tsa.Stamp{At: expired, Trusted: true}, true},
		{"an authority that nobody vouches for tells so", signedAt, tsa.Stamp{At: expired, Untrusted: tsa.ErrNoRoots}, false},
		{"expired by the signer's own word", expired, tsa.Stamp{At: expired, Trusted: true}, true},
		{"a trusted authority tells better", expired, tsa.Stamp{At: signedAt, Trusted: true}, false},
		{"an authority that nobody vouches for would mend it", expired, tsa.Stamp{At: signedAt, Untrusted: tsa.ErrNoRoots}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			u := &update{name: "Signer", at: c.said, room: 64 << 10}
			if u.field, err = d.free(""); err != nil {
				t.Fatal(err)
			}
			if u.appearance, err = o.Appearance(d.last().size + 1); err != nil {
				t.Fatal(err)
			}
			file := signForged(t, d, u, &o, func(*writer) {})
			_, err := Verify(file, func([]byte, []byte) (tsa.Stamp, error) { return c.stamp, nil })
			if (err != nil) != c.refused {
				t.Errorf("%v", err)
			}
			if err != nil && !strings.Contains(err.Error(), "expired") {
				t.Errorf("refused for another reason: %v", err)
			}
		})
	}
}

var errNoAnswer = errors.New("no answer")

type failing struct{}

func (failing) Timestamp(context.Context, []byte) ([]byte, error) { return nil, errNoAnswer }

// verbose gives a token that no room was left for.
type verbose struct{}

func (verbose) Timestamp(context.Context, []byte) ([]byte, error) {
	return der(tagSequence, der(tagOctetString, make([]byte, 40<<10))), nil
}

// TestValidationData: each signer adds to the store, and keeps what is there.
func TestValidationData(t *testing.T) {
	a := newAuthority(t)
	one, two := options(a.signer(t, "P-256", "One"), evidence.English), options(a.signer(t, "P-384", "Two"), evidence.English)
	one.Validation = Validation{CRLs: a.revoked(t), Certificates: [][]byte{a.root.Raw}}
	two.Validation = Validation{OCSPs: [][]byte{[]byte("endobj\n>>\nendstream\n")}, CRLs: a.revoked(t)[:1]}
	file := signOnce(t, signOnce(t, rendered()[evidence.English], one), two)
	doc, err := Verify(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []Validation{one.Validation, two.Validation} {
		if diff := cmp.Diff(want, doc.Signatures[i].Validation); diff != "" {
			t.Errorf("signature %d: -want +got:\n%s", i+1, diff)
		}
	}
	d, err := parse(file)
	if err != nil {
		t.Fatal(err)
	}
	refs, err := d.store()
	if err != nil || len(refs[0]) != 1 || len(refs[1]) != 3 || len(refs[2]) != 1 {
		t.Errorf("the store lists %v: %v", refs, err)
	}
}

// TestEveryFlippedByte: of what was signed and of what signs it no byte can change.
func TestEveryFlippedByte(t *testing.T) {
	a := newAuthority(t)
	preparer, approver := a.signer(t, "P-256", "Signer"), a.signer(t, "approver", "Approver")
	o := options(preparer, evidence.English)
	o.Validation.CRLs = a.revoked(t)
	report := signOnce(t, signOnce(t, rendered()[evidence.English], o), options(approver, evidence.English))
	for name, tt := range map[string]struct {
		file []byte
		skip func(at int) bool
	}{
		"small": {signSmall(t, signSmall(t, small(), preparer), approver), func(int) bool { return false }},
		// A report is larger, and has fonts, revocation lists and attachments.
		"report": {report, func(at int) bool { return at%2_503 != 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			if doc, err := Verify(tt.file, nil); err != nil || len(doc.Signatures) != 2 {
				t.Fatal(err)
			}
			for i := range tt.file {
				// Of the room that a signature leaves, some.
				if tt.skip(i) || i%101 != 0 && i > 40 && len(bytes.Trim(tt.file[i-40:min(i+40, len(tt.file))], "0")) == 0 {
					continue
				}
				tt.file[i] ^= 1 << (i % 7)
				if doc, err := Verify(tt.file, nil); err == nil {
					t.Errorf("byte %d of %d is altered to %q, and %d signatures are accepted", i, len(tt.file), tt.file[i], len(doc.Signatures))
				}
				tt.file[i] ^= 1 << (i % 7)
			}
		})
	}
}

// TestWhatFollowsAndWhatIsMissing: nothing can be added or taken away.
func TestWhatFollowsAndWhatIsMissing(t *testing.T) {
	a := newAuthority(t)
	document := rendered()[evidence.English]
	o := options(a.signer(t, "P-256", "Signer"), evidence.English)
	file := signOnce(t, document, o)
	other := signOnce(t, rendered()[evidence.Japanese], o)
	for name, changed := range map[string][]byte{
		"a line feed":                    append(slices.Clone(file), '\n'),
		"a comment":                      append(slices.Clone(file), "% \n"...),
		"an update that nobody signed":   unsignedUpdate(t, file),
		"an update before the signature": bytes.Replace(file, document, unsignedUpdate(t, document), 1),
		"cut off":                        file[:len(file)-1],
		"something before it":            append([]byte("\n"), file...),
		"another document's signature":   slices.Concat(document, other[len(rendered()[evidence.Japanese]):]),
		"half":                           file[:len(document)+100],
		"nothing":                        nil,
	} {
		if _, err := Verify(changed, nil); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// unsignedUpdate appends an update that paints another first page.
func unsignedUpdate(t *testing.T, file []byte) []byte {
	t.Helper()
	d, err := parse(file)
	if err != nil {
		t.Fatal(err)
	}
	w := &writer{base: int64(len(file)), offsets: map[int]int64{}}
	w.object(4, []byte("<</Length 0>>\nstream\n\nendstream\nendobj\n"))
	trailer := d.last().trailer
	trailer.prev = d.last().table
	w.close(trailer)
	return append(slices.Clone(file), w.out.Bytes()...)
}

// TestSignersCannotAddMore: an update with something else in it is refused even where
// its signature is right.
func TestSignersCannotAddMore(t *testing.T) {
	a := newAuthority(t)
	signer := a.signer(t, "P-256", "Signer")
	document := rendered()[evidence.English]
	d, err := parse(document)
	if err != nil {
		t.Fatal(err)
	}
	page, err := d.object(3)
	if err != nil {
		t.Fatal(err)
	}
	for name, forge := range map[string]func(*update, *writer){
		"as it should be": func(*update, *writer) {},
		"another page":    func(_ *update, w *writer) { w.object(4, []byte("<</Length 0>>\nstream\n\nendstream\nendobj\n")) },
		"the page again":  func(_ *update, w *writer) { w.object(3, page) },
		"a comment":       func(_ *update, w *writer) { w.out.WriteString("% hidden\n") },
		"a field of another name": func(u *update, _ *writer) {
			u.field.body = bytes.Replace(u.field.body, []byte("/TU <FEFF"), []byte("/TU <FEFF0041"), 1)
		},
		"a field elsewhere": func(u *update, _ *writer) {
			u.field.body = bytes.Replace(u.field.body, []byte("/Rect ["), []byte("/Rect [1"), 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := options(signer, evidence.English)
			u := &update{name: "Signer", at: signedAt, room: 16 << 10}
			if u.field, err = d.free(""); err != nil {
				t.Fatal(err)
			}
			if u.appearance, err = o.Appearance(d.last().size + 1); err != nil {
				t.Fatal(err)
			}
			more := func(w *writer) { forge(u, w) }
			file := signForged(t, d, u, &o, more)
			_, err := Verify(file, nil)
			if (err == nil) != (name == "as it should be") {
				t.Errorf("%v", err)
			}
			if err != nil && !strings.Contains(err.Error(), errForm.Error()) {
				t.Errorf("refused for another reason: %v", err)
			}
		})
	}
}

// signForged is Sign with more in the update than it would write.
func signForged(t *testing.T, d *document, u *update, o *Options, more func(*writer)) []byte {
	t.Helper()
	trailer := d.last().trailer
	w := &writer{base: int64(len(d.data)), offsets: map[int]int64{}}
	more(w)
	signature := trailer.size
	w.object(u.field.object, u.field.sign(signature, signature+1))
	w.object(signature, []byte(u.dictionary("")+strings.Repeat("0", 2*u.room)+">>>\nendobj\n"))
	s := signed{after: w.at() - int64(len(">>\nendobj\n"))}
	s.hole = s.after - int64(2*u.room) - 2
	for i, object := range u.appearance {
		w.object(signature+1+i, object)
	}
	trailer.size, trailer.prev = signature+1+len(u.appearance), d.last().table
	trailer.id[1] = w.identifier(trailer.id[1])
	w.close(trailer)
	s.end = w.at()
	file := slices.Concat(d.data, w.out.Bytes())
	u.fill(file, 0, s)
	var err error
	if u.cms, err = o.cms(t.Context(), file, s); err != nil {
		t.Fatal(err)
	}
	u.fill(file, 0, s)
	return file
}

func TestWhatCannotBeSigned(t *testing.T) {
	a := newAuthority(t)
	document := rendered()[evidence.English]
	ed := a.file(t, "x", nil)
	if err := sign.GenerateEd25519(ed + ".pem"); err != nil {
		t.Fatal(err)
	}
	bare, err := sign.LoadSigner(ed+".pem", "", signedAt)
	if err != nil {
		t.Fatal(err)
	}
	unnamed, err := sign.LoadSigner(a.key(t, "P-256"), "", signedAt)
	if err != nil {
		t.Fatal(err)
	}
	fine := options(a.signer(t, "P-256", "Signer"), evidence.English)
	with := func(change func(*Options)) Options { o := fine; change(&o); return o }
	full := signOnce(t, signOnce(t, document, fine), fine)
	for name, tt := range map[string]struct {
		document []byte
		o        Options
		want     error
	}{
		"a bare key":              {document, with(func(o *Options) { o.Signer = bare }), nil},
		"a key without a name":    {document, with(func(o *Options) { o.Signer = unnamed }), nil},
		"an expired certificate":  {document, with(func(o *Options) { o.At = signedAt.AddDate(20, 0, 0) }), nil},
		"no such field":           {document, with(func(o *Options) { o.Field = "Witness" }), ErrNoField},
		"a field that is signed":  {signOnce(t, document, fine), with(func(o *Options) { o.Field = "Preparer" }), ErrNoField},
		"no field is left":        {full, fine, ErrNoField},
		"no PDF":                  {[]byte("PK"), fine, errForm},
		"a PDF of somebody else":  {[]byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"), fine, errForm},
		"an update by a stranger": {unsignedUpdate(t, document), fine, errForm},
	} {
		if _, err := Sign(t.Context(), tt.document, tt.o); err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
	}
}

// TestUnsigned: a rendered report has no signatures, and all of it was rendered.
func TestUnsigned(t *testing.T) {
	for lang, document := range rendered() {
		doc, err := Verify(document, nil)
		if err != nil || doc.Rendered != int64(len(document)) || len(doc.Signatures) != 0 {
			t.Errorf("%s: %+v, %v", lang, doc, err)
		}
	}
}

// FuzzVerify: a hostile file ends in an error, or its signatures account for all of it.
func FuzzVerify(f *testing.F) {
	a := newAuthority(f)
	file := signSmall(f, small(), a.signer(f, "P-256", "Signer"))
	f.Add(file)
	f.Add(signSmall(f, file, a.signer(f, "P-384", "Approver")))
	f.Add([]byte("xref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1 /Root 1 0 R /Info 1 0 R /ID [<00000000000000000000000000000000> <00000000000000000000000000000000>]>>\nstartxref\n0\n%%EOF\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := Verify(data, nil)
		if err != nil {
			return
		}
		end := doc.Rendered
		for _, s := range doc.Signatures {
			if s.Ranges[0] != 0 || s.Ranges[1] <= end || s.Ranges[2] <= s.Ranges[1] || s.End() <= s.Ranges[2] {
				t.Errorf("a signature covers %v after %d bytes", s.Ranges, end)
			}
			end = s.End()
		}
		if end != int64(len(data)) {
			t.Errorf("%d of %d bytes are accounted for", end, len(data))
		}
	})
}

// FuzzCMS: what is read is what would be written.
func FuzzCMS(f *testing.F) {
	a := newAuthority(f)
	d, err := parse(signSmall(f, small(), a.signer(f, "P-256", "Signer")))
	if err != nil {
		f.Fatal(err)
	}
	u, _, err := readUpdate(d, 1)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(u.cms)
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parseCMS(data)
		if err != nil {
			return
		}
		if again, err := c.encode(); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%x is read and written as %x: %v", data, again, err)
		}
	})
}
