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
	paths := append(placeholders(c.Label), placeholders(c.Link)...)
	for _, p := range c.Population.Also {
		paths = append(append(paths, placeholders(p.Label)...), placeholders(p.Link)...)
	}
	if c.Group != "" {
		paths = append(paths, c.Group)
	}
	for _, col := range c.Columns {
		paths = append(append(paths, col.Path), col.Or...)
	}
	return &Display{c, newLookup(paths)}
}

// Of returns what readers see of an item.
func (d *Display) Of(item Item) Shown {
	get := d.lookup.in(item.Record.Body)
	return Shown{
		Label:  d.control.label(item.Record.Kind, get),
		Link:   d.control.link(item.Record.Kind, get),
		Group:  d.control.group(get),
		Fields: d.control.fields(get),
	}
}

// getter gives the value at a path of a body, as gjson does.
type getter func(path string) gjson.Result

func getterOf(rec evidence.Record) getter {
	return func(path string) gjson.Result { return gjson.GetBytes(rec.Body, path) }
}
