package pack

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// documentAuthority time-stamps the signatures of documents, which take one timestamp
// each: of the first authority that answers. It is nil where none is configured.
func (b *builder) documentAuthority() tsa.Authority {
	if len(b.Authorities) == 0 {
		return nil
	}
	var list tsa.InTurn
	for _, a := range b.Authorities {
		list = append(list, a)
	}
	return list
}

// unstamped tells that a document is signed without a timestamp.
func (b *builder) unstamped(name string, why error) {
	if b.Unanswered != nil {
		b.Unanswered(Unanswered{Errors: []error{fmt.Errorf("%s: %w", name, why)}})
	}
}

// whyUnsigned says why the key signs no documents.
func whyUnsigned(s sign.Signer) evidence.Text {
	if len(s.Certificates()) == 0 {
		return evidence.Text{JA: "パックの鍵に証明書がないため", EN: "the pack's key has no certificate"}
	}
	return evidence.Text{JA: "パックの鍵の方式が、PDF閲覧ソフトやExcelの対応するRSA又はECDSAではないため", EN: "the pack's key is neither RSA nor ECDSA, which PDF viewers and Excel know"}
}

// rewrite replaces a file of the pack that was made already.
func (b *builder) rewrite(name string, data []byte) error {
	if err := os.Remove(filepath.Join(b.dir, filepath.FromSlash(name))); err != nil {
		return err
	}
	b.files = slices.DeleteFunc(b.files, func(f File) bool { return f.Path == name })
	return b.writeBytes(name, data)
}

// strangers tells of each signature of a report by a key that signed the pack at no stage.
func (w *verifier) strangers(path string, signers []string) {
	for _, fingerprint := range signers {
		if _, signed := w.signedAs(fingerprint); !signed {
			w.report(Noted, fmt.Sprintf(w.say(
				"%s には、パックのいずれの署名者とも異なる者(%s)の署名がある", "%s bears a signature by somebody who has not signed the pack, %s"), path, fingerprint))
		}
	}
}

func (w *verifier) has(path string) bool {
	return slices.ContainsFunc(w.manifest.Files, func(f File) bool { return f.Path == path })
}

// renderedAs keeps the SHA-256 of what of a report was rendered, where it bears signatures.
func (w *verifier) renderedAs(path, sum string) {
	if w.rendered == nil {
		w.rendered = map[string]string{}
	}
	w.rendered[path] = sum
}

// renderedHash is the SHA-256 of what of a report was rendered: all of it, but for
// the signatures that it bears.
func (w *verifier) renderedHash(f File) string {
	if sum, ok := w.rendered[f.Path]; ok {
		return sum
	}
	return f.SHA256
}
