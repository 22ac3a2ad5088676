package pack

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/derived"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/redaction"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sampling"
	"github.com/evidencepack/evidence/internal/sealed"
)

// Redacting is what an auditor's copy is made of.
type Redacting struct {
	Key     redaction.Key
	Policy  redaction.Policy
	Archive sealed.Archive      // the originals
	View    *sealed.View        // of them
	Results *evaluation.Results // of the framework's controls on the originals
	Library *controls.Library
}

// Redacted is evidence as an auditor's copy holds it, with what the same controls give on it.
// Close it when the copy is made.
type Redacted struct {
	View    *sealed.View
	Results *evaluation.Results
	Library *controls.Library // parameters and owners redacted

	by      *redaction.Redactor
	archive redaction.Archive
	said    *Redaction
	tally   *redaction.Tally // of what the evidence files hold
}

// Close removes what it keeps on disk.
func (r *Redacted) Close() error { return errors.Join(r.Results.Close(), r.View.Close()) }

// ErrRedaction: a rule changes what a control finds, so that its copy would tell
// otherwise than the evidence.
var ErrRedaction = errors.New("redaction changes a result")

// Redact redacts the evidence of a pack and tests its controls again. The error wraps
// [ErrRedaction], and names the control and the rules, when any item's verdict or reasons
// differ from those on the originals.
func Redact(ctx context.Context, in Redacting) (*Redacted, error) {
	list, err := testedBy(in.Library, in.Results)
	if err != nil {
		return nil, err
	}
	r, err := in.redact(ctx, in.Policy, list)
	if err != nil {
		return nil, fmt.Errorf("redact: %w", err)
	}
	for i := range in.Results.Controls {
		differs, err := r.differs(&in.Results.Controls[i], &r.Results.Controls[i])
		if err == nil && differs != "" {
			err = in.blame(ctx, list[i], &in.Results.Controls[i], differs)
		}
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
	}
	return r, nil
}

// testedBy lists the controls of results, in their order.
func testedBy(library *controls.Library, results *evaluation.Results) ([]*controls.Control, error) {
	var list []*controls.Control
	for _, r := range results.Controls {
		c, err := library.Find(r.ID)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// termsOf are what a pack's controls and schemas name: they stand in the pack.
func termsOf(list []*controls.Control) redaction.Terms {
	var policies, schemas [][]byte
	for _, c := range list {
		for _, name := range c.RegoFiles() {
			policies = append(policies, c.Files[name])
		}
		all := c.Schemas()
		for _, kind := range slices.Sorted(maps.Keys(all)) {
			schemas = append(schemas, all[kind])
		}
	}
	return redaction.NewTerms(policies, schemas)
}

// redact redacts by the policy and tests the controls, and compares nothing.
func (in Redacting) redact(ctx context.Context, p redaction.Policy, list []*controls.Control) (_ *Redacted, err error) {
	var want []evidence.Selection
	for _, c := range list {
		want = append(want, c.Selections()...)
	}
	r := &Redacted{by: redaction.New(in.Key, p, termsOf(list)), said: newRedaction(in.Key, p), tally: redaction.NewTally()}
	if err := r.by.LearnFrom(ctx, in.Archive, in.View.Entries(carried(want, in.View.Expected()))); err != nil {
		return nil, err
	}
	var typed []redaction.Typed
	for _, c := range list {
		typed = append(typed, r.by.TypedBy(c.ID, c.Params)...)
		r.by.LearnNetworks(c.Params)
	}
	r.said.Types = redaction.Types(typed)
	r.by.Settle(r.said.Types)
	r.said.Zones = r.by.Zones()
	if err := sourcesAreClean(r.by, list); err != nil {
		return nil, err
	}
	r.archive = redaction.Archive{Of: in.Archive, By: r.by}
	if r.Library, err = r.library(in.Library, list); err != nil {
		return nil, err
	}
	if list, err = testedBy(r.Library, in.Results.Only(ids(list))); err != nil {
		return nil, err
	}
	if r.View, err = sealed.Open(ctx, r.archive, in.View.Period(), in.View.Expected(), want); err != nil {
		return nil, err
	}
	if r.Results, err = evaluation.Run(ctx, r.View, list); err != nil {
		return nil, errors.Join(err, r.View.Close())
	}
	return r, nil
}

// Unmatched lists the rules of the policy, but for the shipped ones, that no field of the
// records was of.
func (r *Redacted) Unmatched() []redaction.Rule {
	shipped := redaction.Shipped()
	return slices.DeleteFunc(r.by.Unmatched(), func(x redaction.Rule) bool { return slices.Contains(shipped, x) })
}

func ids(list []*controls.Control) []string {
	var all []string
	for _, c := range list {
		all = append(all, c.ID)
	}
	return all
}

// sourcesAreClean refuses to carry a control's source that holds a mail address that is
// to be replaced: its bytes are what the test is, and cannot be changed. What rules
// themselves name in quotes is no secret.
func sourcesAreClean(by *redaction.Redactor, list []*controls.Control) error {
	for _, c := range list {
		for _, name := range slices.Sorted(maps.Keys(c.Files)) {
			if by.HoldsLearntAddress(string(c.Files[name])) {
				return fmt.Errorf("%s of %s holds an address that is to be redacted: give it as a parameter in the configuration", name, c.ID)
			}
		}
	}
	return nil
}

// library is the library with parameters and owners redacted. What is added to parameters is
// told of the controls that are tested: the pack has no others.
func (r *Redacted) library(of *controls.Library, tested []*controls.Control) (*controls.Library, error) {
	settings := map[string]controls.Settings{}
	for _, c := range of.Controls {
		params, added, err := r.by.Params(c.Params)
		if err != nil {
			return nil, fmt.Errorf("control %s: parameters: %w", c.ID, err)
		}
		settings[c.ID] = controls.Settings{Owner: r.by.Text(c.Owner), Params: params}
		if !slices.ContainsFunc(tested, func(t *controls.Control) bool { return t.ID == c.ID }) {
			continue
		}
		for _, a := range added {
			r.said.Added = append(r.said.Added, AddedValue{c.ID, a})
		}
	}
	return of.Configure(settings)
}

// Responses redacts what management answered.
func (r *Redacted) Responses(files []responses.File, zone *time.Location) ([]responses.File, error) {
	by := r.by.Clone()
	for _, f := range files {
		for _, x := range f.Responses {
			by.LearnValue(redaction.ResponseKind, []string{"owner"}, x.Owner)
			by.LearnValue(redaction.ResponseKind, []string{"approver"}, x.Approver)
		}
	}
	by.Settle(r.said.Types)
	var out []responses.File
	for _, f := range files {
		n, err := responses.Parse(f.Path, []byte(by.Prose(string(f.Source))), zone)
		if err != nil {
			return nil, fmt.Errorf("redact responses: %w", err)
		}
		out = append(out, n)
	}
	return out, nil
}

// Plans redacts what was agreed on samples.
func (r *Redacted) Plans(plans []SamplePlan) []SamplePlan {
	out := slices.Clone(plans)
	for i := range out {
		out[i].Replaced = slices.Clone(out[i].Replaced)
		for j, x := range out[i].Replaced {
			out[i].Replaced[j] = sampling.Replacement{Item: r.by.Text(x.Item), Reason: r.by.Prose(x.Reason), By: r.by.Text(x.By), Date: x.Date}
		}
	}
	return out
}

// outcome is what must be the same of an item on the originals and on the copy.
type outcome [16]byte

func outcomeOf(i evaluation.Item) outcome {
	var codes []string
	for _, r := range i.Reasons {
		codes = append(codes, "r "+r.Code)
	}
	for _, o := range i.Observations {
		codes = append(codes, "o "+o.Code)
	}
	slices.Sort(codes) // details may sort otherwise
	sum := sha256.Sum256([]byte(string(i.Verdict) + "\n" + i.Until.UTC().String() + "\n" + strings.Join(codes, "\n")))
	return outcome(sum[:16])
}

// identity names an item in both. The identities of derived records follow from what
// they are derived of, and need not be redacted the same way: their times tell them apart.
func identity(i evaluation.Item, id string) outcome {
	if _, computed := derived.Of(i.Kind); computed {
		id = ""
	}
	sum := sha256.Sum256([]byte(i.Kind + "\n" + i.Time.UTC().String() + "\n" + id))
	return outcome(sum[:16])
}

// differs says how a control's outcome on the copy differs from that on the originals; empty: it does not.
func (r *Redacted) differs(was, now *evaluation.Control) (string, error) {
	if was.Result != now.Result || was.Error != now.Error && (was.Error == "" || now.Error == "") {
		return fmt.Sprintf("%s becomes %s", was.Result, now.Result), nil
	}
	if was.Counts != now.Counts || !maps.Equal(was.ByReason, now.ByReason) || !maps.Equal(was.ByBecause, now.ByBecause) || !maps.Equal(was.Observed, now.Observed) ||
		was.Exempt != now.Exempt || was.Unapproved != now.Unapproved {
		return fmt.Sprintf("%+v become %+v", was.Counts, now.Counts), nil
	}
	type item struct{ identity, outcome outcome }
	seen := map[item]int{}
	for i, err := range was.Items() {
		if err != nil {
			return "", err
		}
		seen[item{identity(i, r.by.Text(i.ID)), outcomeOf(i)}]++
	}
	for i, err := range now.Items() {
		if err != nil {
			return "", err
		}
		k := item{identity(i, i.ID), outcomeOf(i)}
		if seen[k] == 0 {
			return fmt.Sprintf("item %s has another outcome", i.ID), nil
		}
		seen[k]--
	}
	return "", nil
}

// blame finds the rules that change a control's outcome, each by itself.
func (in Redacting) blame(ctx context.Context, c *controls.Control, was *evaluation.Control, differs string) error {
	var guilty, others []string
	kept := slices.DeleteFunc(in.Policy.Active(), func(r redaction.Rule) bool { return r.As != redaction.Kept })
	for _, rule := range in.Policy.Active() {
		if rule.As == redaction.Kept {
			continue
		}
		p := redaction.Policy{Levels: in.Policy.Levels, Rules: append(slices.Clone(kept), rule)}
		alone, err := in.redact(ctx, p, []*controls.Control{c})
		if err != nil {
			return err
		}
		how, err := alone.differs(was, alone.Results.Find(c.ID))
		if err := errors.Join(err, alone.Close()); err != nil {
			return err
		}
		if how != "" {
			guilty = append(guilty, rule.String())
		} else {
			others = append(others, rule.String())
		}
	}
	if len(guilty) == 0 {
		return fmt.Errorf("%w: control %s: %s; no rule does that alone, these do together: %s", ErrRedaction, c.ID, differs, strings.Join(others, "; "))
	}
	return fmt.Errorf("%w: control %s: %s; by rule %s (redaction.rules in the configuration can keep the field)",
		ErrRedaction, c.ID, differs, strings.Join(guilty, "; "))
}
