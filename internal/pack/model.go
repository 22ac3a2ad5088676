package pack

import (
	"cmp"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/derived"
	"github.com/evidencepack/evidence/internal/delta"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sampling"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/reports"
)

// contents is all that a pack's reports are a function of. Making a pack and
// verifying one both come by it, from the locker and from the pack's own files.
type contents struct {
	manifest  *Manifest // its Files may still lack the reports
	library   *controls.Library
	framework *controls.Framework
	results   *evaluation.Results
	answers   *responses.Answers
	leaves    []locker.Entry // the sealed manifests
	sources   []sealed.Description
	redaction *Redaction              // nil: the pack holds the originals
	window    *Window                 // nil: the pack does not tell of it
	records   map[string]sealed.Stats // by kind
	drivers   []collectors.Driver
	samples   *Samples // nil: of a pack from before there were any
	location  *time.Location
	files     fs.FS        // the pack's, without the reports; nil: of a test sheet, which is no pack's
	previous  *Previous    // nil: nothing to compare with
	delta     *delta.Delta // from it
}

// model turns the contents into what the renderers draw, in the pack's language.
func (c *contents) model() (*reports.Pack, error) {
	m := c.manifest
	p := &reports.Pack{
		Organisation: m.Organisation.In(m.Lang),
		Framework:    c.frameworkModel(),
		Period:       m.Period, PeriodName: m.PeriodName, Location: c.location, Lang: m.Lang,
		Demo: m.Demo, Open: c.results.Open,
		AsOf: m.AsOf, PreparedBy: m.PreparedBy.In(m.Lang), Distribution: m.Distribution.In(m.Lang), Tool: m.Tool,
		Checkpoint: reports.Checkpoint{
			Origin: m.Checkpoint.Origin, Size: m.Checkpoint.Size, Root: m.Checkpoint.Root,
			SealedAt: m.Checkpoint.SealedAt, KeyID: m.Checkpoint.Key,
		},
		Signer: reports.Signer{Name: m.Signer.Name, Person: m.Signer.Person.In(m.Lang), Role: m.Signer.Role.In(m.Lang),
			Algorithm: m.Signer.Algorithm, Fingerprint: m.Signer.Fingerprint, Ephemeral: m.Signer.Ephemeral},
	}
	for _, r := range m.Recipients {
		p.Recipients = append(p.Recipients, reports.Recipient{Name: r.Name.In(m.Lang), Organisation: r.Organisation.In(m.Lang), Purpose: r.Purpose.In(m.Lang)})
	}
	if a := m.Assertion; a != nil {
		p.Assertion = &reports.Assertion{Text: c.in(a.Text), Signatory: c.in(a.Signatory)}
		if a.Date != "" {
			day, err := time.ParseInLocation(time.DateOnly, a.Date, c.location)
			if err != nil {
				return nil, fmt.Errorf("%s: the assertion's date: %w", ManifestFile, err)
			}
			p.Assertion.Date = day
		}
	}
	for _, f := range m.Files {
		if !isReport(f.Path) {
			p.Files = append(p.Files, reports.File(f))
		}
	}
	for _, d := range c.sources {
		p.Sources = append(p.Sources, c.source(d))
	}
	for i := range p.Sources {
		p.Sources[i].Absent = p.AbsentAccounts(p.Sources[i].Name)
	}
	if c.samples != nil {
		p.Sampling = reports.Sampling{Method: c.samples.Method, Root: c.samples.Checkpoint.Root, Size: c.samples.Checkpoint.Size, Nonce: c.samples.Nonce}
	}
	for i := range c.results.Controls {
		r, err := c.control(&c.results.Controls[i])
		if err != nil {
			return nil, err
		}
		p.Controls = append(p.Controls, r)
	}
	for _, r := range registersOf(c.library, c.results) {
		register, err := c.register(r)
		if err != nil {
			return nil, fmt.Errorf("register %s: %w", r.ID, err)
		}
		p.Registers = append(p.Registers, register)
	}
	var err error
	if p.Window, err = c.windowModel(); err != nil {
		return nil, err
	}
	p.Limits = c.limits()
	if c.redaction != nil {
		p.Redaction = c.redactionModel()
	}
	p.NoDelta = m.NotCompared
	if c.delta != nil {
		p.Delta = c.deltaModel()
	}
	if c.files != nil {
		p.Attachments, err = c.attachments(maxAttached)
	}
	return p, err
}

func (c *contents) in(t evidence.Text) string { return t.In(c.manifest.Lang) }

func (c *contents) frameworkModel() reports.Framework {
	f := reports.Framework{ID: c.framework.ID, Title: c.in(c.framework.Title)}
	for _, i := range c.framework.Items {
		f.Items = append(f.Items, reports.FrameworkItem{
			ID: i.ID, Title: c.in(i.Title), Group: c.in(i.Group), Controls: i.Controls,
		})
	}
	return f
}

func (c *contents) control(r *evaluation.Control) (reports.Control, error) {
	ctl, err := c.library.Find(r.ID)
	if err != nil {
		return reports.Control{}, err
	}
	out := reports.Control{
		ID: ctl.ID, Title: c.in(ctl.Title), Activity: c.in(ctl.Activity), Procedure: c.in(ctl.Procedure),
		Owner: ctl.Owner, Frequency: c.in(ctl.Frequency.Name()), Framework: c.framework.Serving(ctl.ID),
		Result: r.Result, Why: WhyNotEvaluable(r, c.manifest.Lang, c.location), Counts: reports.Counts(r.Counts),
		Population: c.population(ctl), Parameters: parameters(r.Params), Exempt: r.Exempt, Unapproved: r.Unapproved,
	}
	if out.Exemptions, err = c.exemptions(ctl, r.Params); err != nil {
		return reports.Control{}, fmt.Errorf("control %s: %w", ctl.ID, err)
	}
	if out.Added, err = c.added(ctl.ID, r.Params); err != nil {
		return reports.Control{}, fmt.Errorf("control %s: %w", ctl.ID, err)
	}
	for _, name := range ctl.RegoFiles() {
		out.Rules = append(out.Rules, reports.RuleFile{Name: name, SHA256: ctl.SourceSHA256(name), Shared: controls.IsModuleFile(name)})
	}
	for code, n := range r.ByReason {
		out.Reasons = append(out.Reasons, c.reasonCount(ctl, code, n))
	}
	for code, n := range r.ByBecause {
		out.NotApplicable = append(out.NotApplicable, c.reasonCount(ctl, code, n))
	}
	for code := range ctl.Observations {
		out.Observations = append(out.Observations, c.reasonCount(ctl, code, r.Observed[code]))
	}
	if n := r.Observed[controls.LapsedCode]; n > 0 {
		out.Observations = append(out.Observations, c.reasonCount(ctl, controls.LapsedCode, n))
	}
	slices.SortFunc(out.Reasons, mostFrequent)
	slices.SortFunc(out.NotApplicable, mostFrequent)
	slices.SortFunc(out.Observations, mostFrequent)
	for i, col := range ctl.Columns {
		if saysWhen(ctl, i) {
			continue
		}
		out.Columns = append(out.Columns, reports.Column{
			Title: c.in(col.Title), Type: reports.ColumnType(orText(col.Type)), Width: col.Width,
		})
	}
	out.Labelled = ctl.Label != ""
	out.Linked = ctl.Link != "" || slices.ContainsFunc(ctl.Population.Also, func(p controls.Population) bool { return p.Link != "" })
	out.Items = c.items(ctl, r.Items())
	out.Exceptions = c.items(ctl, r.AllExceptions())
	tally := reports.NewTally(c.manifest.Period, c.location)
	charts := c.chartTallies(ctl)
	answered := map[responses.Kind]int64{}
	for i, err := range r.Items() {
		if err != nil {
			return reports.Control{}, err
		}
		tally.Add(i.Time, i.Verdict)
		for n := range charts {
			charts[n].Add(ctl.Charts[n].PartOf(i.Verdict, i.Reasons, i.Observations), i.Time, i.Group)
		}
		if r := c.answers.Of(ctl.ID, i.ID); r != nil {
			answered[r.Kind]++
		}
	}
	out.Days = tally.Days()
	for _, t := range charts {
		out.Charts = append(out.Charts, t.Chart())
	}
	for kind, n := range answered {
		out.Responses = append(out.Responses, reports.ReasonCount{Code: string(kind), Text: c.in(kind.Name()), N: n})
	}
	slices.SortFunc(out.Responses, mostFrequent)
	out.Sample, out.ExemptSample = c.sample(ctl, ""), c.sample(ctl, sampling.Exempt)
	return out, nil
}

// sample is what was drawn for a control, or nil.
func (c *contents) sample(ctl *controls.Control, of string) *reports.Sample {
	if c.samples == nil {
		return nil
	}
	s := c.samples.FindOf(ctl.ID, of)
	if s == nil {
		return nil
	}
	out := &reports.Sample{Exempt: of == sampling.Exempt, Population: s.Population, NotApplicable: s.NotApplicable, Size: s.Size, SizedBy: c.in(s.SizeText(ctl.Frequency)), Seed: s.Seed}
	for _, d := range s.drawn {
		out.Drawn = append(out.Drawn, reports.DrawnItem{
			Item: c.item(ctl, d.Item), Rank: d.Rank, State: reports.DrawnState(d.State),
			Reason: d.Replacement.Reason, By: d.Replacement.By, Date: d.Replacement.Date,
		})
	}
	return out
}

func (c *contents) reasonCount(ctl *controls.Control, code string, n int64) reports.ReasonCount {
	return reports.ReasonCount{Code: code, Text: ctl.ReasonForm(code, c.manifest.Lang), N: n}
}

func mostFrequent(a, b reports.ReasonCount) int {
	return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Code, b.Code))
}

func orText(t controls.ColumnType) controls.ColumnType {
	if t == "" {
		return controls.TextColumn
	}
	return t
}

// items puts a control's items into the pack's language as they are read.
func (c *contents) items(ctl *controls.Control, all iter.Seq2[evaluation.Item, error]) func() iter.Seq2[reports.Item, error] {
	return func() iter.Seq2[reports.Item, error] {
		return func(yield func(reports.Item, error) bool) {
			for i, err := range all {
				if !yield(c.item(ctl, i), err) || err != nil {
					return
				}
			}
		}
	}
}

func (c *contents) item(ctl *controls.Control, i evaluation.Item) reports.Item {
	out := reports.Item{ID: i.ID, Label: i.Label, Group: i.Group, Time: i.Time, Verdict: i.Verdict, Link: i.Link, SHA256: i.SHA256, Record: i.Record}
	for _, r := range i.Reasons {
		out.Reasons = append(out.Reasons, reports.Reason{Code: r.Code, Text: ctl.ReasonTextIn(r, c.manifest.Lang, c.location)})
	}
	for _, o := range i.Observations {
		out.Observations = append(out.Observations, reports.Reason{Code: o.Code, Text: ctl.ReasonTextIn(o, c.manifest.Lang, c.location)})
	}
	if r := c.answers.Of(ctl.ID, i.ID); r != nil {
		out.Response = c.response(r)
	}
	for n, f := range i.Fields {
		if !saysWhen(ctl, n) {
			out.Fields = append(out.Fields, reports.Field(f))
		}
	}
	return out
}

func (c *contents) response(r *responses.Response) *reports.Response {
	out := &reports.Response{
		Kind: c.in(r.Kind.Name()), Text: c.in(r.Text), Owner: r.Owner, Approver: r.Approver,
		Approved: r.Approved, Ticket: r.Ticket, File: path.Join(ResponsesDir, r.File),
	}
	if !r.Expires.IsZero() {
		out.LastDay = r.Expires.AddDate(0, 0, -1)
	}
	return out
}

// saysWhen reports whether a column repeats the item's time under no name of its own:
// reports give each item's time anyway.
func saysWhen(ctl *controls.Control, column int) bool {
	col := ctl.Columns[column]
	own := ctl.Population.Time == "" || col.Path == ctl.Population.Time
	return len(ctl.Population.Also) == 0 && own && col.Type == controls.TimeColumn && col.Title.EN == "Time"
}

func (c *contents) population(ctl *controls.Control) reports.Population {
	kinds := ctl.Population.Kinds()
	p := reports.Population{Kind: strings.Join(kinds, ", "), Definition: c.in(PopulationDefinition(ctl.Population))}
	var titles []string
	for _, k := range kinds {
		titles = append(titles, c.kindTitle(k))
	}
	p.KindTitle = strings.Join(titles, c.in(evidence.Text{JA: "、", EN: ", "}))
	ofClaims := kinds[0] == sealed.ClaimKind
	recorded := ctl.Recorded()
	for _, d := range c.sources {
		for _, claim := range d.Claims {
			if slices.Contains(recorded, claim.Kind) || ofClaims && accepts(ctl.Population.Where, claim.Claim) {
				p.Claims = append(p.Claims, c.claim(d, claim))
			}
		}
	}
	return p
}

// accepts reports whether a population of claims may have a claim in it, by the
// fields that say what was measured and how.
func accepts(w evidence.Where, claim evidence.Claim) bool {
	if len(w) == 0 {
		return true
	}
	return slices.ContainsFunc(w, func(c evidence.Clause) bool {
		for field, value := range map[string]string{"kind": claim.Kind, "method": string(claim.Method)} {
			if accepted, ok := c[field]; ok && !slices.Contains(accepted, value) {
				return false
			}
		}
		return true
	})
}

// kindTitle finds a kind's title with the driver that yields it.
func (c *contents) kindTitle(kind string) string {
	if kind == sealed.ClaimKind {
		return c.in(evidence.Text{JA: "網羅性の検証結果(収集単位ごと)", EN: "completeness claims, one a unit of collection"})
	}
	if k, ok := derived.Of(kind); ok {
		return c.in(k.Title)
	}
	for _, d := range c.drivers {
		for _, k := range d.Kinds {
			if k.Name == kind {
				return c.in(k.Title)
			}
		}
	}
	return kind
}

func (c *contents) source(d sealed.Description) reports.Source {
	out := reports.Source{
		Name: d.Name, System: c.system(d.Driver), Location: d.Location, Identity: strings.Join(d.Identities, ", "),
		Host: strings.Join(d.Hosts, ", "), Tool: strings.Join(d.Tools, ", "), From: d.From, To: d.To,
	}
	out.Answers = answersOf(d.Name, c.leaves)
	for _, k := range d.Kinds {
		kind := c.kindTitle(k) + " (" + k + ")"
		out.Kinds = append(out.Kinds, kind)
		if d.Forms[k] == evidence.Snapshot {
			out.States = append(out.States, k)
		}
		if n, ok := c.records[k]; ok {
			out.Records = append(out.Records, reports.RecordCounts{
				Kind: kind, Sealed: n.Sealed, Again: n.Duplicates, Earlier: n.Versions, Distinct: n.Distinct(),
			})
		}
	}
	for _, w := range d.Want {
		out.Requested = append(out.Requested, fmt.Sprintf("%s: %s %s", w.For, w.Kind, Definition(w.Where))+c.in(aroundText(w)))
	}
	for _, r := range d.Requests {
		out.Requests = append(out.Requests, reports.Request(r))
	}
	for _, claim := range d.Claims {
		out.Claims = append(out.Claims, c.claim(d, claim))
	}
	for _, u := range d.Unreadable {
		out.Failures = append(out.Failures, reports.Finding{Code: string(sealed.Unreadable), Text: c.in(sealed.Unreadable.Text()), Object: d.Name, Detail: u})
	}
	for _, f := range d.Failures {
		out.Failures = append(out.Failures, reports.Finding{Code: string(sealed.Failed), Text: c.in(sealed.Failed.Text()),
			Object: f.Scope.String(), Window: f.Window, Detail: f.Error})
	}
	for _, day := range d.Days {
		out.Days = append(out.Days, reports.Day{Date: day.Date, State: DayState(day), Units: day.Units, Bad: day.Bad, Until: day.Until})
	}
	return out
}

func (c *contents) driver(name string) collectors.Driver {
	i := slices.IndexFunc(c.drivers, func(d collectors.Driver) bool { return d.Name == name })
	if i < 0 {
		return collectors.Driver{Name: name, Title: evidence.Text{JA: name, EN: name}}
	}
	return c.drivers[i]
}

func (c *contents) system(driver string) string { return c.in(c.driver(driver).Title) }

func (c *contents) claim(d sealed.Description, claim sealed.ClaimOf) reports.Claim {
	text := func(code string) string { return c.in(c.driver(d.Driver).Text(code)) }
	out := reports.Claim{
		Source: d.Name, Kind: claim.Kind, Method: c.in(methodText(claim.Method)), Basis: c.in(basisText(claim.Method)), Listed: claim.Method == evidence.PagesExhausted, Scope: claim.Scope.String(),
		Window: claim.Window, Unit: text(claim.Unit), Expected: claim.Expected, Found: claim.Found,
		Satisfied: claim.Satisfied(), Collected: claim.Collected,
	}
	if why, unread := claim.Unread(); unread {
		f := finding(why, text)
		out.Unread = &f
	}
	for _, n := range claim.Counts {
		out.Counts = append(out.Counts, reports.Figure{Code: n.Code, Name: text(n.Code), For: n.For, N: n.N})
	}
	for _, f := range claim.Gaps {
		out.Gaps = append(out.Gaps, finding(f, text))
	}
	for _, f := range claim.Notes {
		out.Notes = append(out.Notes, finding(f, text))
	}
	return out
}

func finding(f evidence.Finding, text func(string) string) reports.Finding {
	return reports.Finding{Code: f.Code, Text: text(f.Code), Object: f.Object, Window: f.Window, Detail: f.Detail}
}
