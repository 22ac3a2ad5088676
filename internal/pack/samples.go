package pack

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/sampling"
)

// SamplePlan says how a control's sample is to be drawn.
type SamplePlan struct {
	Control  string                 `json:"control"`
	Of       string                 `json:"of,omitempty"`    // [sampling.Exempt]: of its exempt items; empty: of those that it applies to
	Table    string                 `json:"table,omitempty"` // whose sizes they are; empty: set for this control
	Title    evidence.Text          `json:"title,omitzero"`  // of the table
	Sizes    []sampling.Step        `json:"sizes"`
	Replaced []sampling.Replacement `json:"replaced"`
}

// Samples is samples.json: the samples of a pack's controls, and all that they follow
// from but the populations.
type Samples struct {
	Method     string          `json:"method"`
	Checkpoint SampleSeal      `json:"checkpoint"`
	Period     evidence.Period `json:"period"`
	Nonce      string          `json:"nonce"` // of the auditor; empty: none was given
	Controls   []Sample        `json:"controls"`
}

// SampleSeal is the checkpoint that the samples are drawn from: the pack's, or an
// earlier one, with the proof that the pack's extends it. The population is the
// pack's in any case.
type SampleSeal struct {
	Size  int64    `json:"size"`
	Root  string   `json:"root"`            // hex
	Proof []string `json:"proof,omitempty"` // RFC 6962 consistency proof, base64; none: it is the pack's
}

// SealOf is a pack's own checkpoint.
func SealOf(cp locker.Checkpoint) SampleSeal {
	return SampleSeal{Size: cp.Size, Root: hex.EncodeToString(cp.Root[:])}
}

// EarlierSeal is a checkpoint that the pack's extends, as the proof shows.
func EarlierSeal(earlier locker.Checkpoint, proof tlog.TreeProof) SampleSeal {
	s := SealOf(earlier)
	for _, h := range proof {
		s.Proof = append(s.Proof, base64.StdEncoding.EncodeToString(h[:]))
	}
	return s
}

// check holds the seal against the pack's checkpoint.
func (s SampleSeal) check(cp locker.Checkpoint) error {
	if len(s.Proof) == 0 {
		if own := SealOf(cp); s.Size != own.Size || s.Root != own.Root {
			return fmt.Errorf("it is of root %s, and the pack is of %s", s.Root, own.Root)
		}
		return nil
	}
	root, err := hex.DecodeString(s.Root)
	if err != nil || len(root) != tlog.HashSize {
		return fmt.Errorf("%q is no root", s.Root)
	}
	var proof tlog.TreeProof
	for _, p := range s.Proof {
		h, err := base64.StdEncoding.DecodeString(p)
		if err != nil || len(h) != tlog.HashSize {
			return fmt.Errorf("%q is no hash", p)
		}
		proof = append(proof, tlog.Hash(h))
	}
	if err := tlog.CheckTree(proof, cp.Size, cp.Root, s.Size, tlog.Hash(root)); err != nil {
		return fmt.Errorf("the checkpoint does not extend that of size %d: %w", s.Size, err)
	}
	return nil
}

// Sample is what was drawn for a control.
type Sample struct {
	SamplePlan
	Population    int64       `json:"population"`     // items that it was drawn from
	NotApplicable int64       `json:"not_applicable"` // other items to which the control does not apply
	Size          int64       `json:"size"`
	Seed          string      `json:"seed"`
	Drawn         []DrawnItem `json:"drawn"` // in the order of their ranks

	drawn []sampling.Drawn[evaluation.Item]
}

// DrawnItem is an item of a sample, or one that was replaced or stands in reserve.
type DrawnItem struct {
	Rank   string         `json:"rank"`
	Key    string         `json:"key"`
	ID     string         `json:"id"`
	SHA256 string         `json:"sha256"` // of the record's body
	State  sampling.State `json:"state"`
}

// Draw draws the samples of the controls that plans name, in the order of the
// results. A control without a population, or whose test broke, has none.
func Draw(r *evaluation.Results, seal SampleSeal, nonce string, plans []SamplePlan) (*Samples, error) {
	s := &Samples{Method: sampling.Method, Checkpoint: seal, Period: r.Period, Nonce: nonce, Controls: []Sample{}}
	if err := sampling.CheckNonce(nonce); err != nil {
		return nil, err
	}
	planned := map[string]SamplePlan{}
	for _, p := range plans {
		planned[p.Control+" "+p.Of] = p
	}
	for i := range r.Controls {
		c := &r.Controls[i]
		for _, of := range []string{"", sampling.Exempt} {
			plan, ok := planned[c.ID+" "+of]
			if !ok || c.Error != "" || drawable(c, of) == 0 {
				if len(plan.Replaced) > 0 {
					return nil, fmt.Errorf("sample of %s: items are to be replaced, and none was drawn", c.ID)
				}
				continue
			}
			one, err := s.draw(c, plan)
			if err != nil {
				return nil, fmt.Errorf("sample of %s: %w", c.ID, err)
			}
			s.Controls = append(s.Controls, *one)
		}
	}
	return s, nil
}

// Basis is what the seed of a sample follows from.
func (s *Samples) Basis(control, of string) sampling.Basis {
	return sampling.Basis{Root: s.Checkpoint.Root, Control: control, Of: of, Period: s.Period, Nonce: s.Nonce}
}

// Find returns a control's sample of the items that it applies to, or nil.
func (s *Samples) Find(control string) *Sample { return s.FindOf(control, "") }

// FindOf returns a control's sample of its exempt items, where of says so, or nil.
func (s *Samples) FindOf(control, of string) *Sample {
	for i := range s.Controls {
		if s.Controls[i].Control == control && s.Controls[i].Of == of {
			return &s.Controls[i]
		}
	}
	return nil
}

// Items are the items that were drawn, in the order of their ranks.
func (s *Sample) Items() []sampling.Drawn[evaluation.Item] { return s.drawn }

func (s *Samples) draw(c *evaluation.Control, plan SamplePlan) (*Sample, error) {
	if err := sampling.CheckSteps(plan.Sizes); err != nil {
		return nil, err
	}
	if plan.Replaced == nil {
		plan.Replaced = []sampling.Replacement{}
	}
	basis := s.Basis(c.ID, plan.Of)
	one := &Sample{SamplePlan: plan, Population: drawable(c, plan.Of), NotApplicable: c.Counts.NotApplicable, Seed: basis.Seed()}
	if plan.Of == sampling.Exempt {
		one.NotApplicable -= c.Exempt
	}
	one.Size = sampling.SizeOf(plan.Sizes, one.Population)
	var err error
	if one.drawn, err = sampling.Draw(basis, drawnFrom(c, plan.Of), func(i evaluation.Item) string { return i.ID }, one.Size, plan.Replaced); err != nil {
		return nil, err
	}
	for _, d := range one.drawn {
		one.Drawn = append(one.Drawn, DrawnItem{Rank: d.Rank, Key: d.Key, ID: d.Item.ID, SHA256: d.Item.SHA256, State: d.State})
	}
	return one, nil
}

// drawable is how many items a control's sample is drawn from.
func drawable(c *evaluation.Control, of string) int64 {
	if of == sampling.Exempt {
		return c.Exempt
	}
	return c.Counts.Total - c.Counts.NotApplicable
}

// drawnFrom yields them: every item but those to which the control does not apply, or
// of these the exempt ones. Pending and undetermined items are among the first.
func drawnFrom(c *evaluation.Control, of string) iter.Seq2[evaluation.Item, error] {
	return func(yield func(evaluation.Item, error) bool) {
		for i, err := range c.Items() {
			drawn := i.Verdict != evidence.NotApplicable
			if of == sampling.Exempt {
				drawn = controls.Exempt(i.Verdict, i.Reasons)
			}
			if (err != nil || drawn) && !yield(i, err) {
				return
			}
		}
	}
}

func (s *Samples) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", " ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return nil, fmt.Errorf("encode %s: %w", SamplesFile, err)
	}
	return b.Bytes(), nil
}

// writePopulation lists the items that a control's sample is drawn from, one a line, in
// their order: the key, a space, and the ID as a JSON string, which has no line's end
// and keeps its spaces between quotes.
func writePopulation(w io.Writer, c *evaluation.Control, of string) error {
	b := bufio.NewWriter(w)
	enc := json.NewEncoder(b) // ends the line
	enc.SetEscapeHTML(false)
	for i, err := range drawnFrom(c, of) {
		if err != nil {
			return err
		}
		if _, err := b.WriteString(sampling.Key(i.ID) + " "); err != nil {
			return err
		}
		if err := enc.Encode(i.ID); err != nil {
			return err
		}
	}
	return b.Flush()
}

// writeSamples draws the samples and writes them, with the lists that they can be drawn
// from again.
func (b *builder) writeSamples() error {
	var err error
	if b.drawn, err = Draw(b.Results, b.SampleSeal, b.Nonce, b.Samples); err != nil {
		return err
	}
	for _, s := range b.drawn.Controls {
		c := b.Results.Find(s.Control)
		err := b.write(PopulationFile(c.ID, s.Of), func(w io.Writer) error {
			z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
			if err != nil {
				return err
			}
			if err := writePopulation(z, c, s.Of); err != nil {
				return err
			}
			return z.Close()
		})
		if err != nil {
			return err
		}
	}
	text, err := b.drawn.encode()
	if err != nil {
		return err
	}
	return b.writeBytes(SamplesFile, text)
}

// SizeText says what gave a sample its size: the table and the frequency.
func (s *Sample) SizeText(f controls.Frequency) evidence.Text {
	if s.Table == "" {
		return evidence.Text{JA: "この統制について定めた件数", EN: "set for this control"}
	}
	name := f.Name()
	return evidence.Text{
		JA: fmt.Sprintf("%s：%s", s.Title.JA, name.JA),
		EN: fmt.Sprintf("%s: %s", s.Title.EN, name.EN),
	}
}
