package awsstate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/evidencepack/evidence"
)

// cursor is how far a unit has come.
type cursor struct {
	Taken time.Time      `json:"taken"`           // when the unit was begun: the time of its snapshots
	Token string         `json:"token,omitempty"` // of the page to go on with; empty: the first
	Read  bool           `json:"read,omitempty"`  // the lists were read to their ends
	Done  bool           `json:"done,omitempty"`  // the claims were handed over too
	Calls map[string]int `json:"calls,omitempty"` // answers so far, by operation
	Tally tally          `json:"tally"`
}

// tally counts what was read of a unit.
type tally struct {
	Read    int64              `json:"read"`
	Kept    int64              `json:"kept"`
	KeptFor map[string]int64   `json:"kept_for,omitempty"`
	Counts  map[string]int64   `json:"counts,omitempty"`
	Gaps    []evidence.Finding `json:"gaps,omitempty"`
	Notes   []evidence.Finding `json:"notes,omitempty"`
}

var errStopped = errors.New("stopped")

// Collect reads one unit.
func (s *source) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		r := &reader{source: s, unit: u, yield: yield, seen: map[string]bool{}}
		err := r.all(ctx, from)
		if ctx.Err() != nil && !errors.Is(err, errStopped) {
			err = errors.Join(ctx.Err(), err)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(evidence.Batch{}, fmt.Errorf("collect %s of %s: %w", u.Kinds, u, err))
		}
	}
}

func (r *reader) all(ctx context.Context, from evidence.Cursor) error {
	known := false
	if len(r.unit.Kinds) == 1 {
		r.kind, known = kindOf(r.unit.Kinds[0])
	}
	r.account, r.region = r.unit.Scope["account"], r.unit.Scope["region"]
	if !known || !accountPattern.MatchString(r.account) {
		return errors.New("it is not of one kind and account that this driver yields")
	}
	var sp spec
	if err := json.Unmarshal(r.unit.Spec, &sp); err != nil {
		return fmt.Errorf("its specification: %w", err)
	}
	r.at = cursor{Taken: r.now().UTC().Truncate(time.Second)}
	if len(from) > 0 {
		r.at = cursor{}
		if err := json.Unmarshal(from, &r.at); err != nil {
			return fmt.Errorf("its cursor: %w", err)
		}
		if r.at.Taken.IsZero() {
			return errors.New("its cursor is not one of this driver's")
		}
	}
	switch {
	case r.at.Done:
		return ctx.Err()
	case sp.Except != "":
		r.note(evidence.Finding{Code: evidence.LeftOut, Object: r.unit.Scope.String(), Detail: short(sp.Except)})
	case sp.Closed != "":
		r.note(evidence.Finding{Code: evidence.NotActive, Object: r.unit.Scope.String(), Detail: "Organizations gives its state as " + short(sp.Closed)})
	case !r.at.Read:
		if err := r.lists(ctx); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.finish()
}

// lists reads what the kind is read from. What AWS does not let be read is a gap.
func (r *reader) lists(ctx context.Context) error {
	err := r.reach(ctx)
	if err == nil {
		err = r.kind.read(ctx, r)
		if r.at.Token != "" && expired(err) {
			r.log.Info("a list's token has expired: it is read again from its beginning", "unit", r.unit.String())
			r.again()
			err = r.kind.read(ctx, r)
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case coded(err, noOrganization):
		r.gap(evidence.Finding{Code: "no_organization", Object: r.unit.Scope.String(), Detail: plain(err)})
	case refused(err):
		r.refuse(r.unit.Scope.String(), err)
	case noEndpoint(err) && r.kind.sparse && !r.answered && len(r.at.Calls) == 0:
		// A name that is not found may be a service that the region does not have, or
		// a network that is down: then AWS does not answer elsewhere either. Of what has
		// answered before, or is everywhere, it is the network.
		if _, up := r.session.Account(ctx); up != nil {
			return err
		}
		r.note(evidence.Finding{Code: "service_not_in_region", Object: r.unit.Scope.String(), Detail: "no endpoint for " + r.kind.operation(err)})
	case err != nil:
		return err
	}
	return nil
}

// reach gets the credentials for the account.
func (r *reader) reach(ctx context.Context) error {
	id := r.account
	if r.kind.where == organization {
		me, err := r.whoami(ctx)
		if err != nil {
			return err
		}
		id = me.account // the management account or one that it has delegated to
	}
	cfg, err := r.enter(ctx, id)
	if err != nil {
		return err
	}
	if r.region != "" {
		cfg.Region = r.region
	}
	cfg.APIOptions = append(slices.Clone(cfg.APIOptions), r.listening)
	r.config = cfg
	return nil
}

// listening is an API option that remembers that the service has answered.
func (r *reader) listening(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("EvidenceListening",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleInitialize(ctx, in)
			var refusal smithy.APIError
			if err == nil || errors.As(err, &refusal) {
				r.answered = true
			}
			return out, metadata, err
		}), middleware.After)
}

// again begins the unit anew, as of another moment: what its lists show may have
// changed meanwhile.
func (r *reader) again() {
	taken := r.now().UTC().Truncate(time.Second)
	if next := r.at.Taken.Add(time.Second); taken.Before(next) {
		taken = next
	}
	r.at = cursor{Taken: taken, Calls: r.at.Calls}
	r.batch, r.seen = evidence.Batch{}, map[string]bool{}
}

// finish hands over what is left, with the claim.
func (r *reader) finish() error {
	r.batch.Claims = []evidence.Claim{r.claim()}
	r.at.Read, r.at.Done, r.at.Token = true, true, ""
	return r.flush()
}

// flush hands the batch over, if there is anything in it.
func (r *reader) flush() error {
	if len(r.batch.Records) == 0 && len(r.batch.Claims) == 0 {
		return nil
	}
	c, err := json.Marshal(r.at)
	if err != nil {
		return fmt.Errorf("its cursor: %w", err)
	}
	b := r.batch
	b.Kind, b.Cursor = r.kind.name, c
	r.batch = evidence.Batch{}
	if !r.yield(b, nil) {
		return errStopped
	}
	return nil
}

// mostFindings bounds what a claim lists; a reader who has seen so many knows.
const mostFindings = 200

// found adds a finding to a list of them, each once.
func found(list []evidence.Finding, f evidence.Finding) []evidence.Finding {
	switch {
	case slices.Contains(list, f):
		return list
	case len(list) < mostFindings:
		return append(list, f)
	case list[len(list)-1].Code != "more_findings":
		return append(list, evidence.Finding{Code: "more_findings", Object: f.Object})
	}
	return list
}

func (r *reader) gap(f evidence.Finding)  { r.at.Tally.Gaps = found(r.at.Tally.Gaps, f) }
func (r *reader) note(f evidence.Finding) { r.at.Tally.Notes = found(r.at.Tally.Notes, f) }

// refuse notes that AWS did not let something be read, and what is needed.
func (r *reader) refuse(object string, err error) {
	var action, needed string
	var entry *entryError
	if errors.As(err, &entry) {
		action, needed = "sts:AssumeRole", "needed: that the role "+entry.role+" exists and trusts the caller, who may do sts:AssumeRole"
	} else {
		action = r.kind.operation(err)
		needed = neededFor(action)
	}
	r.gap(evidence.Finding{Code: "not_readable", Object: object + ": " + action, Detail: plain(err) + "; " + needed})
}

// claim says that the lists were read to their ends, or what of them was not.
func (r *reader) claim() evidence.Claim {
	t := &r.at.Tally
	c := evidence.Claim{
		Kind: r.kind.name, Method: evidence.PagesExhausted, Scope: r.unit.Scope, Window: r.unit.Window,
		Unit: "lists_read", Expected: 1, Found: 1,
		Counts: []evidence.Count{{Code: "records_read", N: t.Read}, {Code: "records_kept", N: t.Kept}},
		Gaps:   append([]evidence.Finding{}, t.Gaps...),
		Notes:  t.Notes,
	}
	if len(c.Gaps) > 0 {
		c.Found = 0
	}
	for _, code := range []string{"records_not_wanted"} {
		if n := t.Counts[code]; n > 0 {
			c.Counts = append(c.Counts, evidence.Count{Code: code, N: n})
		}
	}
	var fors []string
	for _, s := range r.unit.Want {
		fors = append(fors, s.For)
	}
	slices.Sort(fors)
	for _, f := range slices.Compact(fors) {
		c.Counts = append(c.Counts, evidence.Count{Code: "records_kept", For: f, N: t.KeptFor[f]})
	}
	return c
}
