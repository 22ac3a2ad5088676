package m365

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/evidencepack/evidence/collectors/internal/graph"
)

// settings are those of one source entry; sample.yaml documents them.
type settings struct {
	graph.Settings `yaml:",inline"`

	Beta          bool     `yaml:"beta"`
	RetentionDays int      `yaml:"retention_days"`
	Services      []string `yaml:"services"`
}

// standardRetention is how many days Audit (Standard) keeps records.
const standardRetention = 180

// longestRetention is that of the ten years' retention policy.
const longestRetention = 3653

func (s *settings) validate() error {
	if err := s.Settings.Validate(); err != nil {
		return err
	}
	if s.Cloud != "global" && s.BaseURL == "" {
		return fmt.Errorf("cloud: %s: Microsoft offers the audit log query API in the global cloud alone", s.Cloud)
	}
	switch {
	case s.RetentionDays == 0:
		s.RetentionDays = standardRetention
	case s.RetentionDays < 0 || s.RetentionDays > longestRetention:
		return fmt.Errorf("retention_days: %d: want 1 to %d", s.RetentionDays, longestRetention)
	}
	for _, name := range s.Services {
		if _, ok := services[name]; !ok {
			return fmt.Errorf("services: %q: want some of %s", name, strings.Join(serviceNames(), ", "))
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(s.Services)))) < len(s.Services) {
		return errors.New("services: one is named twice")
	}
	return nil
}
