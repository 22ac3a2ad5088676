package entraidexport

import (
	"context"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evidencepack/evidence/collectors/internal/archive"
)

// layout is where things lie in an export.
type layout struct {
	roots []root
	loose []file   // files that are no hour's: downloads, or lines that somebody put together
	other []string // containers that are not read
}

// root is a folder with the files of one container and tenant below it, by the
// hours in which they were written.
type root struct {
	prefix   string // with its slash
	category string // empty: the path does not say
	tenant   string // likewise
}

// file is one file of an export.
type file struct {
	archive.Object
	tenant   string    // as the path says; may be empty
	category string    // likewise
	hour     time.Time // in which it was written; zero: it is loose
}

// kind is the kind of a file's records, empty where the path does not say.
func (f file) kind() string {
	c, _ := categoryNamed(f.category)
	return c.kind
}

var (
	yearFolder = regexp.MustCompile(`^y=\d{4}$`)
	digits     = regexp.MustCompile(`^\d+$`)
	hourPath   = regexp.MustCompile(`^(.*/|)y=(\d{4})/m=(\d{2})/d=(\d{2})/h=(\d{2})/m=\d{2}/[^/]+$`)
	container  = regexp.MustCompile(`(?i)(?:^|/)insights-logs-([a-z0-9-]+)(?:/|$)`)
)

// maxDepth is how many levels of folders are looked at one by one.
const maxDepth = 8

// explore finds out what lies where, without listing the files of hours.
func (s *source) explore(ctx context.Context) (*layout, error) {
	x := explorer{source: s, roots: map[string]bool{}, other: map[string]bool{}}
	prefix := s.prefix
	if prefix != "" {
		prefix += "/"
	}
	if err := x.level(ctx, prefix, 0); err != nil {
		return nil, err
	}
	l := &layout{loose: x.loose, other: slices.Sorted(maps.Keys(x.other))}
	for _, prefix := range slices.Sorted(maps.Keys(x.roots)) {
		at := s.store.URL(prefix)
		l.roots = append(l.roots, root{prefix: prefix, category: categoryIn(at), tenant: tenantIn(at)})
	}
	slices.SortFunc(l.loose, func(a, b file) int { return strings.Compare(a.Key, b.Key) })
	return l, nil
}

// categoryIn is the category whose container a path goes through.
func categoryIn(at string) string {
	m := container.FindStringSubmatch(at)
	if m == nil {
		return ""
	}
	for _, c := range categories {
		if strings.EqualFold(c.container, m[1]) {
			return c.name
		}
	}
	return ""
}

type explorer struct {
	*source
	roots map[string]bool
	loose []file
	other map[string]bool
}

// level looks at one level of folders and goes down.
func (x *explorer) level(ctx context.Context, prefix string, depth int) error {
	folders, objects, err := x.store.Level(ctx, prefix)
	if err != nil {
		return err
	}
	for _, o := range objects {
		x.object(o)
	}
	for _, name := range folders {
		below := prefix + name + "/"
		switch {
		case ignorable(name):
		case x.unread(below):
		case yearFolder.MatchString(name):
			x.roots[prefix] = true
		case digits.MatchString(name) || depth >= maxDepth:
			// A folder a day, or an hour: the files are listed in one go.
			for o, err := range x.store.List(ctx, below) {
				if err != nil {
					return err
				}
				x.object(o)
			}
		default:
			if err := x.level(ctx, below, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// unread reports whether a folder is a container of another log, and notes it.
func (x *explorer) unread(below string) bool {
	m := container.FindStringSubmatch(x.store.URL(below))
	if m == nil || categoryIn(below) != "" || categoryIn(x.store.URL(below)) != "" {
		return false
	}
	x.other[strings.ToLower("insights-logs-"+m[1])] = true
	return true
}

func (x *explorer) object(o archive.Object) {
	if strings.HasSuffix(o.Key, "/") || ignorable(o.Key) {
		return
	}
	if m := hourPath.FindStringSubmatch(o.Key); m != nil {
		x.roots[m[1]] = true
		return
	}
	at := x.store.URL(o.Key)
	f := file{Object: o, tenant: tenantIn(at), category: categoryIn(at)}
	if m := folderID.FindStringSubmatch(strings.TrimPrefix(o.Key, x.prefix)); m != nil && f.tenant == "" {
		f.tenant = strings.ToLower(m[1])
	}
	x.loose = append(x.loose, f)
}

// hours lists the files that the hours of a window have below a root, and what else
// lies among them.
func (s *source) hours(ctx context.Context, r root, from, to time.Time) (list []file, strays []string, err error) {
	from = from.UTC().Truncate(time.Hour)
	for day := from.Truncate(24 * time.Hour); day.Before(to); day = day.Add(24 * time.Hour) {
		prefix := fmt.Sprintf("%sy=%04d/m=%02d/d=%02d/", r.prefix, day.Year(), day.Month(), day.Day())
		for o, err := range s.store.List(ctx, prefix) {
			if err != nil {
				return nil, nil, err
			}
			if ignorable(path.Base(o.Key)) || strings.HasSuffix(o.Key, "/") {
				continue
			}
			m := hourPath.FindStringSubmatch(o.Key)
			if m == nil {
				strays = append(strays, o.Key)
				continue
			}
			hour, _ := strconv.Atoi(m[5])
			at := day.Add(time.Duration(hour) * time.Hour)
			if at.Before(from) || !at.Before(to) {
				continue
			}
			list = append(list, file{Object: o, tenant: r.tenant, category: r.category, hour: at})
		}
	}
	return list, strays, nil
}

// tenants are those that paths name and that settings expect, in order.
func (s *source) tenants(l *layout) []string {
	list := slices.Clone(s.settings.Tenants)
	for _, r := range l.roots {
		list = append(list, r.tenant)
	}
	for _, f := range l.loose {
		list = append(list, f.tenant)
	}
	slices.Sort(list)
	return slices.DeleteFunc(slices.Compact(list), func(t string) bool { return t == "" })
}

// found is the layout as the last plan found it, or as it is now.
func (s *source) found(ctx context.Context) (*layout, error) {
	s.mu.Lock()
	l := s.layout
	s.mu.Unlock()
	if l != nil {
		return l, nil
	}
	return s.look(ctx)
}

// look finds the layout anew.
func (s *source) look(ctx context.Context) (*layout, error) {
	l, err := s.explore(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.layout = l
	s.mu.Unlock()
	return l, nil
}
