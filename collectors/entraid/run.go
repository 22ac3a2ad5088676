package entraid

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/tidwall/gjson"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/graph"
)

// cursor is how far a unit has come. What it holds does not grow with the tenant.
type cursor struct {
	Taken time.Time `json:"taken"`          // when the unit was begun: the time of its snapshots
	Done  bool      `json:"done,omitempty"` // the claims were handed over too
	Step  int       `json:"step,omitempty"` // which of the kind's lists
	Place place     `json:"place,omitzero"` // where in that list
	Log   watermark `json:"log,omitzero"`   // of a log: what to go on from when a link has expired

	Without []string `json:"without,omitempty"` // properties of users that are left out, since they may not be read
	Groups  []string `json:"groups,omitempty"`  // of the page at hand, those that were dealt with
	Missing []string `json:"missing,omitempty"` // IDs of groups in the settings that were not met yet
	NoPIM   bool     `json:"no_pim,omitempty"`  // the tenant has no licence: plain role assignments are read
	NoAsk   bool     `json:"no_ask,omitempty"`  // approvals are refused: no more are asked for
	Backs   int      `json:"backs,omitempty"`   // how often a list was begun anew since its links expire
	Tally   tally    `json:"tally"`
}

// place is where in a list a run goes on.
type place struct {
	Link string `json:"link,omitempty"` // to the page; empty: the first
	Page int    `json:"page,omitempty"` // how many pages were read
}

// tally counts what was read of a unit's kind.
type tally struct {
	Read    int64              `json:"read"`
	Kept    int64              `json:"kept"`
	KeptFor map[string]int64   `json:"kept_for,omitempty"`
	Counts  map[string]int64   `json:"counts,omitempty"`
	Gaps    []evidence.Finding `json:"gaps,omitempty"`
	Notes   []evidence.Finding `json:"notes,omitempty"`
}

var errStopped = errors.New("stopped")

// run is the collection of one unit.
type run struct {
	*source
	unit  evidence.Unit
	kind  kind
	spec  spec
	at    cursor
	seen  seen
	ahead headway // of the list at hand
	yield func(evidence.Batch, error) bool
}

// step reads one of a kind's lists, hands it over in batches, and may be begun
// again anywhere between them.
type step func(context.Context) error

// Collect reads one unit.
func (s *source) Collect(ctx context.Context, u evidence.Unit, from evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		r := &run{source: s, unit: u, yield: yield}
		err := r.all(ctx, from)
		if ctx.Err() != nil && !errors.Is(err, errStopped) {
			err = errors.Join(ctx.Err(), err)
		}
		if err != nil && !errors.Is(err, errStopped) {
			yield(evidence.Batch{}, fmt.Errorf("collect %s of %s: %w", u.Kinds, u, err))
		}
	}
}

func (r *run) all(ctx context.Context, from evidence.Cursor) error {
	known := false
	if len(r.unit.Kinds) == 1 {
		r.kind, known = kindOf(r.unit.Kinds[0])
	}
	if !known {
		return errors.New("it is not of one kind that this driver yields")
	}
	if err := json.Unmarshal(r.unit.Spec, &r.spec); err != nil {
		return fmt.Errorf("its specification: %w", err)
	}
	r.at = cursor{Taken: r.now().UTC().Truncate(time.Second)}
	if len(from) > 0 {
		r.at = cursor{}
		if err := json.Unmarshal(from, &r.at); err != nil {
			return fmt.Errorf("its cursor: %w", err)
		}
		if r.at.Step < 0 || r.at.Taken.IsZero() {
			return errors.New("its cursor is not one of this driver's")
		}
	}
	if r.at.Done {
		return ctx.Err()
	}
	for steps := r.steps(); r.at.Step < len(steps); {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch err := steps[r.at.Step](ctx); {
		case errors.Is(err, errAgain):
		case err != nil:
			return err
		default:
			r.next()
			r.ahead = headway{}
		}
	}
	return r.finish()
}

// next goes on to the kind's next list.
func (r *run) next() {
	r.at.Step, r.at.Place, r.at.Log, r.at.Groups = r.at.Step+1, place{}, watermark{}, nil
}

// steps are the lists that a kind is read from.
func (r *run) steps() []step {
	switch r.kind.name {
	case SignIn:
		return []step{r.readLog(logOf{"sign-ins", "createdDateTime", true, signIns(r.spec.Beta)})}
	case DirectoryAudit:
		return []step{r.readLog(logOf{"directory audits", "activityDateTime", true, directoryAudits})}
	case RiskDetection:
		return []step{r.readLog(logOf{"risk detections", "detectedDateTime", false, riskDetections})}
	case User:
		return []step{r.users, r.list(listOf{what: "deleted users", query: deletedUsers(), permission: readUsers})}
	case Group:
		return []step{r.groups}
	case RoleAssignment:
		return []step{r.roles("active", activeRoles(), readActive), r.roles("eligible", eligibleRoles(), readEligible), r.plainRoles}
	case PIMRequest:
		return []step{r.requests("assignment", assignmentRequests(), askAssignments), r.requests("eligibility", eligibilityRequests(), askEligibilities)}
	case ConditionalAccessPolicy:
		return []step{r.list(listOf{what: "conditional access policies", query: conditionalAccessPolicies(), permission: readPolicies})}
	case NamedLocation:
		return []step{r.list(listOf{what: "named locations", query: namedLocations(), permission: readPolicies})}
	case AuthMethodRegistration:
		return []step{r.list(listOf{what: "registrations of authentication methods", query: registrations(), permission: readAuditLog})}
	case RiskyUser:
		return []step{r.list(listOf{what: "risky users", query: riskyUsers(), permission: readRiskyUsers})}
	case Application:
		return []step{r.list(listOf{what: "applications", query: allApplications(), clean: withoutSecrets, permission: readApplications})}
	case ServicePrincipal:
		return []step{r.list(listOf{what: "service principals", query: allServicePrincipals(), clean: withoutSecrets, permission: readApplications})}
	case Organization:
		return []step{r.list(listOf{what: "organization", query: organizations(), permission: readOrganization})}
	}
	return nil
}

// batch gathers records of the unit's kind.
type batch struct {
	run *run
	evidence.Batch
}

func (r *run) batch() *batch { return &batch{run: r} }

// add counts a record, unless the source gave it before, and keeps it if a
// selection wants it.
func (b *batch) add(id string, when time.Time, from evidence.Origin, body []byte) error {
	r := b.run
	met := r.seen.meet(id)
	if met == repeated {
		return nil
	}
	t := &r.at.Tally
	t.Read++
	var who []string
	for _, s := range r.unit.Want {
		if s.Kind == r.kind.name && s.Where.Match(body) && !slices.Contains(who, s.For) {
			who = append(who, s.For)
		}
	}
	if len(who) == 0 {
		r.count("records_not_wanted")
		return nil
	}
	rec, err := evidence.NewRecord(r.kind.name, id, when, 0, body)
	if err != nil {
		return err
	}
	t.Kept++
	if t.KeptFor == nil {
		t.KeptFor = map[string]int64{}
	}
	for _, w := range who {
		t.KeptFor[w]++
	}
	if met == familiar { // handed over before the list was begun anew
		return nil
	}
	rec.Origin = b.origin(from)
	b.Records = append(b.Records, rec)
	return nil
}

// outside counts a record of another time, so that the claim's figures add up: what
// was read is what was kept, what nobody wants and what is outside.
func (r *run) outside(id string) {
	if r.seen.meet(id) != repeated {
		r.at.Tally.Read++
		r.count("records_outside_window")
	}
}

// origin is the place of an answer among the batch's origins.
func (b *batch) origin(o evidence.Origin) int {
	if at := slices.Index(b.Origins, o); at >= 0 {
		return at
	}
	b.Origins = append(b.Origins, o)
	return len(b.Origins) - 1
}

// flush hands the batch over, if there is anything in it, with the cursor as it
// stands.
func (b *batch) flush() error {
	if len(b.Records) == 0 && len(b.Claims) == 0 {
		b.Batch = evidence.Batch{}
		return nil
	}
	c, err := json.Marshal(b.run.at)
	if err != nil {
		return fmt.Errorf("its cursor: %w", err)
	}
	b.Kind, b.Cursor = b.run.kind.name, c
	out := b.Batch
	b.Batch = evidence.Batch{}
	if !b.run.yield(out, nil) {
		return errStopped
	}
	return nil
}

// last hands over the last batch of a list: a run that is resumed after it goes on
// with the next one.
func (b *batch) last() error {
	was := b.run.at
	b.run.next()
	defer func() { b.run.at = was }()
	return b.flush()
}

// mostFindings bounds what a claim lists; a reader who has seen so many knows.
const mostFindings = 200

// found adds a finding to a list of them, each once.
func found(list []evidence.Finding, f evidence.Finding) []evidence.Finding {
	switch {
	case slices.Contains(list, f):
	case len(list) < mostFindings:
		return append(list, f)
	case list[len(list)-1].Code != "more_findings":
		return append(list, evidence.Finding{Code: "more_findings", Object: f.Object})
	}
	return list
}

func (r *run) gap(f evidence.Finding)  { r.at.Tally.Gaps = found(r.at.Tally.Gaps, f) }
func (r *run) note(f evidence.Finding) { r.at.Tally.Notes = found(r.at.Tally.Notes, f) }

// count counts something of the kind beside records.
func (r *run) count(code string) {
	if r.at.Tally.Counts == nil {
		r.at.Tally.Counts = map[string]int64{}
	}
	r.at.Tally.Counts[code]++
}

// refused reports whether an error says that something may not be read, or is not
// to be had of this tenant: a permission, a licence, or the endpoint is missing.
func refused(err error) bool {
	var e *graph.Error
	return graph.Denied(err) || graph.Unlicensed(err) || errors.As(err, &e) && e.Status == http.StatusNotFound
}

// refuse notes that the source did not let something be read, and what is needed.
func (r *run) refuse(what string, err error, permission string) {
	r.gap(evidence.Finding{Code: "not_readable", Object: what, Detail: r.why(err, permission)})
}

// why is Graph's answer with what would have to be granted.
func (r *run) why(err error, permission string) string {
	var e *graph.Error
	text := err.Error()
	if errors.As(err, &e) { // without the request, which differs from day to day
		text = e.Error()
	}
	need := permission
	if graph.Unlicensed(err) && r.kind.licence.Complete() {
		need = r.kind.licence.EN
	}
	return text + "; needed: " + need
}

// unnamed notes something that has no identity or no time, and so makes no record.
func (r *run) unnamed(what string, item gjson.Result) {
	r.gap(evidence.Finding{Code: "without_identity", Object: what, Detail: "id " + short(item.Get("id").Raw)})
}

// short makes somebody else's words fit into a finding: without control characters,
// and not long.
func short(s string) string {
	const most = 80
	r := []rune(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, s))
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(r)
}

// taken is the time of the unit's snapshots as it stands in their identities.
func (r *run) taken() string { return "@" + r.at.Taken.Format(time.RFC3339) }
