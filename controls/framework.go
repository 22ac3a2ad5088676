package controls

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
)

// Framework is a standard, or an organisation's own control objectives, and
// which controls serve each of its items. The mapping lives here alone: a
// control does not know whom it serves.
type Framework struct {
	ID    string          `yaml:"id"` // "iso27001"; the name of its file
	Title evidence.Text   `yaml:"title"`
	Items []FrameworkItem `yaml:"items"`

	source source
}

// FrameworkItem is one control objective, Annex A control or requirement.
type FrameworkItem struct {
	ID       string        `yaml:"id"` // "MO-1", "A.8.15"
	Title    evidence.Text `yaml:"title"`
	Group    evidence.Text `yaml:"group"`    // the heading it stands under; may be empty
	Controls []string      `yaml:"controls"` // IDs; empty where no control serves it, and readers are told so
}

// Serving returns the IDs of the items that the control serves, in the
// framework's order.
func (f *Framework) Serving(controlID string) []string {
	var items []string
	for _, item := range f.Items {
		if slices.Contains(item.Controls, controlID) {
			items = append(items, item.ID)
		}
	}
	return items
}

// without returns the framework with the disabled controls left out of it.
func (f *Framework) without(disabled map[string]bool) *Framework {
	n := *f
	n.Items = slices.Clone(f.Items)
	for i := range n.Items {
		n.Items[i].Controls = slices.DeleteFunc(slices.Clone(n.Items[i].Controls), func(id string) bool { return disabled[id] })
	}
	return &n
}

// loadFrameworks reads the layer's frameworks/*.yaml.
func loadFrameworks(layer fs.FS, into map[string]*Framework) error {
	names, err := fs.Glob(layer, "frameworks/*.yaml")
	if err != nil {
		return err
	}
	for _, name := range names {
		b, err := readSource(layer, name)
		if err != nil {
			return err
		}
		f, err := decodeFramework(name, b)
		if err != nil {
			return err
		}
		into[f.ID] = f
	}
	return nil
}

func decodeFramework(name string, b []byte) (*Framework, error) {
	f := &Framework{source: source{name, b}}
	if err := f.source.decode(f); err != nil {
		return nil, err
	}
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); f.ID != want {
		return nil, f.source.errorf("$.id", "want %q, the name of the file", want)
	}
	if !f.Title.Complete() {
		return nil, f.source.errorf("$.title", "framework %s: a title is needed in ja and en", f.ID)
	}
	seen := map[string]bool{}
	for i, item := range f.Items {
		at := fmt.Sprintf("$.items[%d]", i)
		switch {
		case item.ID == "":
			return nil, f.source.errorf(at, "an item without id")
		case seen[item.ID]:
			return nil, f.source.errorf(at+".id", "item %s stands here twice", item.ID)
		case !item.Title.Complete():
			return nil, f.source.errorf(at, "item %s: a title is needed in ja and en", item.ID)
		case (item.Group.JA == "") != (item.Group.EN == ""):
			return nil, f.source.errorf(at+".group", "item %s: a group is needed in both languages or in none", item.ID)
		}
		seen[item.ID] = true
	}
	return f, nil
}
