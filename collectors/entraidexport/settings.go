package entraidexport

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

// settings are those of one source entry; sample.yaml documents them.
type settings struct {
	Location         string `yaml:"location"`
	awsauth.Settings `yaml:",inline"`
	PathStyle        bool     `yaml:"path_style"`
	Format           string   `yaml:"format"`
	Tenants          []string `yaml:"tenants"`
	Categories       []string `yaml:"categories"`
	Sparse           []string `yaml:"sparse"`
	MaxInflatedSize  int64    `yaml:"max_inflated_size"`
}

// Formats that settings may name. With auto each file's content tells.
const (
	formatAuto        = "auto"
	formatDiagnostics = "diagnostics"
	formatPortal      = "portal"
)

// defaultMaxInflated bounds what one file may inflate to. Files are streamed: it
// bounds the time that is spent on one that is made to be endless.
const defaultMaxInflated = 64 << 30

var tenantPattern = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

func (s *settings) validate() error {
	switch s.Format {
	case "":
		s.Format = formatAuto
	case formatAuto, formatDiagnostics, formatPortal:
	default:
		return fmt.Errorf("format %q: want auto, diagnostics or portal", s.Format)
	}
	for i, t := range s.Tenants {
		s.Tenants[i] = strings.ToLower(t)
		if !tenantPattern.MatchString(s.Tenants[i]) {
			return fmt.Errorf("tenants: %q is not the ID of a tenant: want 11111111-2222-3333-4444-555555555555", t)
		}
	}
	slices.Sort(s.Tenants)
	s.Tenants = slices.Compact(s.Tenants)
	for _, list := range []struct {
		name   string
		values []string
	}{{"categories", s.Categories}, {"sparse", s.Sparse}} {
		for _, c := range list.values {
			if _, ok := categoryNamed(c); !ok {
				return fmt.Errorf("%s: %q is none of %s", list.name, c, strings.Join(categoryNames(), ", "))
			}
		}
	}
	if s.Sparse == nil {
		s.Sparse = sparse
	}
	if s.MaxInflatedSize < 0 {
		return fmt.Errorf("max_inflated_size %d: want a number of bytes", s.MaxInflatedSize)
	}
	if s.MaxInflatedSize == 0 {
		s.MaxInflatedSize = defaultMaxInflated
	}
	return s.Settings.Validate()
}

func categoryNames() []string {
	var list []string
	for _, c := range categories {
		list = append(list, c.name)
	}
	return list
}

// expects reports whether settings say that a category must be there.
func (s *settings) expects(category string) bool { return slices.Contains(s.Categories, category) }

// quiet reports whether a day without a record of the category is nothing unusual.
func (s *settings) quiet(category string) bool { return slices.Contains(s.Sparse, category) }
