package sampling

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/evidencepack/evidence"
)

// Replacement says why a sampled item was set aside, and by whom. The next in the
// order of ranks takes its place.
type Replacement struct {
	Item   string `json:"item" yaml:"item"` // its ID, in full
	Reason string `json:"reason" yaml:"reason"`
	By     string `json:"by" yaml:"by"`
	Date   string `json:"date" yaml:"date"` // the day: 2026-11-20
}

// Log is what was agreed with the auditor on the samples of a period.
type Log struct {
	Period   evidence.Period
	Root     string // of the checkpoint that samples are drawn from, in hex; empty: the latest
	Nonce    string
	Replaced map[string][]Replacement // by control
	Exempt   map[string][]Replacement // likewise, of the samples of exempt items
}

var rootPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// logEntry is a period's entry of the file.
type logEntry struct {
	Checkpoint string `yaml:"checkpoint"`
	Nonce      string `yaml:"nonce"`
	Replaced   []struct {
		Control     string `yaml:"control"`
		Of          string `yaml:"of"` // [Exempt], or nothing
		Replacement `yaml:",inline"`
	} `yaml:"replaced"`
}

// ParseLog reads the file of what was agreed on samples, a period an entry:
//
//	2026-10:
//	  checkpoint: "41e44c61…" # its root in full: sealing again leaves the samples as they are
//	  nonce: "what the auditor gave after the sealing"
//	  replaced:
//	    - {control: CHG-01, item: PR_1, reason: the approver has left, by: an auditor, date: 2026-11-20}
//
// An item of a sample of exempt items has of: exempt too. It checks the file
// and returns the entry of the period; an empty one when there is none.
func ParseLog(b []byte, c evidence.Calendar, p evidence.Period) (*Log, error) {
	var entries map[string]logEntry
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&entries); err != nil && len(bytes.TrimSpace(b)) > 0 {
		return nil, errors.New(yaml.FormatError(err, false, true))
	}
	log := &Log{Period: p, Replaced: map[string][]Replacement{}, Exempt: map[string][]Replacement{}}
	found := ""
	for name, e := range entries {
		of, err := c.Parse(name)
		if err != nil {
			return nil, err
		}
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if !of.Start.Equal(p.Start) || !of.End.Equal(p.End) {
			continue
		}
		if found != "" {
			return nil, fmt.Errorf("%s and %s are the same period", min(found, name), max(found, name))
		}
		found = name
		log.Root, log.Nonce = e.Checkpoint, e.Nonce
		for _, r := range e.Replaced {
			of := log.Replaced
			if r.Of == Exempt {
				of = log.Exempt
			}
			of[r.Control] = append(of[r.Control], r.Replacement)
		}
	}
	return log, nil
}

func (e logEntry) check() error {
	if err := CheckNonce(e.Nonce); err != nil {
		return err
	}
	if e.Checkpoint != "" && !rootPattern.MatchString(e.Checkpoint) {
		return fmt.Errorf("checkpoint %q: want its root, 64 hex digits", e.Checkpoint)
	}
	for i, r := range e.Replaced {
		if r.Of != "" && r.Of != Exempt {
			return fmt.Errorf("replaced: entry %d: of %q: want %s, or nothing", i+1, r.Of, Exempt)
		}
		if r.Control == "" || r.Item == "" || strings.TrimSpace(r.Reason) == "" || strings.TrimSpace(r.By) == "" {
			return fmt.Errorf("replaced: entry %d: control, item, reason, by and date are needed", i+1)
		}
		if _, err := time.Parse(time.DateOnly, r.Date); err != nil {
			return fmt.Errorf("replaced: entry %d: date %q: want the day, as 2026-11-20", i+1, r.Date)
		}
	}
	return nil
}
