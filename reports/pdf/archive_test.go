package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
	"github.com/evidencepack/evidence/reports/reportstest"
)

// written is a document as a reader finds it: by its trailer and table.
type written struct {
	bytes   []byte
	trailer string
	objects map[int]string // without "n 0 obj"; of streams, with the data
}

func writeDocument(t *testing.T, p *reports.Pack) written {
	t.Helper()
	var b bytes.Buffer
	if err := (Renderer{}).Render(&b, p); err != nil {
		t.Fatal(err)
	}
	return readDocument(t, b.Bytes())
}

func readDocument(t *testing.T, doc []byte) written {
	t.Helper()
	tail := regexp.MustCompile(`(?s)trailer\n(<<.*>>)\nstartxref\n(\d+)\n%%EOF\n$`).FindSubmatch(doc)
	if tail == nil {
		t.Fatal("the document has no trailer")
	}
	w := written{bytes: doc, trailer: string(tail[1]), objects: map[int]string{}}
	at, _ := strconv.Atoi(string(tail[2]))
	table := strings.Split(string(doc[at:]), "\n")
	if table[0] != "xref" || table[2] != "0000000000 65535 f " {
		t.Fatalf("the table begins %q", table[:3])
	}
	var n int
	if _, err := fmt.Sscanf(table[1], "0 %d", &n); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < n; i++ {
		var from, generation int
		if _, err := fmt.Sscanf(table[2+i], "%010d %05d n ", &from, &generation); err != nil {
			t.Fatalf("entry %d of the table: %v", i, err)
		}
		object, found := strings.CutPrefix(string(doc[from:at]), fmt.Sprintf("%d 0 obj\n", i))
		object, _, whole := strings.Cut(object, "endobj\n")
		if !found || !whole {
			t.Fatalf("object %d is not where the table says", i)
		}
		w.objects[i] = object
	}
	return w
}

// refers gives the object that an entry of a dictionary refers to.
func (w written) refers(t *testing.T, dictionary, key string) string {
	t.Helper()
	m := regexp.MustCompile(key + ` (\d+) 0 R`).FindStringSubmatch(dictionary)
	if m == nil {
		t.Fatalf("no %s in %.200q", key, dictionary)
	}
	n, _ := strconv.Atoi(m[1])
	return w.objects[n]
}

func (w written) catalog(t *testing.T) string { t.Helper(); return w.refers(t, w.trailer, "/Root") }

// data is what a stream holds.
func (w written) data(t *testing.T, object string) []byte {
	t.Helper()
	dictionary, data, found := strings.Cut(object, "stream\n")
	if !found {
		t.Fatalf("no stream: %.200q", object)
	}
	m := regexp.MustCompile(`/Length (\d+)( 0 R)?`).FindStringSubmatch(dictionary)
	said := m[1]
	if m[2] != "" {
		said = strings.TrimSpace(w.refers(t, dictionary, "/Length"))
	}
	length, err := strconv.Atoi(said)
	if err != nil {
		t.Fatal(err)
	}
	if data[length:] != "\nendstream\n" {
		t.Fatalf("the stream of %.100q does not end after its length, %d: %.40q", dictionary, length, data[length:])
	}
	if !strings.Contains(dictionary, "/FlateDecode") {
		return []byte(data[:length])
	}
	z, err := zlib.NewReader(strings.NewReader(data[:length]))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// text reads a string object of ours.
func text(t *testing.T, dictionary, key string) string {
	t.Helper()
	m := regexp.MustCompile(key + ` <FEFF([0-9A-F]*)>`).FindStringSubmatch(dictionary)
	if m == nil {
		return ""
	}
	b, err := hex.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	var units []uint16
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	return string(utf16.Decode(units))
}

// archivePacks are packs in both languages, and those that a document must survive.
func archivePacks() map[string]*reports.Pack {
	list := packs()
	list["english"] = reportstest.Pack(reportstest.Options{Lang: evidence.English})
	list["japanese"] = reportstest.Pack(reportstest.Options{Demo: true})
	awkward := reportstest.Pack(reportstest.Options{})
	awkward.Organisation, awkward.PreparedBy = `A & B <"co">  (ltd) \`, ""
	awkward.Framework.Title = "𠮷 \x00 ]]> /Info 1 0 R endobj"
	list["awkward"] = awkward
	return list
}

// TestInfoAndMetadataAgree: PDF/A wants the two descriptions of a document to say
// the same, and the metadata to say what it conforms to.
func TestInfoAndMetadataAgree(t *testing.T) {
	for name, p := range archivePacks() {
		t.Run(name, func(t *testing.T) {
			w := writeDocument(t, p)
			info := w.refers(t, w.trailer, "/Info")
			var x struct {
				Part        string   `xml:"RDF>Description>part"`
				Conformance string   `xml:"RDF>Description>conformance"`
				Title       string   `xml:"RDF>Description>title>Alt>li"`
				Subject     string   `xml:"RDF>Description>description>Alt>li"`
				Author      string   `xml:"RDF>Description>creator>Seq>li"`
				Language    []string `xml:"RDF>Description>language>Bag>li"`
				Creator     string   `xml:"RDF>Description>CreatorTool"`
				Producer    string   `xml:"RDF>Description>Producer"`
				Created     string   `xml:"RDF>Description>CreateDate"`
				Modified    string   `xml:"RDF>Description>ModifyDate"`
			}
			packet := w.data(t, w.refers(t, w.catalog(t), "/Metadata"))
			if err := xml.Unmarshal(packet, &x); err != nil {
				t.Fatalf("the metadata: %v\n%s", err, packet)
			}
			if x.Part != "3" || x.Conformance != "B" {
				t.Errorf("the metadata say PDF/A-%s%s", x.Part, x.Conformance)
			}
			date := func(s string) string {
				at, err := time.Parse(time.RFC3339, s)
				if err != nil {
					t.Error(err)
				}
				return at.UTC().Format("D:20060102150405Z")
			}
			said := map[string]string{"Title": x.Title, "Subject": x.Subject, "Author": x.Author, "Creator": x.Creator, "Producer": x.Producer,
				"CreationDate": date(x.Created), "ModDate": date(x.Modified)}
			inInfo := map[string]string{}
			for key := range said {
				inInfo[key] = text(t, info, "/"+key)
				if m := regexp.MustCompile(`/` + key + ` \((.*?)\)`).FindStringSubmatch(info); m != nil {
					inInfo[key] = m[1]
				}
			}
			if diff := cmp.Diff(inInfo, said); diff != "" {
				t.Errorf("-Info +metadata:\n%s", diff)
			}
			d := newDocument(p, layout{})
			if want := d.properties(); x.Title != want.title || x.Title == "" || x.Author != want.author || date(x.Created) != p.Checkpoint.SealedAt.UTC().Format("D:20060102150405Z") {
				t.Errorf("the document says of itself %+v, want %+v", x, want)
			}
			if !strings.Contains(w.catalog(t), "/Lang ("+string(p.Lang)+")") || cmp.Diff(x.Language, []string{string(p.Lang)}) != "" {
				t.Errorf("the language is not that of the pack: %q", x.Language)
			}
		})
	}
}

// TestArchive holds what PDF/A-3b asks of a document's structure.
func TestArchive(t *testing.T) {
	for name, p := range archivePacks() {
		t.Run(name, func(t *testing.T) {
			w := writeDocument(t, p)
			if !bytes.HasPrefix(w.bytes, []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")) {
				t.Errorf("the document begins %q", w.bytes[:20])
			}
			if !regexp.MustCompile(`/ID \[<([0-9A-F]{32})> <([0-9A-F]{32})>\]`).MatchString(w.trailer) || strings.Contains(w.trailer, "/Encrypt") {
				t.Errorf("the trailer: %s", w.trailer)
			}
			c := w.catalog(t)
			if !strings.Contains(c, "/ViewerPreferences <</DisplayDocTitle true>>") || !strings.Contains(c, "/PageMode /UseOutlines") {
				t.Errorf("the catalogue shows neither title nor bookmarks: %s", c)
			}
			profile := w.refers(t, c, "/DestOutputProfile")
			if n := strings.Count(c, "/S /GTS_PDFA1"); n != 1 || !strings.HasPrefix(profile, "<</N 3 ") || !bytes.Equal(w.data(t, profile), sRGB) {
				t.Errorf("%d output intents, the profile is %.100q", n, profile)
			}
			for n, o := range w.objects {
				dictionary, _, _ := strings.Cut(o, "stream\n")
				switch {
				case strings.HasPrefix(dictionary, "<</Type /Page\n"):
					plain := regexp.MustCompile(`(?s)\((?:[^()\\]|\\.)*\)`).ReplaceAllString(dictionary, "()")
					if links := strings.Count(plain, "/Type /Annot /Subtype /Link /F 4 /Rect"); links != strings.Count(plain, "/Annot ") {
						t.Errorf("object %d has links that are not printed: %s", n, plain)
					}
				case strings.HasPrefix(dictionary, "<</Type /FontDescriptor"):
					if !strings.Contains(dictionary, "/FontFile2 ") || !regexp.MustCompile(`/FontName /[A-Z]{6}\+BIZUD`).MatchString(dictionary) {
						t.Errorf("object %d: a font that is not embedded, or not named as a subset: %s", n, dictionary)
					}
				case strings.HasPrefix(dictionary, "<</Type /Font\n/Subtype /Type0"):
					if m := w.data(t, w.refers(t, dictionary, "/ToUnicode")); string(m) != toUnicode() {
						t.Errorf("object %d: characters are mapped by %.80q", n, m)
					}
				}
				for _, forbidden := range []string{"/Transparency", "/SMask", "/JavaScript", "/Launch", "/LZWDecode", "/CA "} {
					if strings.Contains(dictionary, forbidden) && !strings.Contains(dictionary, "/Title (") && !strings.Contains(dictionary, "/URI (") {
						t.Errorf("object %d has %s: %.300s", n, forbidden, dictionary)
					}
				}
			}
		})
	}
}

// TestAttachedFiles: the document carries what the pack says, associated with the
// whole of it, and says what it leaves out.
func TestAttachedFiles(t *testing.T) {
	p := reportstest.Pack(reportstest.Options{})
	w := writeDocument(t, p)
	c := w.catalog(t)
	list := func(pattern string) []string {
		m := regexp.MustCompile(pattern).FindStringSubmatch(c)
		if m == nil {
			t.Fatalf("no %s in %s", pattern, c)
		}
		return regexp.MustCompile(`\d+ 0 R`).FindAllString(m[1], -1)
	}
	names, associated := list(`/EmbeddedFiles <</Names \[(.*?)\]`), list(`/AF \[(.*?)\]`)
	if diff := cmp.Diff(names, associated); diff != "" {
		t.Errorf("-attached +associated:\n%s", diff)
	}
	for i, a := range p.Attachments {
		if a.Open == nil {
			if i < len(associated) {
				t.Errorf("%s is too large and attached", a.Path)
			}
			continue
		}
		n, _ := strconv.Atoi(strings.TrimSuffix(associated[i], " 0 R"))
		spec := w.objects[n]
		if text(t, spec, "/F") != a.Path || text(t, spec, "/UF") != a.Path || text(t, spec, "/Desc") != a.Description || !strings.Contains(spec, "/AFRelationship /Data") {
			t.Errorf("%s: %s", a.Path, spec)
		}
		file := w.refers(t, spec, "/EF <</F")
		if sum := sha256.Sum256(w.data(t, file)); hex.EncodeToString(sum[:]) != a.SHA256 {
			t.Errorf("%s: its content is another", a.Path)
		}
		for _, want := range []string{"/Subtype /application#2Fjson", fmt.Sprintf("/Size %d", a.Size), "/ModDate (D:2026"} {
			if !strings.Contains(file, want) {
				t.Errorf("%s: no %s in %.300q", a.Path, want, file)
			}
		}
	}

	p.Attachments = nil
	if c := writeDocument(t, p).catalog(t); strings.Contains(c, "/AF") || strings.Contains(c, "/Names") {
		t.Errorf("without attachments: %s", c)
	}

	p = reportstest.Pack(reportstest.Options{})
	p.Attachments[0].Size++
	if err := (Renderer{}).Render(io.Discard, p); err == nil {
		t.Error("an attachment that is cut off is carried")
	}
}

// endless gives the same byte, and measures the heap when it is closed.
type endless struct{ live *uint64 }

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'x'
	}
	return len(b), nil
}

func (e endless) Close() error {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	*e.live = m.HeapAlloc
	return nil
}

// TestAttachmentsGoThrough: a file that the document carries is not held in memory.
func TestAttachmentsGoThrough(t *testing.T) {
	const size, limit = 128 << 20, 64 << 20
	var live uint64
	type readCloser struct {
		io.Reader
		io.Closer
	}
	p := reportstest.Pack(reportstest.Options{})
	p.Attachments = []reports.Attachment{{File: reports.File{Path: "large.json", Size: size}, MediaType: "application/json", Open: func() (io.ReadCloser, error) {
		e := endless{&live}
		return readCloser{io.LimitReader(e, size), e}, nil
	}}}
	if err := (Renderer{}).Render(io.Discard, p); err != nil {
		t.Fatal(err)
	}
	if live == 0 || live > limit {
		t.Errorf("%d MiB alive when a file of %d MiB was attached, want at most %d", live>>20, size>>20, limit>>20)
	}
}

// TestIdentifier: the same pack has the same, and another pack another.
func TestIdentifier(t *testing.T) {
	a := writeDocument(t, reportstest.Pack(reportstest.Options{}))
	b := writeDocument(t, reportstest.Pack(reportstest.Options{}))
	c := writeDocument(t, reportstest.Pack(reportstest.Options{Demo: true}))
	if !bytes.Equal(a.bytes, b.bytes) {
		t.Error("the same pack gives other bytes")
	}
	id := func(w written) string { return regexp.MustCompile(`/ID \[.*\]`).FindString(w.trailer) }
	if id(a) != id(b) || id(a) == id(c) {
		t.Errorf("identifiers: %s, again %s, of another pack %s", id(a), id(b), id(c))
	}
}

// TestPrinted: an address may hold anything.
func TestPrinted(t *testing.T) {
	const in = `/Annots [<</Subtype /Link /Rect [0]/A <</URI (https://a/\)/Subtype /Link \\)>>>><</Subtype /Link /Rect [1]>>]`
	const want = `/Annots [<</Subtype /Link /F 4 /Rect [0]/A <</URI (https://a/\)/Subtype /Link \\)>>>><</Subtype /Link /F 4 /Rect [1]>>]`
	if diff := cmp.Diff(want, string(printed([]byte(in)))); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestNotAsWritten: what is not as fpdf writes it is refused, not guessed at.
func TestNotAsWritten(t *testing.T) {
	var b bytes.Buffer
	d := newDocument(reportstest.Pack(reportstest.Options{}), layout{})
	d.write()
	if err := d.Output(&b); err != nil {
		t.Fatal(err)
	}
	doc := b.Bytes()
	if objects, err := objectsOf(doc); err != nil || len(objects) < 10 {
		t.Fatalf("%d objects: %v", len(objects), err)
	}
	for name, broken := range map[string][]byte{
		"empty": nil, "cut": doc[:len(doc)-10], "moved": append([]byte("x"), doc...),
		"no table":    bytes.Replace(doc, []byte("\nxref\n"), []byte("\nxxxx\n"), 1),
		"short table": bytes.Replace(doc, []byte("\nxref\n0 "), []byte("\nxref\n0 9"), 1),
		"far table":   bytes.Replace(doc, []byte("startxref\n"), []byte("startxref\n9"), 1),
	} {
		if _, err := objectsOf(broken); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestVeraPDF has documents judged by veraPDF, the validator of the PDF/A
// Association, where it is installed.
func TestVeraPDF(t *testing.T) {
	validator, err := exec.LookPath("verapdf")
	if err != nil {
		t.Skip("NOT VALIDATED: verapdf is not installed, so that no independent validator has judged whether report.pdf is PDF/A-3b (https://verapdf.org)")
	}
	dir := t.TempDir()
	args := []string{"--flavour", "3b", "--format", "text", "-v"}
	for name, p := range archivePacks() {
		file := filepath.Join(dir, name+".pdf")
		if err := os.WriteFile(file, writeDocument(t, p).bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, file)
	}
	out, err := exec.Command(validator, args...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	for name := range archivePacks() {
		if !strings.Contains(string(out), "PASS "+filepath.Join(dir, name+".pdf")) {
			t.Errorf("%s is not PDF/A-3b", name)
		}
	}
}
