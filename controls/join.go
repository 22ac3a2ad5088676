package controls

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
)

// join is the index of one related kind: a look-up at any size.
type join struct {
	name    string
	related Related
	through []*join // where the keys come from, if not from the item

	relatedKey []string // paths of the related record
	itemKey    []string // paths of the item, in step with relatedKey
	finders    []finder // of what is found in the texts of related records

	needed  *keySet         // the keys that items have; nil: not known, and so all
	newest  map[string]bool // IDs of the records that are joined, where that is of the latest
	records []evidence.Record
	found   []extracted       // in step with records, where there are finders
	buckets map[string][]span // by key; one bucket "" when there is no match
}

// span is one related record on the time axis. A record that has one time has
// from equal to to.
type span struct {
	record   int // index into records
	from, to time.Time
	latest   time.Time // the latest to among this span and those before it
}

// forever is where an interval without an end ends.
var forever = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)

// loadJoins reads the related records, of each relation after those that it goes
// through.
func (f *frame) loadJoins(ctx context.Context) error {
	byName := map[string]*join{}
	for _, name := range slices.Sorted(maps.Keys(f.control.Related)) {
		j := &join{name: name, related: f.control.Related[name], buckets: map[string][]span{}}
		j.relatedKey = slices.Sorted(maps.Keys(j.related.Match))
		for _, path := range j.relatedKey {
			j.itemKey = append(j.itemKey, j.related.Match[path])
		}
		var err error
		if j.finders, err = f.control.finders(name); err != nil {
			return err
		}
		f.joins, byName[name] = append(f.joins, j), j
	}
	for _, name := range f.control.throughOrder() {
		j := byName[name]
		for _, other := range j.related.Through {
			j.through = append(j.through, byName[other])
		}
		f.order = append(f.order, j)
	}
	if err := f.neededByItems(ctx); err != nil {
		return err
	}
	for _, j := range f.order {
		if !f.control.joins(j.related) {
			continue
		}
		err := j.neededThrough()
		if err == nil {
			err = j.load(ctx, f.in)
		}
		if err != nil {
			return fmt.Errorf("related %s: %w", j.name, err)
		}
	}
	return nil
}

func (j *join) load(ctx context.Context, in Input) error {
	if j.related.LatestOf != "" {
		var err error
		if j.newest, err = latest(ctx, in, j.related.Kind, j.related.LatestOf); err != nil {
			return err
		}
	}
	window := evidence.Period{Start: in.Period.Start.Add(-j.related.Window.Before), End: in.Period.End.Add(j.related.Window.After)}
	for rec, err := range in.Evidence.Records(ctx, j.related.Kind) {
		if err != nil {
			return fmt.Errorf("read %s: %w", j.related.Kind, err)
		}
		if j.newest == nil && !window.Contains(rec.Time) || j.newest != nil && !j.newest[rec.ID] || !j.related.Where.Match(rec.Body) {
			continue
		}
		if err := j.add(rec); err != nil {
			return fmt.Errorf("%s %s: %w", rec.Kind, rec.ID, err)
		}
	}
	for _, bucket := range j.buckets {
		sortSpans(bucket)
	}
	return ctx.Err()
}

func (j *join) add(rec evidence.Record) error {
	s, ok := j.span(rec.Body)
	if !ok {
		return nil
	}
	found, err := findAll(j.finders, rec.Body)
	if err != nil {
		return err
	}
	keys, err := j.keys(subject{rec.Body, found}, j.relatedKey)
	if err != nil || !j.needed.any(keys) {
		return err
	}
	s.record = len(j.records)
	j.records = append(j.records, rec)
	if len(j.finders) > 0 {
		j.found = append(j.found, found)
	}
	for _, k := range keys {
		j.buckets[k] = append(j.buckets[k], s)
	}
	return nil
}

// span places a related record on the time axis; false when it lacks the times
// that the join needs.
func (j *join) span(body []byte) (span, bool) {
	b := j.related.Between
	switch {
	case b == nil:
		return span{}, true
	case b.Of == "related":
		from, to, ok := interval(body, b)
		return span{from: from, to: to}, ok
	}
	t, ok := instant(body, b.Time)
	return span{from: t, to: t}, ok
}

func interval(body []byte, b *Between) (from, to time.Time, ok bool) {
	if from, ok = instant(body, b.From); !ok {
		return from, to, false
	}
	if to, ok = instant(body, b.To); !ok {
		to = forever
	}
	return from, to, true
}

func instant(body []byte, path string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339Nano, gjson.GetBytes(body, path).Str)
	return t, err == nil
}

func sortSpans(spans []span) {
	slices.SortStableFunc(spans, func(a, b span) int { return a.from.Compare(b.from) })
	var latest time.Time
	for i := range spans {
		if spans[i].to.After(latest) {
			latest = spans[i].to
		}
		spans[i].latest = latest
	}
}

// subject is an item as joins see it.
type subject struct {
	body  []byte
	found extracted
}

// values are those that an item has under a name of Extract or at a path.
func (s subject) values(path string) []string {
	if values, ok := s.found[path]; ok {
		return values
	}
	return valuesAt(s.body, path)
}

// lookup returns the related records of an item, in the order of the evidence.
// chosen holds those of the relations that this one goes through.
func (j *join) lookup(item subject, chosen map[*join][]int) ([]int, error) {
	var found []int
	for _, s := range j.subjects(item, chosen) {
		keys, err := j.keys(s, j.itemKey)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			found = j.appendInTime(found, j.buckets[k], item.body)
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil // lists of keys may reach a record twice
}

// subjects are what the keys come from: the item, or the records that other
// relations joined to it.
func (j *join) subjects(item subject, chosen map[*join][]int) []subject {
	if len(j.through) == 0 {
		return []subject{item}
	}
	var list []subject
	for _, other := range j.through {
		for _, n := range chosen[other] {
			list = append(list, other.subject(n))
		}
	}
	return list
}

// subject is one of the relation's records as a relation through it sees it.
func (j *join) subject(n int) subject {
	s := subject{body: j.records[n].Body}
	if len(j.finders) > 0 {
		s.found = j.found[n]
	}
	return s
}

// keys are those of a record or an item, for comparison.
func (j *join) keys(of subject, paths []string) ([]string, error) {
	return compositeKeys(of, paths, j.related.IgnoreCase)
}

func (j *join) appendInTime(found []int, spans []span, item []byte) []int {
	b := j.related.Between
	switch {
	case b == nil:
		for _, s := range spans {
			found = append(found, s.record)
		}
	case b.Of == "item":
		from, to, ok := interval(item, b)
		if !ok {
			return found
		}
		first := sort.Search(len(spans), func(i int) bool { return !spans[i].from.Before(from) })
		for _, s := range spans[first:] {
			if !s.from.Before(to) {
				break
			}
			found = append(found, s.record)
		}
	default:
		t, ok := instant(item, b.Time)
		if !ok {
			return found
		}
		after := sort.Search(len(spans), func(i int) bool { return spans[i].from.After(t) })
		for i := after - 1; i >= 0 && spans[i].latest.After(t); i-- {
			if spans[i].to.After(t) {
				found = append(found, spans[i].record)
			}
		}
	}
	return found
}

// maxKeys bounds the combinations of keys that lists in one record make.
const maxKeys = 10_000

// compositeKeys returns the keys under which a record is joined: one for each
// combination of values at the paths. Missing and null values have none. With
// no paths, there is the one empty key.
func compositeKeys(of subject, paths []string, ignoreCase bool) ([]string, error) {
	keys := []string{""}
	for _, path := range paths {
		values := of.values(path)
		if len(keys)*len(values) > maxKeys {
			return nil, tooManyKeys(path)
		}
		longer := make([]string, 0, len(keys)*len(values))
		for _, k := range keys {
			for _, v := range values {
				if ignoreCase {
					v = strings.ToLower(v)
				}
				longer = append(longer, k+strconv.Itoa(len(v))+":"+v) // the length keeps parts apart
			}
		}
		keys = longer
	}
	slices.Sort(keys)
	return slices.Compact(keys), nil
}

func tooManyKeys(of string) error {
	return fmt.Errorf("%s: more than %d keys to join on", of, maxKeys)
}

// related is the input's member of that name for one item.
func (f *frame) related(item subject) (*ast.Term, error) {
	chosen, err := f.choose(item)
	if err != nil {
		return nil, err
	}
	return f.relatedTerm(chosen)
}

// choose looks up what is joined to an item, by the numbers of the records.
func (f *frame) choose(item subject) (map[*join][]int, error) {
	if len(f.joins) == 0 {
		return nil, nil
	}
	chosen := map[*join][]int{}
	for _, j := range f.order {
		found, err := j.lookup(item, chosen)
		if err != nil {
			return nil, fmt.Errorf("related %s: %w", j.name, err)
		}
		chosen[j] = found
	}
	return chosen, nil
}

// allRelated is the same for the whole population: everything that was selected.
func (f *frame) allRelated() (*ast.Term, error) {
	chosen := map[*join][]int{}
	for _, j := range f.joins {
		all := make([]int, len(j.records))
		for i := range all {
			all[i] = i
		}
		chosen[j] = all
	}
	return f.relatedTerm(chosen)
}

func (f *frame) relatedTerm(chosen map[*join][]int) (*ast.Term, error) {
	members := make([][2]*ast.Term, 0, len(f.joins))
	for _, j := range f.joins {
		bodies := make([]*ast.Term, len(chosen[j]))
		for i, n := range chosen[j] {
			v, err := parseValue(j.records[n].Body)
			if err != nil {
				return nil, fmt.Errorf("related %s: %s %s: body: %w", j.name, j.records[n].Kind, j.records[n].ID, err)
			}
			bodies[i] = ast.NewTerm(v)
		}
		members = append(members, ast.Item(ast.StringTerm(j.name), ast.ArrayTerm(bodies...)))
	}
	return ast.NewTerm(ast.NewObject(members...)), nil
}
