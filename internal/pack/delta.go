package pack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/delta"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/redaction"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/internal/sign"
)

// compare computes the delta from the earlier period to the pack's own results. want is
// what the pack carries the evidence of, or what else the view may be asked for.
func (c *contents) compare(ctx context.Context, p *Previous, view *sealed.View, want []evidence.Selection) error {
	d, err := delta.Compare(ctx, p.Side, c.side(), view, want)
	if err != nil {
		return fmt.Errorf("compare with %s: %w", p.Name, err)
	}
	c.previous, c.delta = p, d
	return nil
}

// side is the pack's own period.
func (c *contents) side() delta.Side {
	side := delta.Side{Name: c.manifest.PeriodName, Period: c.results.Period, Results: c.results, Answers: c.answers,
		Library: c.library, Framework: c.framework, Tool: c.manifest.Tool}
	if c.redaction != nil {
		side.Same = redaction.Unnatured
	}
	return side
}

func encodeDelta(d *delta.Delta) ([]byte, error) {
	b, err := json.MarshalIndent(d, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", DeltaFile, err)
	}
	return append(b, '\n'), nil
}

// delta repeats the comparison with the earlier period, from what the pack carries of
// it. That the earlier results are right, only that period's own evidence shows.
func (w *verifier) delta(ctx context.Context, view *sealed.View, want []evidence.Selection) error {
	w.begin(CheckChanges)
	carried := slices.Collect(func(yield func(string) bool) {
		for _, f := range w.manifest.Files {
			if below, ok := strings.CutPrefix(f.Path, PreviousDir+"/"); ok && !yield(below) {
				return
			}
		}
	})
	signed, err := fs.ReadFile(w.fsys, DeltaFile)
	switch {
	case errors.Is(err, fs.ErrNotExist) && len(carried) == 0:
		return nil
	case err != nil:
		return err
	}
	read := w.previousAnew
	if slices.Contains(carried, ManifestFile) {
		read = w.previousPack
	}
	p, err := read(signed, carried)
	if err != nil {
		return fmt.Errorf("%s: %w", PreviousDir, err)
	}
	if !slices.Equal(p.carry(w.manifest.Files), carried) {
		return fmt.Errorf("%s does not hold exactly what the changes follow from", PreviousDir)
	}
	if err := w.contents.compare(ctx, p, view, want); err != nil {
		return err
	}
	if again, err := encodeDelta(w.contents.delta); err != nil || !bytes.Equal(again, signed) {
		return fmt.Errorf("%s differs from what comparing the periods again gives", DeltaFile)
	}
	w.ok(w.say("%s は、%s の結果と本パックの再実施の結果を改めて比較したものと完全に一致", "%s is exactly what comparing the results of %s with those that were repeated gives"), DeltaFile, p.Name)
	return nil
}

// previousPack reads the earlier period from what is carried of its pack. Files that
// both packs have alike are carried once.
func (w *verifier) previousPack([]byte, []string) (*Previous, error) {
	get := func(name string) ([]byte, error) {
		b, err := fs.ReadFile(w.fsys, path.Join(PreviousDir, name))
		if errors.Is(err, fs.ErrNotExist) && strings.HasPrefix(name, ControlsDir+"/") {
			return fs.ReadFile(w.fsys, name)
		}
		return b, err
	}
	// Of whom the verifier expects of this pack, one who signed the earlier one is enough.
	var p *Previous
	var signed sign.Signed
	var err error
	for _, trust := range w.Trust.Each() {
		if p, signed, err = readPrevious(get, trust); !errors.Is(err, sign.ErrUntrusted) {
			break
		}
	}
	if errors.Is(err, sign.ErrUntrusted) {
		if p, signed, err = readPrevious(get, sign.Trust{}); err == nil {
			w.report(Noted, w.say(
				"前回のパックの署名者は、指定された鍵、証明書及びルート証明書のいずれによっても特定されない", "the key, certificate or root that was given does not identify who signed the earlier pack"))
		}
	}
	if err != nil {
		return nil, err
	}
	for _, s := range signed.Signatures {
		w.ok(w.say("前回(%s)のパックの署名 %s %s %s", "signature of the pack of %s: %s %s %s"), p.Name, s.Algorithm, s.Fingerprint, s.Subject)
	}
	if _, same := w.signedAs(p.Pack.Signer); !same {
		w.report(Noted, w.say("前回のパックは、本パックとは別の鍵で署名されている", "the earlier pack was signed by another key than this one"))
	}
	w.report(Noted, fmt.Sprintf(w.say(
		"前回(%s)の結果は署名された results.json のとおりとし、その証跡は本パックにないため再実施していない。manifest.json の SHA-256 が %s であるパックを検証すること",
		"the results of %s are taken as signed in its results.json: their evidence is not in this pack, and they were not repeated. Verify the pack whose manifest.json has the SHA-256 %s"),
		p.Name, p.Pack.ManifestSHA256))
	return p, nil
}

// previousAnew reads the earlier period as it was evaluated anew: by the pack's own
// controls, which its results must say.
func (w *verifier) previousAnew(signed []byte, carried []string) (*Previous, error) {
	var said delta.Delta
	if err := json.Unmarshal(signed, &said); err != nil {
		return nil, fmt.Errorf("%s: %w", DeltaFile, err)
	}
	p := &Previous{files: map[string][]byte{}}
	for _, name := range carried {
		b, err := fs.ReadFile(w.fsys, path.Join(PreviousDir, name))
		if err != nil {
			return nil, err
		}
		p.files[name] = b
	}
	p.Side = delta.Side{Name: said.Earlier.Name, Library: w.contents.library, Framework: w.contents.framework, Tool: w.manifest.Tool}
	if err := p.read(w.contents.location); err != nil {
		return nil, err
	}
	if err := sameControls(p.Results, w.contents.results); err != nil {
		return nil, err
	}
	w.report(Noted, fmt.Sprintf(w.say(
		"前回(%s)の結果は、本パックの作成時に今回の統制で評価し直したものである。その証跡は本パックにないため、再実施できない",
		"the results of %s were evaluated anew, by this pack's controls, when it was made: their evidence is not in it, and they cannot be repeated from it"), p.Name))
	return p, nil
}

// sameControls holds that results were come by with the same controls and settings.
func sameControls(earlier, own *evaluation.Results) error {
	if !slices.Equal(earlier.IDs(), own.IDs()) {
		return errors.New("the earlier results are of other controls")
	}
	type basis struct {
		Sources map[string]string
		Params  map[string]any
		Owner   string
	}
	for i := range own.Controls {
		x, errX := json.Marshal(basis{earlier.Controls[i].Sources, earlier.Controls[i].Params, earlier.Controls[i].Owner})
		y, errY := json.Marshal(basis{own.Controls[i].Sources, own.Controls[i].Params, own.Controls[i].Owner})
		if err := errors.Join(errX, errY); err != nil {
			return err
		}
		if !bytes.Equal(x, y) {
			return fmt.Errorf("%s: the earlier results are of another form or setting of it", own.Controls[i].ID)
		}
	}
	return nil
}
