package all

import (
	"slices"
	"testing"

	"github.com/evidencepack/evidence/collectors"
)

func TestDriversAreSortedAndDistinct(t *testing.T) {
	drivers := Drivers()
	for i, d := range drivers[1:] {
		if d.Name <= drivers[i].Name {
			t.Errorf("%s stands after %s", d.Name, drivers[i].Name)
		}
	}
	// Two drivers may yield the same kind; then they call it the same, and mean
	// the same by its identities.
	titles := map[string]collectors.Kind{}
	var kinds []collectors.Kind
	for _, d := range drivers {
		kinds = slices.Concat(kinds, d.Kinds)
	}
	for _, k := range kinds {
		if other, ok := titles[k.Name]; ok && other.Title != k.Title {
			t.Errorf("kind %s has two titles: %v and %v", k.Name, other.Title, k.Title)
		}
		if other, ok := titles[k.Name]; ok && other.Form != k.Form {
			t.Errorf("kind %s has two forms: %s and %s", k.Name, other.Form, k.Form)
		}
		titles[k.Name] = k
	}
}
