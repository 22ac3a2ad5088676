package pack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/reports"
)

// answersOf sums up what a source answered, as far as the entries tell of it: each
// answer with its SHA-256 stands in the sealed manifests, which packs carry.
func answersOf(source string, entries []locker.Entry) reports.Answers {
	var a reports.Answers
	hashes := sha256.New()
	for _, e := range entries {
		m := e.Manifest
		if m.Source != source || m.Type != locker.Batch {
			continue
		}
		latest := m.Collected.At
		dated := false
		for _, o := range m.Origins {
			a.N++
			a.Bytes += o.Size
			fmt.Fprintf(hashes, "%s\n", o.SHA256)
			if o.Date.IsZero() {
				continue
			}
			if a.Dated++; !dated || o.Date.After(latest) {
				latest, dated = o.Date, true
			}
		}
		if !dated {
			continue
		}
		ahead := m.Collected.At.Sub(latest)
		if !a.Clocked || ahead < a.Least {
			a.Least = ahead
		}
		if !a.Clocked || ahead > a.Most {
			a.Most = ahead
		}
		a.Clocked = true
	}
	a.SHA256 = hex.EncodeToString(hashes.Sum(nil))
	return a
}
