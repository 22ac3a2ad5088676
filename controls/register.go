package controls

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
)

// registersDir is the folder, of a layer and of a pack's controls, that holds
// the registers.
const registersDir = "registers"

// Register is a list across controls, by a group and month: the self-merges, say,
// of every repository. It repeats what the controls found and judges nothing.
type Register struct {
	ID    string        `yaml:"id"` // "self-merge"; the name of its file
	Title evidence.Text `yaml:"title"`
	Text  evidence.Text `yaml:"text"`  // what it lists, and how that relates to the results
	Sheet evidence.Text `yaml:"sheet"` // a short name, for sheets of a workbook; empty: the title

	// Group names what items are listed under: what the controls' group paths hold.
	Group RegisterGroup `yaml:"group"`

	Columns []RegisterColumn `yaml:"columns"`

	Source []byte `yaml:"-"` // the file: what a pack carries

	source source
}

// RegisterGroup names the group of a register's items.
type RegisterGroup struct {
	Title evidence.Text `yaml:"title"` // {ja: リポジトリ, en: Repository}
}

// RegisterColumn counts and lists the items of which any of From holds. An item
// of one control stands in a column once.
type RegisterColumn struct {
	Title evidence.Text    `yaml:"title"`
	From  []RegisterSource `yaml:"from"`
}

// RegisterSource is a reason for which items of a control are exceptions, or an
// observation of them.
type RegisterSource struct {
	Control string `yaml:"control"`
	Code    string `yaml:"code"`
}

// ControlIDs lists the controls whose items the register lists, each once, in
// the order of their IDs.
func (r *Register) ControlIDs() []string {
	ids := map[string]bool{}
	for _, col := range r.Columns {
		for _, from := range col.From {
			ids[from.Control] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}

var registerPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// loadRegisters reads the layer's registers/*.yaml.
func loadRegisters(layer fs.FS, into map[string]*Register) error {
	names, err := fs.Glob(layer, path.Join(registersDir, "*.yaml"))
	if err != nil {
		return err
	}
	for _, name := range names {
		b, err := readSource(layer, name)
		if err != nil {
			return err
		}
		r, err := decodeRegister(name, b)
		if err != nil {
			return err
		}
		into[r.ID] = r
	}
	return nil
}

// decodeRegister reads a register and refuses one that is incomplete. Whether
// its controls exist is for checkRegisters.
func decodeRegister(name string, b []byte) (*Register, error) {
	r := &Register{Source: b, source: source{name, b}}
	if err := r.source.decode(r); err != nil {
		return nil, err
	}
	if want := strings.TrimSuffix(path.Base(name), ".yaml"); r.ID != want || !registerPattern.MatchString(r.ID) {
		return nil, r.source.errorf("$.id", "want %q, the name of the file: lower-case letters, digits and hyphens", want)
	}
	for _, t := range []struct {
		name string
		text evidence.Text
	}{{"title", r.Title}, {"text", r.Text}, {"group.title", r.Group.Title}} {
		if !t.text.Complete() {
			return nil, r.source.errorf("$."+t.name, "register %s: %s is needed in ja and en", r.ID, t.name)
		}
	}
	if r.Sheet != (evidence.Text{}) && !r.Sheet.Complete() {
		return nil, r.source.errorf("$.sheet", "register %s: sheet is needed in ja and en, or not at all", r.ID)
	}
	r.Text.JA = unfolded(r.Text.JA)
	if len(r.Columns) == 0 {
		return nil, r.source.errorf("$.columns", "register %s: columns are needed", r.ID)
	}
	for i, col := range r.Columns {
		at := fmt.Sprintf("$.columns[%d]", i)
		if !col.Title.Complete() {
			return nil, r.source.errorf(at, "column %d: a title is needed in ja and en", i+1)
		}
		if len(col.From) == 0 {
			return nil, r.source.errorf(at, "column %s: from: a control and a code are needed", col.Title.EN)
		}
		for j, from := range col.From {
			if slices.Contains(col.From[:j], from) {
				return nil, r.source.errorf(fmt.Sprintf("%s.from[%d]", at, j), "column %s: %s %s stands here twice", col.Title.EN, from.Control, from.Code)
			}
		}
	}
	return r, nil
}

// checkRegisters refuses registers that name codes which their controls do not
// give. In a library that is a part, a control may be elsewhere.
func (l *Library) checkRegisters(part bool) error {
	for _, r := range l.Registers {
		for i, col := range r.Columns {
			for j, from := range col.From {
				if err := l.checkRegisterSource(from, part); err != nil {
					return r.source.errorf(fmt.Sprintf("$.columns[%d].from[%d]", i, j), "%w", err)
				}
			}
		}
	}
	return nil
}

func (l *Library) checkRegisterSource(from RegisterSource, part bool) error {
	i := slices.IndexFunc(l.Controls, func(c *Control) bool { return c.ID == from.Control })
	if i < 0 && part {
		return nil
	}
	if i < 0 {
		var ids []string
		for _, c := range l.Controls {
			ids = append(ids, c.ID)
		}
		return unknown("control", from.Control, ids)
	}
	c := l.Controls[i]
	if _, ok := c.text(from.Code); !ok {
		return unknown("code", from.Code, slices.Concat(slices.Sorted(maps.Keys(c.Reasons)), slices.Sorted(maps.Keys(c.Observations))))
	}
	if c.Group == "" {
		return fmt.Errorf("control %s has no group: a register lists its items under the path that group names", c.ID)
	}
	return nil
}
