package xlsx

import (
	"strings"

	"github.com/evidencepack/evidence/reports/internal/words"
)

// hashesSheet lists the hashes that tie the workbook to the rest of the pack.
func (b *book) hashesSheet() error {
	s := b.open(b.names.hashes, setup{widths: []float64{26, 48, 16, 72}, frozen: 1, titles: 1})
	heads := b.heads(b.in(words.What), b.in(words.Name), b.in(words.SizeBytes), "SHA-256")
	s.add(heads...)
	cp := b.p.Checkpoint
	s.add(b.word(words.CheckpointRoot), b.str(cp.Origin), cell{style: b.styles.cell}, b.mono(cp.Root))
	for _, r := range b.p.RuleFiles() {
		name := r.Controls[0] + " " + r.Name
		if r.Shared {
			name = r.Name + " (" + strings.Join(r.Controls, ", ") + ")"
		}
		s.add(b.word(words.ControlSource), b.str(name), cell{style: b.styles.cell}, b.mono(r.SHA256))
	}
	for _, f := range b.p.Files {
		s.add(b.word(words.PackFile), b.str(f.Path), b.count(f.Size), b.mono(f.SHA256))
	}
	s.filter(1, len(heads))
	return s.close()
}
