package sign

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"
	"unicode"
)

// What the formats call themselves.
const (
	PayloadType   = "application/vnd.in-toto+json"
	StatementType = "https://in-toto.io/Statement/v1"
	PredicateType = "https://github.com/evidencepack/evidence/pack/v1"
)

// Statement is an in-toto Statement v1: it says that the subjects are the files
// of a pack.
type Statement struct {
	Type          string    `json:"_type"`
	Subject       []Subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     Predicate `json:"predicate"`
}

// Subject is a file and its hash.
type Subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"` // "sha256": hex
}

// Predicate says what is stated of the subjects.
type Predicate struct {
	SignedAt time.Time   `json:"signedAt"`          // the signer's word; a timestamp token is the proof
	Signers  []Signatory `json:"signers,omitempty"` // filled in by SignStatement
}

// Signatory names a signer within what is signed, and so binds the certificates
// that stand beside the signature, where nothing else would notice a change.
type Signatory struct {
	KeyID        string   `json:"keyid"`                  // the key's fingerprint
	Certificates []string `json:"certificates,omitempty"` // hex SHA-256 of each in DER, leaf first
}

// NewStatement states the subjects.
func NewStatement(subjects []Subject, at time.Time) Statement {
	return Statement{Type: StatementType, Subject: subjects, PredicateType: PredicateType,
		Predicate: Predicate{SignedAt: at.UTC().Truncate(time.Second)}}
}

func (s Statement) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return nil, fmt.Errorf("encode statement: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

func parseStatement(payload []byte) (Statement, error) {
	var s Statement
	if err := strict(payload, &s); err != nil {
		return Statement{}, fmt.Errorf("statement: %w", err)
	}
	if s.Type != StatementType || s.PredicateType != PredicateType {
		return Statement{}, fmt.Errorf("statement of type %q with a predicate of type %q: want %q and %q",
			s.Type, s.PredicateType, StatementType, PredicateType)
	}
	return s, s.validate()
}

// validate checks that every subject is a file within the pack, named once.
func (s Statement) validate() error {
	if len(s.Subject) == 0 {
		return errors.New("statement: it is about no file")
	}
	seen := map[string]bool{}
	for _, f := range s.Subject {
		if err := f.validate(); err != nil {
			return fmt.Errorf("statement: %w", err)
		}
		if seen[f.Name] {
			return fmt.Errorf("statement: file %s is named twice", f.Name)
		}
		seen[f.Name] = true
	}
	return nil
}

// validate refuses names that lead out of the pack, or that the lines which
// sha256sum reads cannot hold as they are.
func (f Subject) validate() error {
	if !fs.ValidPath(f.Name) || f.Name == "." || strings.ContainsFunc(f.Name, func(r rune) bool { return r == '\\' || unicode.IsControl(r) }) {
		return fmt.Errorf("file name %q", f.Name)
	}
	sum := f.Digest["sha256"]
	if b, err := hex.DecodeString(sum); err != nil || len(f.Digest) != 1 || len(b) != 32 || strings.ToLower(sum) != sum {
		return fmt.Errorf("file %s: want one digest, a SHA-256 in lower-case hex: %v", f.Name, f.Digest)
	}
	return nil
}

// strict decodes one JSON value with no unknown field and nothing after it.
func strict(data []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows it")
	}
	return nil
}
