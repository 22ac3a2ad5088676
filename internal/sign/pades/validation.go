package pades

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// Validation is what a verifier needs to check certificates later, when authorities
// no longer answer: the document security store of level B-LT. All are in DER. Empty,
// the signature has none.
type Validation struct {
	Certificates [][]byte // of issuers that are not in the chain: of revocation data and timestamps
	CRLs         [][]byte
	OCSPs        [][]byte // OCSPResponse
}

func (v *Validation) empty() bool {
	return len(v.Certificates)+len(v.CRLs)+len(v.OCSPs) == 0
}

// kinds are the entries of the store, in their order.
func (v *Validation) kinds() []*[][]byte { return []*[][]byte{&v.Certificates, &v.CRLs, &v.OCSPs} }

var kindNames = []string{"Certs", "CRLs", "OCSPs"}

var (
	storeForm   = regexp.MustCompile(`^<</Type /DSS((?: /[A-Za-z]+ \[[0-9R ]+\])*)>>\nendobj\n$`)
	storeRef    = regexp.MustCompile(`\n/DSS (\d{1,9}) 0 R\n`)
	streamStart = regexp.MustCompile(`^<</Length (\d{1,9})>>\nstream\n`)
)

// write writes the data as streams, then the store that lists them after those that
// the document has already, and the catalogue that leads to it. It returns the next
// free number.
func (v *Validation) write(w *writer, d *document, next int) (int, error) {
	if v.empty() {
		return next, nil
	}
	refs, err := d.store()
	if err != nil {
		return 0, err
	}
	for i, list := range v.kinds() {
		for _, data := range *list {
			w.object(next, fmt.Appendf(nil, "<</Length %d>>\nstream\n%s\nendstream\nendobj\n", len(data), data))
			refs[i] = append(refs[i], fmt.Sprintf("%d 0 R", next))
			next++
		}
	}
	var entries strings.Builder
	for i, name := range kindNames {
		if len(refs[i]) > 0 {
			fmt.Fprintf(&entries, " /%s [%s]", name, strings.Join(refs[i], " "))
		}
	}
	w.object(next, fmt.Appendf(nil, "<</Type /DSS%s>>\nendobj\n", entries.String()))
	catalog, err := d.object(d.last().root)
	if err != nil {
		return 0, err
	}
	w.object(d.last().root, withStore(catalog, next))
	return next + 1, nil
}

// withStore is the catalogue with that object as its store.
func withStore(catalog []byte, store int) []byte {
	entry := fmt.Appendf(nil, "\n/DSS %d 0 R\n", store)
	if storeRef.Match(catalog) {
		return storeRef.ReplaceAllLiteral(catalog, entry)
	}
	head, _ := bytes.CutSuffix(catalog, []byte(">>\nendobj\n"))
	return append(append(bytes.TrimSuffix(bytes.Clone(head), []byte("\n")), entry...), ">>\nendobj\n"...)
}

// store lists what the document's store refers to, by kind.
func (d *document) store() ([3][]string, error) {
	var refs [3][]string
	catalog, err := d.object(d.last().root)
	if err != nil {
		return refs, err
	}
	at := storeRef.FindSubmatch(catalog)
	if at == nil {
		return refs, nil
	}
	body, err := d.object(int(integer(at[1])))
	if err != nil {
		return refs, err
	}
	m := storeForm.FindSubmatch(body)
	if m == nil {
		return refs, errForm
	}
	for i, name := range kindNames {
		_, list, found := bytes.Cut(m[1], []byte(" /"+name+" ["))
		if !found {
			continue
		}
		list, _, _ = bytes.Cut(list, []byte("]"))
		for _, ref := range refForm.FindAll(list, -1) {
			refs[i] = append(refs[i], string(ref))
		}
	}
	return refs, nil
}

// readValidation reads what a document's store has beyond the former's, and the
// number of the first object of it.
func readValidation(now, before *document) (v Validation, first int, err error) {
	refs, err := now.store()
	if err != nil {
		return v, 0, err
	}
	former, err := before.store()
	if err != nil {
		return v, 0, err
	}
	first = now.last().size - 1 // the store itself is the last
	for i, list := range v.kinds() {
		if len(refs[i]) < len(former[i]) {
			return v, 0, errForm
		}
		for _, ref := range refs[i][len(former[i]):] {
			n := int(integer([]byte(strings.TrimSuffix(ref, " 0 R"))))
			body, err := now.object(n)
			if err != nil {
				return v, 0, err
			}
			m := streamStart.FindSubmatch(body)
			if m == nil || int64(len(body)-len(m[0])) < integer(m[1]) {
				return v, 0, errForm
			}
			*list = append(*list, body[len(m[0]):len(m[0])+int(integer(m[1]))])
			first = min(first, n)
		}
	}
	return v, first, nil
}
