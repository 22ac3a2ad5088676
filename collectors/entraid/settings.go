package entraid

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence/collectors/internal/graph"
)

// settings are those of one source entry; sample.yaml documents them.
type settings struct {
	graph.Settings `yaml:",inline"`

	Beta              bool     `yaml:"beta"`
	RetentionDays     int      `yaml:"retention_days"`
	RiskRetentionDays int      `yaml:"risk_retention_days"`
	Except            []string `yaml:"except"`
	Groups            []string `yaml:"groups"`
}

// What Microsoft keeps, in days: of the sign-in and audit logs with a licence of P1
// or P2, and of risk detections with P2.
const (
	keptDays     = 30
	keptRiskDays = 90
)

func (s *settings) validate() error {
	if err := s.Settings.Validate(); err != nil {
		return err
	}
	for _, days := range []struct {
		name  string
		value *int
		usual int
	}{
		{"retention_days", &s.RetentionDays, keptDays}, {"risk_retention_days", &s.RiskRetentionDays, keptRiskDays},
	} {
		if *days.value == 0 {
			*days.value = days.usual
		}
		if *days.value < 1 || *days.value > 3650 {
			return fmt.Errorf("%s: %d: want the days that the tenant's licence keeps, such as %d", days.name, *days.value, days.usual)
		}
	}
	for _, name := range s.Except {
		if _, ok := kindOf(name); !ok {
			return fmt.Errorf("except: %q is no kind of this driver: want one such as %s", name, SignIn)
		}
	}
	for _, pattern := range s.Groups {
		if _, err := path.Match(unslashed(pattern), ""); err != nil || pattern == "" {
			return fmt.Errorf("groups: %q: want a group's ID, or a pattern of display names such as app-*", pattern)
		}
	}
	return nil
}

// guid is how IDs of objects are written.
var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// retained is how long the source keeps the records of a kind.
func (s *settings) retained(kind string) time.Duration {
	days := s.RetentionDays
	if kind == RiskDetection {
		days = s.RiskRetentionDays
	}
	return time.Duration(days) * 24 * time.Hour
}

// chosen reports whether a group, by its ID and display name, is among those that
// patterns name. No patterns: all are.
func chosen(patterns []string, id, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool {
		if strings.EqualFold(p, id) {
			return true
		}
		ok, err := path.Match(unslashed(strings.ToLower(p)), unslashed(strings.ToLower(name)))
		return err == nil && ok
	})
}

// unslashed makes path.Match take slashes, which names of groups may have, for
// characters like others.
func unslashed(s string) string { return strings.ReplaceAll(s, "/", "\x01") }
