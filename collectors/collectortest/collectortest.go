package collectortest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// Case is one configured source to test a collector on. It should give several
// units, and records in more than one of them.
type Case struct {
	Driver   collectors.Driver
	Settings string // YAML of the source entry, without name and driver

	// Env is the collector's. Its clock stands still where the driver yields
	// snapshots: two readings are compared, and a snapshot's identity holds its time.
	Env collectors.Env

	Query   evidence.Query
	Records int // how many distinct records the source holds for the query

	// Secrets are the credentials that the source is read with: none may show up
	// in anything that the collector hands over.
	Secrets []string

	// Faults breaks the source's server; nil for a source without one. The
	// driver must wait shortly between attempts, or the tests take long.
	Faults *Faults

	// Recorded says that the source itself wrote down when its snapshots were taken:
	// it gives the same ones whenever it is read.
	Recorded bool

	// Volatile is the counts that may differ when a unit was resumed.
	Volatile []string
}

// patience is how long something that ends promptly may take on a busy machine.
const patience = 30 * time.Second

// Run tests the contract.
func Run(t *testing.T, c Case) {
	t.Run("driver", c.driver)
	t.Run("construction does no I/O", c.construction)
	t.Run("plan is stable", c.stablePlan)
	t.Run("batches", c.batches)
	t.Run("snapshots", c.snapshots)
	t.Run("resuming", c.resuming)
	t.Run("stopping", c.stopping)
	t.Run("cancellation", c.cancellation)
	t.Run("secrets", c.secrets)
	if c.Faults != nil {
		t.Run("faults", c.faults)
	}
}

// driver checks what a driver says of itself.
func (c Case) driver(t *testing.T) {
	d := c.Driver
	if d.Name == "" || !d.Title.Complete() || len(d.Readme) == 0 || len(d.Kinds) == 0 {
		t.Errorf("a driver needs a name, a title in both languages, a README and kinds: %q %+v, %d bytes, %v", d.Name, d.Title, len(d.Readme), d.Kinds)
	}
	for _, k := range d.Kinds {
		if k.Name == "" || !k.Title.Complete() || len(k.Methods) == 0 {
			t.Errorf("kind %q needs a title in both languages and methods", k.Name)
		}
	}
	c.permissions(t)
	for code, text := range d.Texts {
		if !text.Complete() {
			t.Errorf("text %q does not exist in both languages", code)
		}
	}
	var entry struct{ Name, Driver string }
	if err := yaml.Unmarshal(d.Sample, &entry); err != nil || entry.Driver != d.Name || entry.Name == "" {
		t.Errorf("sample.yaml names %+v, want an entry with a name and the driver %s: %v", entry, d.Name, err)
	}
	if _, err := d.New(c.Env, decodeEntry(d.Sample)); err != nil {
		t.Errorf("sample.yaml does not work: %v", err)
	}
	if _, err := d.New(c.Env, decode(c.Settings+"\nno_such_setting: 1\n")); err == nil {
		t.Error("an unknown setting was accepted")
	}
}

// permissions checks that a driver says what each of its kinds needs: nothing is a
// declaration too, and stands as an empty list.
func (c Case) permissions(t *testing.T) {
	for _, k := range c.Driver.Kinds {
		list, ok := c.Driver.Permissions[k.Name]
		if !ok {
			t.Errorf("kind %s: its permissions are not declared", k.Name)
		}
		for _, p := range list {
			if p.Name == "" || p.System.Title().EN == string(p.System) || (p.Note != evidence.Text{}) && !p.Note.Complete() {
				t.Errorf("kind %s: permission %+v: a known system, a name and a note in both languages or none are needed", k.Name, p)
			}
		}
	}
	for kind := range c.Driver.Permissions {
		if !slices.ContainsFunc(c.Driver.Kinds, func(k collectors.Kind) bool { return k.Name == kind }) {
			t.Errorf("permissions of kind %q, which the driver does not yield", kind)
		}
	}
}

// construction makes a collector while every request would go wrong, and with a
// context nowhere: whatever New did would have to be seen by the server.
func (c Case) construction(t *testing.T) {
	if c.Faults == nil {
		t.Skip("the source has no server")
	}
	c.Faults.set(Fault{Status: http.StatusTeapot}, -1)
	defer c.Faults.set(Fault{}, 0)
	c.open(t)
	if n := c.Faults.count(); n > 0 {
		t.Errorf("New made %d requests", n)
	}
}

func (c Case) stablePlan(t *testing.T) {
	first := c.plan(t, c.open(t))
	c.Query = kept(t, c.Query)
	second := c.plan(t, c.open(t))
	if diff := cmp.Diff(keys(first), keys(second)); diff != "" {
		t.Errorf("two plans differ (-first +second):\n%s", diff)
	}
	if len(first) == 0 {
		t.Fatal("the plan is empty: the case tests nothing")
	}
	ks := keys(first)
	slices.Sort(ks)
	if len(slices.Compact(ks)) != len(first) {
		t.Error("two units have the same key")
	}
	for _, u := range first {
		if len(u.Kinds) == 0 || u.Window.IsZero() || u.Window.Start.Before(c.Query.Period.Start) || u.Window.End.After(c.Query.Period.End) {
			t.Errorf("unit %s needs kinds and a window within the period %s", u, c.Query.Period)
		}
	}
}

// batches checks the form of everything that a whole collection hands over, and
// that it is as many records as the case says.
func (c Case) batches(t *testing.T) {
	col := c.open(t)
	ids := map[string]bool{}
	for _, u := range c.plan(t, col) {
		got, err := drain(col.Collect(t.Context(), u, nil))
		if err != nil {
			t.Fatalf("%s: %v", u, err)
		}
		if len(got) == 0 || len(got[len(got)-1].Claims) == 0 {
			t.Errorf("%s: the last batch carries no claim", u)
		}
		for _, kind := range u.Kinds {
			if !claimed(got, kind) {
				t.Errorf("%s: nothing is claimed for its records of kind %s", u, kind)
			}
		}
		for _, b := range got {
			c.batch(t, u, b)
			for _, r := range b.Records {
				if ids[r.Kind+r.ID] {
					t.Errorf("%s: record %s twice", u, r.ID)
				}
				ids[r.Kind+r.ID] = true
			}
		}
	}
	if len(ids) != c.Records {
		t.Errorf("%d distinct records, the source holds %d", len(ids), c.Records)
	}
}

func claimed(batches []evidence.Batch, kind string) bool {
	return slices.ContainsFunc(batches, func(b evidence.Batch) bool {
		return slices.ContainsFunc(b.Claims, func(cl evidence.Claim) bool { return cl.Kind == kind })
	})
}

// batch checks one batch. A record's time is its source's: one that arrived late
// lies before the unit's window, a snapshot that was taken after the period
// behind it.
func (c Case) batch(t *testing.T, u evidence.Unit, b evidence.Batch) {
	t.Helper()
	if !slices.Contains(u.Kinds, b.Kind) || len(b.Cursor) == 0 {
		t.Errorf("%s: a batch of kind %q with cursor %q: want one of %v and a cursor", u, b.Kind, b.Cursor, u.Kinds)
	}
	for _, r := range b.Records {
		if r.Kind != b.Kind || r.ID == "" || r.Time.IsZero() || r.Origin < 0 || r.Origin >= len(b.Origins) {
			t.Errorf("%s: record kind %q id %q time %s origin %d of %d in a batch of kind %q", u, r.Kind, r.ID, r.Time, r.Origin, len(b.Origins), b.Kind)
		}
		if again, err := evidence.NewRecord(r.Kind, r.ID, r.Time, 0, r.Body); err != nil || string(again.Body) != string(r.Body) {
			t.Errorf("%s: record %s: its body is not a compact JSON object: %v", u, r.ID, err)
		}
		if !slices.ContainsFunc(u.Want, func(s evidence.Selection) bool { return s.Kind == r.Kind && s.Where.Match(r.Body) }) {
			t.Errorf("%s: record %s is wanted by no selection", u, r.ID)
		}
	}
	for _, o := range b.Origins {
		if o.Request == "" || len(o.SHA256) != 64 || o.Size <= 0 {
			t.Errorf("%s: origin %+v: a request, a SHA-256 and a size are needed", u, o)
		}
	}
	for _, cl := range b.Claims {
		c.claim(t, u, cl)
	}
}

// claim checks one claim. A unit has as many as it has kinds, or more.
func (c Case) claim(t *testing.T, u evidence.Unit, cl evidence.Claim) {
	t.Helper()
	if !slices.Contains(u.Kinds, cl.Kind) {
		t.Errorf("%s: a claim for kind %q, of which the unit is not: %v", u, cl.Kind, u.Kinds)
	}
	at := slices.IndexFunc(c.Driver.Kinds, func(k collectors.Kind) bool { return k.Name == cl.Kind })
	if at < 0 || !slices.Contains(c.Driver.Kinds[at].Methods, cl.Method) {
		t.Errorf("%s: a claim for kind %q by method %q, which the driver does not declare", u, cl.Kind, cl.Method)
	}
	if diff := cmp.Diff(u.Scope, cl.Scope); diff != "" || !cl.Window.Start.Equal(u.Window.Start) || !cl.Window.End.Equal(u.Window.End) {
		t.Errorf("%s: a claim for %s %s", u, cl.Scope, cl.Window)
	}
	if cl.Gaps == nil {
		t.Errorf("%s: the claim's gaps are nil, want an empty list", u)
	}
	codes := []string{cl.Unit}
	for _, n := range cl.Counts {
		codes = append(codes, n.Code)
	}
	for _, f := range slices.Concat(cl.Gaps, cl.Notes) {
		codes = append(codes, f.Code)
	}
	for _, code := range codes {
		if !c.Driver.Texts[code].Complete() {
			t.Errorf("%s: no text explains the code %q in both languages", u, code)
		}
	}
}

// resuming collects every unit again from each of its cursors.
func (c Case) resuming(t *testing.T) {
	col := c.open(t)
	resumed := 0
	for _, u := range c.plan(t, col) {
		whole, err := drain(col.Collect(t.Context(), u, nil))
		if err != nil {
			t.Fatalf("%s: %v", u, err)
		}
		for i, b := range whole {
			rest, err := drain(c.open(t).Collect(t.Context(), u, slices.Clone(b.Cursor)))
			if err != nil {
				t.Fatalf("%s from cursor %d: %v", u, i, err)
			}
			got := slices.Concat(whole[:i+1], rest)
			if diff := cmp.Diff(c.outcome(whole), c.outcome(got)); diff != "" {
				t.Errorf("%s resumed from cursor %d of %d (-one run +resumed):\n%s", u, i, len(whole), diff)
			}
			resumed++
		}
	}
	if resumed == 0 {
		t.Error("no unit has a cursor: the case tests nothing")
	}
}

// stopping breaks off the iteration after each batch, as a full disk would.
func (c Case) stopping(t *testing.T) {
	col := c.open(t)
	for _, u := range c.plan(t, col) {
		for _, err := range col.Collect(t.Context(), u, nil) {
			if err != nil {
				t.Fatalf("%s: %v", u, err)
			}
			break
		}
	}
}

func (c Case) cancellation(t *testing.T) {
	u := c.plan(t, c.open(t))[0]
	t.Run("before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		c.ended(t, ctx, u)
	})
	if c.Faults == nil {
		return
	}
	t.Run("in a request", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		hung := c.Faults.set(Fault{Hang: true}, -1)
		defer c.Faults.set(Fault{}, 0)
		go func() {
			select {
			case <-hung:
			case <-time.After(patience):
			}
			cancel()
		}()
		c.ended(t, ctx, u)
	})
}

// ended collects a unit under a context that is, or will be, cancelled.
func (c Case) ended(t *testing.T, ctx context.Context, u evidence.Unit) {
	t.Helper()
	col := c.open(t)
	done := make(chan error, 1)
	go func() {
		_, err := drain(col.Collect(ctx, u, nil))
		done <- err
	}()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled collection ended with %v, want the context's error", err)
		}
	case <-time.After(2 * patience):
		t.Fatal("a cancelled collection did not end")
	}
}

// secrets looks for the credentials in all that leaves the collector, also when
// it fails.
func (c Case) secrets(t *testing.T) {
	if len(c.Secrets) == 0 {
		t.Skip("the source is read without credentials")
	}
	c.search(t, "collected")
	if c.Faults != nil {
		c.Faults.set(Fault{Status: http.StatusForbidden}, -1)
		defer c.Faults.set(Fault{}, 0)
		c.search(t, "refused")
	}
}

func (c Case) search(t *testing.T, when string) {
	t.Helper()
	col := c.open(t)
	var all strings.Builder
	for u, err := range col.Plan(t.Context(), c.Query) {
		fmt.Fprintln(&all, u, string(u.Spec), err)
		if err != nil {
			continue
		}
		batches, err := drain(col.Collect(t.Context(), u, nil))
		fmt.Fprintln(&all, err)
		for _, b := range batches {
			text, jsonErr := json.Marshal(b)
			if jsonErr != nil {
				t.Fatal(jsonErr)
			}
			fmt.Fprintf(&all, "%s %s\n", text, b.Cursor)
		}
	}
	for _, s := range c.Secrets {
		if strings.Contains(all.String(), s) {
			t.Errorf("%s: the secret %q is in what the collector handed over", when, s)
		}
	}
}

// faults makes requests go wrong. Whatever happens, records must not be missing
// in silence: either all of them are there, or an error or a gap says that not.
func (c Case) faults(t *testing.T) {
	defer c.Faults.set(Fault{}, 0)
	whole, ok := c.attempt(t)
	if !ok {
		t.Fatal("the undisturbed source has errors or gaps")
	}
	for _, f := range []Fault{{Status: 429}, {Status: 500}, {Status: 502}, {Status: 503}, {Cut: true}} {
		for _, first := range []int{1, -1} {
			t.Run(fmt.Sprintf("status %d cut %t first %d", f.Status, f.Cut, first), func(t *testing.T) {
				c.Faults.set(f, first)
				got, ok := c.attempt(t)
				if c.Faults.count() == 0 {
					t.Fatal("no request went wrong: the server does not ask Faults")
				}
				if first < 0 && ok {
					t.Error("every request went wrong, and neither an error nor a gap says so")
				}
				if diff := cmp.Diff(whole, got); ok && diff != "" {
					t.Errorf("records differ without an error or a gap (-undisturbed +disturbed):\n%s", diff)
				}
				if first == 1 && f.Status != 0 && !ok {
					t.Error("a request that failed once was not tried again")
				}
			})
		}
	}
}

// attempt collects everything and reports whether it is claimed to be complete.
func (c Case) attempt(t *testing.T) (ids []string, complete bool) {
	t.Helper()
	col := c.open(t)
	complete = true
	for u, err := range col.Plan(t.Context(), c.Query) {
		if err != nil {
			complete = false
			continue
		}
		batches, err := drain(col.Collect(t.Context(), u, nil))
		complete = complete && err == nil
		for _, b := range batches {
			for _, r := range b.Records {
				ids = append(ids, r.ID)
			}
			for _, cl := range b.Claims {
				complete = complete && cl.Satisfied()
			}
		}
	}
	slices.Sort(ids)
	return ids, complete
}

// outcome is what a unit came to, however it was cut into batches.
type outcome struct {
	Lines  []string // records with their origins
	Claims []evidence.Claim
}

func (c Case) outcome(batches []evidence.Batch) outcome {
	var out outcome
	for _, b := range batches {
		for _, r := range b.Records {
			o := b.Origins[r.Origin]
			out.Lines = append(out.Lines, fmt.Sprintf("%s %s %s %s", r.ID, r.Time, r.Body, o.Proof))
		}
		for _, cl := range b.Claims {
			cl.Counts = slices.DeleteFunc(slices.Clone(cl.Counts), func(n evidence.Count) bool { return slices.Contains(c.Volatile, n.Code) })
			out.Claims = append(out.Claims, cl)
		}
	}
	return out
}

func (c Case) open(t *testing.T) collectors.Collector {
	t.Helper()
	col, err := c.Driver.New(c.Env, decode(c.Settings))
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return col
}

func (c Case) plan(t *testing.T, col collectors.Collector) []evidence.Unit {
	t.Helper()
	var units []evidence.Unit
	for u, err := range col.Plan(t.Context(), c.Query) {
		if err != nil {
			t.Fatalf("Plan: %v", err)
		}
		units = append(units, u)
	}
	return units
}

// kept is a query as a plan's manifest keeps it: by that, units are planned once more
// when their records have settled. The zone is the organisation's, which days are cut in.
func kept(t *testing.T, q evidence.Query) evidence.Query {
	t.Helper()
	b, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	var back evidence.Query
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	back.Period = evidence.Period{Start: back.Period.Start.In(q.Period.Start.Location()), End: back.Period.End.In(q.Period.End.Location())}
	return back
}

func keys(units []evidence.Unit) []string {
	var out []string
	for _, u := range units {
		out = append(out, u.Key())
	}
	return out
}

func drain(seq func(func(evidence.Batch, error) bool)) ([]evidence.Batch, error) {
	var out []evidence.Batch
	for b, err := range seq {
		if err != nil {
			return out, err
		}
		out = append(out, b)
	}
	return out, nil
}

func decode(settings string) func(any) error {
	return func(into any) error { return yaml.NewDecoder(strings.NewReader(settings), yaml.Strict()).Decode(into) }
}

// decodeEntry decodes the settings of a whole source entry, as the configuration
// does: without its name and driver.
func decodeEntry(entry []byte) func(any) error {
	return func(into any) error {
		var all yaml.MapSlice
		if err := yaml.Unmarshal(entry, &all); err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(i yaml.MapItem) bool { return i.Key == "name" || i.Key == "driver" })
		rest, err := yaml.Marshal(all)
		if err != nil {
			return err
		}
		return yaml.UnmarshalWithOptions(rest, into, yaml.Strict())
	}
}
