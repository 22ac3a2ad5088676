package smarthr

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/httpclient"
	"github.com/evidencepack/evidence/collectors/internal/roster"
)

const (
	pageSize = 100    // the most that SmartHR gives at a time
	maxPages = 10_000 // a list that goes on longer than a million people does not end
	rounds   = 3      // how often a list that changes is read
)

// read reads the tenant's list until it stands still.
func (s *source) read(ctx context.Context, snap *roster.Snapshot) error {
	snap.Method, snap.Counts = evidence.SourceCount, "people_in_smarthr"
	var changed string
	for round := 1; ; round++ {
		l, err := s.list(ctx, s.fields())
		if forbidden(err) {
			snap.Gaps.Add(evidence.Finding{Code: "not_readable", Object: "crews", Detail: err.Error() + "; needed: " + needed})
			snap.Expected, snap.Found = 1, 0
			return nil
		}
		if err != nil {
			return err
		}
		if changed, err = s.disagrees(ctx, l); err != nil {
			return err
		}
		if changed == "" || round == rounds {
			s.take(snap, l)
			break
		}
		s.log.Info("SmartHR's list changed while it was read: it is read again", "tenant", s.settings.Tenant, "because", changed)
		if err := s.client.sleep(ctx, httpclient.Quicker(round)); err != nil {
			return err
		}
	}
	if changed != "" {
		snap.Gaps.Add(evidence.Finding{Code: "roster_changed", Object: s.settings.Tenant, Detail: fmt.Sprintf("read %d times; the last time %s", rounds, changed)})
	}
	return nil
}

// list is one reading of the list, from its first page to its last.
type list struct {
	crews    []crew
	places   map[string]int // by the ID of a crew
	total    int64          // how many SmartHR says there are, at the last page
	changed  string         // why the pages are not of one state; empty when they may be
	nameless int
	pages    int
	origins  []evidence.Origin
}

type crew struct {
	gjson.Result
	origin int
}

// list reads all pages. In the order of employee numbers, as each page asks for,
// people keep their places as long as nobody comes or goes.
func (s *source) list(ctx context.Context, fields []string) (list, error) {
	l := list{places: map[string]int{}}
	for page := 1; ; page++ {
		a, err := s.client.crews(ctx, url.Values{
			"page": {strconv.Itoa(page)}, "per_page": {strconv.Itoa(pageSize)}, "sort": {"emp_code"}, "fields": {strings.Join(fields, ",")},
		})
		if err != nil {
			return l, err
		}
		if page > 1 && a.total != l.total {
			l.change("it had %d people at one page and %d at the next", l.total, a.total)
		}
		l.total, l.pages = a.total, page
		l.origins = append(l.origins, a.origin)
		read := 0
		a.data.ForEach(func(_, c gjson.Result) bool {
			read++
			l.add(crew{c, len(l.origins) - 1})
			return true
		})
		more := a.next || !a.paged && int64(len(l.crews)+l.nameless) < a.total
		if read == 0 || !more {
			break
		}
		if page == maxPages {
			return l, fmt.Errorf("SmartHR's list of employees does not end: %d pages were read", page)
		}
	}
	if n := int64(len(l.crews) + l.nameless); n != l.total {
		l.change("%d people were read, and SmartHR counts %d", n, l.total)
	}
	return l, nil
}

func (l *list) change(format string, args ...any) {
	if l.changed == "" {
		l.changed = fmt.Sprintf(format, args...)
	}
}

// add takes one person of a page.
func (l *list) add(c crew) {
	id := c.Get("id")
	switch _, twice := l.places[id.Str]; {
	case id.Type != gjson.String || id.Str == "":
		l.nameless++
	case twice:
		l.change("somebody was on two pages")
	default:
		l.places[id.Str] = len(l.crews)
		l.crews = append(l.crews, c)
	}
}

// disagrees says in what a list is not what SmartHR says when it is asked again,
// or nothing. Each page has the number of people, but who is moved from one page
// to another by somebody's coming while somebody else goes is in neither: so the
// identities are read once more. And those who left are counted by themselves:
// they are the ones who must be there.
func (s *source) disagrees(ctx context.Context, l list) (string, error) {
	if l.changed != "" {
		return l.changed, nil
	}
	if l.pages > 1 {
		second, err := s.list(ctx, []string{"id"})
		if err != nil {
			return "", err
		}
		if second.changed != "" {
			return second.changed, nil
		}
		for id := range second.places {
			if _, ok := l.places[id]; !ok {
				return "somebody was in the second reading alone", nil
			}
		}
		if len(second.places) != len(l.places) {
			return fmt.Sprintf("there were %d people at first and %d then", len(l.places), len(second.places)), nil
		}
	}
	a, err := s.client.crews(ctx, url.Values{"emp_status": {roster.Retired}, "page": {"1"}, "per_page": {"1"}, "fields": {"id"}})
	if err != nil {
		return "", err
	}
	var left int64
	for _, c := range l.crews {
		if c.Get("emp_status").Str == roster.Retired {
			left++
		}
	}
	if left != a.total {
		return fmt.Sprintf("SmartHR counts %d people who left, and %d were read as such", a.total, left), nil
	}
	return "", nil
}

// take makes entries of a list.
func (s *source) take(snap *roster.Snapshot, l list) {
	snap.Origins, snap.Expected = l.origins, l.total
	for _, c := range l.crews {
		place := "crew " + c.Get("id").Str
		p, problems := s.person(c.Result)
		for _, f := range problems.gaps {
			snap.Gaps.Add(evidence.Finding{Code: f, Object: place})
		}
		for _, f := range problems.notes {
			snap.Notes.Add(evidence.Finding{Code: f, Object: place})
		}
		changed, _ := s.dates.From(c.Get("updated_at").Str)
		snap.Entries = append(snap.Entries, roster.Entry{Person: p, Key: c.Get("id").Str, Place: place, Changed: changed, Origin: c.origin})
	}
	snap.Found = int64(len(snap.Entries))
	snap.Notes.Add(evidence.Finding{Code: "people_by_token", Object: s.settings.Tenant})
	if l.nameless > 0 {
		snap.Gaps.Add(evidence.Finding{Code: "person_without_identity", Object: s.settings.Tenant, Detail: fmt.Sprintf("%d without an id", l.nameless)})
	}
	s.withheld(snap, l)
}

// withheld notes what nobody has a value of: SmartHR gives null for an item that
// the token may not read. With neither numbers nor addresses nobody could be told to
// have an account or not, which is no note but a gap.
func (s *source) withheld(snap *roster.Snapshot, l list) {
	if len(l.crews) == 0 {
		return
	}
	empty := map[string]bool{}
	for _, field := range []string{"emp_code", "email", "entered_at", "departments", "employment_type", "last_name"} {
		given := false
		for _, c := range l.crews {
			if v := c.Get(field); v.Type != gjson.Null && v.Str+v.Raw != `""` && v.Raw != "[]" {
				given = true
				break
			}
		}
		if !given {
			empty[field] = true
			snap.Notes.Add(evidence.Finding{Code: "item_empty", Object: field, Detail: "null for everybody: nobody has it, or the access token may not read it; needed: " + needed})
		}
	}
	addresses := s.unheard(snap, l)
	if empty["emp_code"] && empty["email"] && !addresses {
		snap.Gaps.Add(evidence.Finding{Code: "nothing_to_join_by", Object: s.settings.Tenant, Detail: "neither emp_code nor email of anybody; needed: " + needed})
	}
}

// unheard tells of custom fields that settings name and that hold nobody's address: a
// field that was renamed, one that the token may not read. Accounts would be matched
// without it in silence. It reports whether any such field holds an address.
func (s *source) unheard(snap *roster.Snapshot, l list) (some bool) {
	for _, name := range s.settings.CustomEmails {
		held := false
		for _, c := range l.crews {
			if held = s.addressIn(c.Result, name); held {
				break
			}
		}
		if !held {
			snap.Gaps.Add(evidence.Finding{Code: "custom_email_empty", Object: name, Detail: "the custom field, as custom_emails names it, holds nobody's address: name it as SmartHR does, or by its ID, and let the access token read it"})
		}
		some = some || held
	}
	return some
}

// addressIn reports whether somebody has an address in a custom field.
func (s *source) addressIn(c gjson.Result, name string) bool {
	for _, f := range c.Get("custom_fields").Array() {
		if named(f, name) {
			if mails, _ := roster.Emails(f.Get("value").String()); len(mails) > 0 {
				return true
			}
		}
	}
	return false
}
