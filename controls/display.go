package controls

import (
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// Display finds all that readers see of a control's items, at one reading of each.
// It may be used by several goroutines at a time.
type Display struct {
	control *Control
	lookup  *lookup
	labels  map[string]form // by kind
	links   map[string]form
}

// Shown is what readers see of an item.
type Shown struct {
	Label  string // see [Control.ItemLabel]
	Link   string // see [Control.ItemLink]
	Group  string // see [Control.ItemGroup]
	Fields []Field
}

// Display returns what finds all that readers see of the control's items.
func (c *Control) Display() *Display {
	d := &Display{control: c, labels: map[string]form{}, links: map[string]form{}}
	var paths []string
	for _, kind := range c.Population.Kinds() {
		d.labels[kind], d.links[kind] = parseForm(c.labelForm(kind)), parseForm(c.linkForm(kind))
		for _, part := range append(d.labels[kind], d.links[kind]...) {
			paths = append(paths, part.paths...)
		}
	}
	for _, col := range c.Columns {
		paths = append(append(paths, col.Path), col.Or...)
	}
	d.lookup = newLookup(append(paths, c.Group))
	return d
}

// Of returns what readers see of an item.
func (d *Display) Of(item Item) Shown {
	get := d.lookup.in(item.Record.Body)
	return Shown{
		Label:  d.labels[item.Record.Kind].label(get),
		Link:   d.links[item.Record.Kind].link(get),
		Group:  d.control.group(get),
		Fields: d.control.fields(get),
	}
}

// getter gives the value at a path of a body, as gjson does.
type getter func(path string) gjson.Result

func getterOf(rec evidence.Record) getter {
	return func(path string) gjson.Result { return gjson.GetBytes(rec.Body, path) }
}
