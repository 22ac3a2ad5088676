package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/sampling"
)

// Samples says how samples are drawn.
type Samples struct {
	Table    sampling.Table // of the controls that name none
	Log      string         // absolute path of what was agreed on samples; empty: nothing was
	Controls map[string]SampleSettings

	tables []sampling.Table
}

// SampleSettings are those of one control's sample.
type SampleSettings struct {
	Disabled bool   `yaml:"disabled"` // packs have no sample of it
	Size     int64  `yaml:"size"`     // overrides the table; 0: by the table
	Table    string `yaml:"table"`
}

// FindTable finds a table of sizes, shipped or the configuration's own.
func (s Samples) FindTable(name string) (sampling.Table, error) {
	var names []string
	for _, t := range s.tables {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return sampling.Table{}, fmt.Errorf("no table of sample sizes %q: there are %v", name, names)
}

type samplesFile struct {
	Table    string                    `yaml:"table"`
	Log      string                    `yaml:"log"`
	Tables   map[string]tableFile      `yaml:"tables"`
	Controls map[string]SampleSettings `yaml:"controls"`
}

type tableFile struct {
	Title evidence.Text              `yaml:"title"`
	Sizes map[string][]sampling.Step `yaml:"sizes"`
}

// samples checks the section and adds the shipped tables.
func samples(f samplesFile, dir string) (Samples, error) {
	s := Samples{Log: inDir(dir, f.Log, ""), Controls: f.Controls, tables: slices.Clone(sampling.Tables)}
	for _, name := range slices.Sorted(maps.Keys(f.Tables)) {
		t, err := f.Tables[name].table(name)
		if err != nil {
			return Samples{}, fmt.Errorf("samples: table %s: %w", name, err)
		}
		s.tables = append(s.tables, t)
	}
	var err error
	if s.Table, err = s.FindTable(orDefault(f.Table, sampling.JSOX)); err != nil {
		return Samples{}, fmt.Errorf("samples: %w", err)
	}
	for _, id := range slices.Sorted(maps.Keys(f.Controls)) {
		c := f.Controls[id]
		if c.Size < 0 || c.Size > 0 && c.Table != "" {
			return Samples{}, fmt.Errorf("samples: %s: want a size above 0 or a table", id)
		}
		if c.Table == "" {
			continue
		}
		if _, err := s.FindTable(c.Table); err != nil {
			return Samples{}, fmt.Errorf("samples: %s: %w", id, err)
		}
	}
	return s, nil
}

// table makes a table of the configuration's own, under a name of its own: it must not
// pass for a shipped one.
func (f tableFile) table(name string) (sampling.Table, error) {
	if slices.ContainsFunc(sampling.Tables, func(t sampling.Table) bool { return t.Name == name }) {
		return sampling.Table{}, fmt.Errorf("a shipped table has this name: give yours another, and choose it with table")
	}
	if !f.Title.Complete() {
		return sampling.Table{}, fmt.Errorf("title: needed in both languages: {ja: …, en: …}")
	}
	for _, frequency := range sampling.Frequencies() {
		if err := sampling.CheckSteps(f.Sizes[frequency]); err != nil {
			return sampling.Table{}, fmt.Errorf("sizes: %s: %w", frequency, err)
		}
	}
	if n := len(sampling.Frequencies()); len(f.Sizes) != n {
		return sampling.Table{}, fmt.Errorf("sizes: want one of each of %v, and no other", sampling.Frequencies())
	}
	return sampling.Table{Name: name, Title: f.Title, Sizes: f.Sizes}, nil
}
