package main

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/sealed"
)

// TestInitAsksForWhatItHas: in the configuration that init writes, every control
// that is on has a source for everything that it needs, and some are on.
func TestInitAsksForWhatItHas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "evidence.yaml")
	output(t, "init", "--config", path)
	c, err := config.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	lib, err := pipeline.Library(c)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []string{sealed.ClaimKind}
	for _, s := range c.Sources {
		for _, d := range all.Drivers() {
			for _, k := range d.Kinds {
				if d.Name == s.Driver {
					kinds = append(kinds, k.Name)
				}
			}
		}
	}
	if len(lib.Controls) == 0 {
		t.Error("no control is on")
	}
	for _, ctl := range lib.Controls {
		for _, s := range ctl.Selections() {
			if !s.Optional && !slices.Contains(kinds, s.Kind) {
				t.Errorf("%s is on and needs %s, which no source gives", ctl.ID, s.Kind)
			}
		}
	}
}
