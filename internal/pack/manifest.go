package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/reports"
)

// FormatVersion of the manifest and of the pack's layout. Format 2 tells in results.json of
// exempt items, of those whose exemption says nobody approved it, and of the parameters that
// items were judged by; packs of format 1 are read and verified as they are.
const FormatVersion = 2

// ErrFormat: the pack is of a form that this version of the tool does not know. That says
// nothing of its integrity.
var ErrFormat = errors.New("not a form of pack that this version reads")

// Manifest is manifest.json: what a pack is, and the hash of every file in it
// but of itself and its signature.
type Manifest struct {
	Format       int             `json:"format"`
	Organisation evidence.Text   `json:"organisation"`
	Framework    string          `json:"framework"`
	Period       evidence.Period `json:"period"`
	PeriodName   string          `json:"period_name"`
	Timezone     string          `json:"timezone"`
	Lang         evidence.Lang   `json:"language"`
	PreparedBy   evidence.Name   `json:"prepared_by,omitzero"`
	Distribution evidence.Text   `json:"distribution,omitzero"`
	Recipients   []Recipient     `json:"recipients,omitempty"`
	Assertion    *Assertion      `json:"assertion,omitempty"`
	Demo         bool            `json:"demo,omitempty"`
	Tool         string          `json:"tool"`
	AsOf         time.Time       `json:"as_of"`                  // when the evidence was collected
	NotCompared  reports.NoDelta `json:"not_compared,omitempty"` // why there is no delta.json; empty: there is one
	Checkpoint   CheckpointInfo  `json:"checkpoint"`
	Signer       SignerInfo      `json:"signer"`
	Files        []File          `json:"files"` // in the order of their paths
}

// Recipient is one of those whom the pack is made for.
type Recipient struct {
	Name         evidence.Name `json:"name"`
	Organisation evidence.Name `json:"organisation,omitzero"`
	Purpose      evidence.Name `json:"purpose,omitzero"`
}

// Assertion is what management asserts of its controls.
type Assertion struct {
	Text      evidence.Text `json:"text"`
	Signatory evidence.Text `json:"signatory"`
	Date      string        `json:"date,omitempty"` // "2026-11-05"
}

// CheckpointInfo repeats what the checkpoint says, and names the key that signed it.
type CheckpointInfo struct {
	Origin   string    `json:"origin"`
	Size     int64     `json:"size"`
	Root     string    `json:"root"` // hex
	SealedAt time.Time `json:"sealed_at"`
	Key      string    `json:"key"` // the verifier key, as golang.org/x/mod/sumdb/note writes it
}

// SignerInfo announces the key that signs the manifest, so that the reports can show it.
type SignerInfo struct {
	Name        string        `json:"name"`            // the certificate's subject, or what key it is
	Person      evidence.Text `json:"person,omitzero"` // who signs, as the organisation names them
	Role        evidence.Text `json:"role,omitzero"`   // as what: preparer, approver
	Algorithm   string        `json:"algorithm"`
	Fingerprint string        `json:"fingerprint"` // "SHA256:…" of the public key's SPKI
	Ephemeral   bool          `json:"ephemeral,omitempty"`
	// Timestamps are the addresses of the authorities that were to confirm when it signs.
	// Whether they did, the tokens beside the signature tell, since they come after it.
	Timestamps []string `json:"timestamp_authorities,omitempty"`
}

// File is one file of the pack.
type File struct {
	Path   string `json:"path"` // with slashes
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hex
}

// Encode writes the manifest: equal manifests give equal bytes.
func (m *Manifest) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", ManifestFile, err)
	}
	return append(b, '\n'), nil
}

// ParseManifest reads a manifest and refuses fields it does not know.
func ParseManifest(b []byte) (*Manifest, error) {
	var m Manifest
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m); err != nil {
		return nil, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	if !slices.Contains([]reports.NoDelta{"", reports.NotAsked, reports.NoCopy, reports.NoEarlier}, m.NotCompared) {
		return nil, fmt.Errorf("%s: this tool knows no reason %q for comparing nothing", ManifestFile, m.NotCompared)
	}
	if m.Format < 1 || m.Format > FormatVersion {
		return nil, fmt.Errorf("%w: %s: format %d, and this tool reads formats 1 to %d", ErrFormat, ManifestFile, m.Format, FormatVersion)
	}
	return &m, nil
}
