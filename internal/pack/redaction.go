package pack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/redaction"
)

// RedactionFile says, of an auditor's copy, what was replaced by which rules. A pack without
// it holds the originals.
const RedactionFile = "redaction.json"

// redactionMethod names how values are replaced, so that a later one can be told from it.
const redactionMethod = "evidence-redaction/v2"

// RedactedSuffix ends the name of an auditor's copy.
const RedactedSuffix = "-redacted"

// Redaction is redaction.json.
type Redaction struct {
	Method  string            `json:"method"`
	Key     string            `json:"key"` // names the key, and does not tell it
	Levels  []redaction.Level `json:"levels"`
	Rules   []CountedRule     `json:"rules"`   // of these levels, and those that keep a field
	Types   []redaction.Typed `json:"types"`   // what parameters say accounts are of
	Added   []AddedValue      `json:"added"`   // in the order of controls
	Zones   []redaction.Zone  `json:"zones"`   // of the pseudonyms of addresses
	Objects []RedactedObject  `json:"objects"` // in the order of the evidence files
}

// CountedRule is a rule, and how much it replaced in the records of the evidence files.
type CountedRule struct {
	redaction.Rule
	redaction.Count
}

// policy is what the copy was made by.
func (r *Redaction) policy() redaction.Policy {
	p := redaction.Policy{Levels: r.Levels}
	for _, x := range r.Rules {
		p.Rules = append(p.Rules, x.Rule)
	}
	return p
}

// AddedValue is a value of a control's parameters that the organisation did not write: it is the
// pseudonym of what a pattern beside it names.
type AddedValue struct {
	Control string `json:"control"`
	redaction.Addition
}

// valueAt finds what a JSON Pointer names in parameters.
func valueAt(params map[string]any, pointer string) (any, error) {
	var v any = params
	for _, t := range strings.Split(pointer, "/")[1:] {
		t = strings.NewReplacer("~1", "/", "~0", "~").Replace(t)
		switch in := v.(type) {
		case map[string]any:
			found, ok := in[t]
			if !ok {
				return nil, fmt.Errorf("there is no parameter at %s", pointer)
			}
			v = found
		case []any:
			i, err := strconv.Atoi(t)
			if err != nil || i < 0 || i >= len(in) {
				return nil, fmt.Errorf("there is no parameter at %s", pointer)
			}
			v = in[i]
		default:
			return nil, fmt.Errorf("there is no parameter at %s", pointer)
		}
	}
	return v, nil
}

// addedTo are the values that redaction put into a control's parameters.
func (r *Redaction) addedTo(control string) []AddedValue {
	if r == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(r.Added), func(a AddedValue) bool { return a.Control != control })
}

// RedactedObject ties a part of an evidence file to the sealed object that it is made of: line
// for line, in the same order.
type RedactedObject struct {
	Kind   string `json:"kind"`
	Object string `json:"object"` // SHA-256 of the sealed one, as its manifest has it
	SHA256 string `json:"sha256"` // of the part
	Size   int64  `json:"size"`   // of the part, in bytes
}

func newRedaction(key redaction.Key, p redaction.Policy) *Redaction {
	r := &Redaction{Method: redactionMethod, Key: key.ID(), Levels: p.Levels, Rules: []CountedRule{}, Types: []redaction.Typed{}, Added: []AddedValue{}, Zones: []redaction.Zone{}, Objects: []RedactedObject{}}
	for _, x := range p.Active() {
		r.Rules = append(r.Rules, CountedRule{Rule: x})
	}
	return r
}

func (r *Redaction) encode() ([]byte, error) {
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", RedactionFile, err)
	}
	return append(b, '\n'), nil
}

// readRedaction reads what a pack says of its redaction; nil: it holds the originals.
func readRedaction(fsys fs.FS, m *Manifest) (*Redaction, error) {
	if !slices.ContainsFunc(m.Files, func(f File) bool { return f.Path == RedactionFile }) {
		return nil, nil
	}
	b, err := fs.ReadFile(fsys, RedactionFile)
	if err != nil {
		return nil, err
	}
	var r Redaction
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("%s: %w", RedactionFile, err)
	}
	if r.Method != redactionMethod {
		return nil, fmt.Errorf("%w: %s: method %q, and this tool knows %s", ErrFormat, RedactionFile, r.Method, redactionMethod)
	}
	for _, rule := range r.Rules {
		if err := rule.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", RedactionFile, err)
		}
	}
	for _, a := range r.Added {
		if !strings.HasPrefix(a.At, "/") {
			return nil, fmt.Errorf("%s: %q is no place of a parameter", RedactionFile, a.At)
		}
	}
	for _, o := range r.Objects {
		if o.Size <= 0 {
			return nil, fmt.Errorf("%s: object %s of %d bytes", RedactionFile, o.Object, o.Size)
		}
	}
	if again, err := r.encode(); err != nil || !bytes.Equal(again, b) {
		return nil, fmt.Errorf("%s is not written as this tool writes it", RedactionFile)
	}
	return &r, nil
}

// bySealed finds what is said of objects by the hashes of the sealed ones.
func (r *Redaction) bySealed() map[string]RedactedObject {
	all := map[string]RedactedObject{}
	if r != nil {
		for _, o := range r.Objects {
			all[o.Object] = o
		}
	}
	return all
}

// redactedObject is an object of redacted records: what a pack carries in place of the
// sealed one.
func redactedObject(ctx context.Context, records iter.Seq2[evidence.Record, error], kind, object string) ([]byte, RedactedObject, error) {
	var list []evidence.Record
	for r, err := range records {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, RedactedObject{}, err
		}
		list = append(list, r)
	}
	b, err := locker.EncodeObject(list)
	if err != nil {
		return nil, RedactedObject{}, err
	}
	sum := sha256.Sum256(b)
	return b, RedactedObject{Kind: kind, Object: object, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(b))}, nil
}

// writeRedacted writes the batches of a kind, redacted, one after the other.
func (b *builder) writeRedacted(ctx context.Context, w io.Writer, kind string) error {
	counted := b.Redacted.archive
	counted.By = counted.By.Counting(b.Redacted.tally)
	for _, m := range batchesOf(b.entries, kind) {
		part, said, err := redactedObject(ctx, counted.Records(ctx, m), kind, m.Object)
		if err != nil {
			return fmt.Errorf("batch %s: %w", m.Object, err)
		}
		if _, err := w.Write(part); err != nil {
			return err
		}
		b.Redacted.said.Objects = append(b.Redacted.said.Objects, said)
	}
	return nil
}

// redaction writes what was replaced, once the evidence files are written.
func (b *builder) redaction(context.Context) error {
	if b.Redacted == nil {
		return nil
	}
	for i := range b.Redacted.said.Rules {
		x := &b.Redacted.said.Rules[i]
		x.Count = b.Redacted.tally.Of(x.Rule)
	}
	text, err := b.Redacted.said.encode()
	if err != nil {
		return err
	}
	return b.writeBytes(RedactionFile, text)
}

// said is what the pack says of its redaction; nil: it holds the originals.
func (b *builder) said() *Redaction {
	if b.Redacted == nil {
		return nil
	}
	return b.Redacted.said
}
