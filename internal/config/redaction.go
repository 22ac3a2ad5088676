package config

import (
	"strings"

	"github.com/evidencepack/evidence/internal/redaction"
)

// Redaction is how auditors' copies of packs are redacted.
type Redaction struct {
	Key    string // absolute path of the key file
	Policy redaction.Policy
}

// redactionFile is the section as written.
type redactionFile struct {
	Key    string           `yaml:"key"` // a path, with or without file: before it
	Levels []string         `yaml:"levels"`
	Rules  []redaction.Rule `yaml:"rules"` // over the shipped ones
}

func redacting(f *redactionFile, dir string) (*Redaction, error) {
	if f == nil {
		return nil, nil
	}
	levels, err := redaction.ParseLevels(f.Levels)
	if err != nil {
		return nil, err
	}
	for _, r := range f.Rules {
		if err := r.Check(); err != nil {
			return nil, err
		}
	}
	return &Redaction{
		Key:    inDir(dir, strings.TrimPrefix(f.Key, "file:"), "keys/redaction.key"),
		Policy: redaction.Policy{Levels: levels, Rules: redaction.Over(f.Rules, redaction.Shipped())},
	}, nil
}
