// Package delta tells what changed between two audit periods: results,
// populations and exceptions, and to what each change is owed.
//
// The earlier period is what a pack said of it, with the controls, parameters and
// responses of then, or it was evaluated anew with those of today. Where the rules
// or parameters of a control differ, the later period's evidence is judged by the
// earlier ones too. What that gives is a fact, and stands between the two outcomes:
// what differs before it is owed to the evidence, what differs after it to the rules.
//
// Comparing reads neither clock nor network: the same sides give the same delta.
package delta

import (
	"slices"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/responses"
	"github.com/evidencepack/evidence/internal/sealed"
)

// Side is one of the two periods that are compared.
type Side struct {
	Name      string          // "2026-10"
	Period    evidence.Period // in the organisation's time zone
	Results   *evaluation.Results
	Answers   *responses.Answers
	Library   *controls.Library   // the controls that gave the results, with their parameters
	Framework *controls.Framework // nil: no mapping is compared
	Tool      string              // that evaluated it: "evidence v0.1.0"
	Pack      *Pack               // that the results were read from; nil: they were evaluated from the locker

	// Same gives items of different identities that are one thing the same name, as in copies
	// whose pseudonyms tell more in one month than in another; nil: identities are names.
	Same func(id string) string
}

// Pack names a pack that a side was read from.
type Pack struct {
	ManifestSHA256 string `json:"manifest_sha256"` // hex, of its manifest.json
	Framework      string `json:"framework"`
	Signer         string `json:"signer"` // fingerprint of the key that signed it
}

// Delta is what changed: the content of delta.json.
type Delta struct {
	Earlier  Subject   `json:"earlier"`
	Later    Subject   `json:"later"`
	Cautions []Caution `json:"cautions,omitempty"`
	Sources  []Source  `json:"sources,omitempty"` // that changed
	Controls []Control `json:"controls"`          // all that either period has, in the order of their IDs
}

// Subject is one of the two periods as the delta names it.
type Subject struct {
	Name   string          `json:"name"`
	Period evidence.Period `json:"period"`
	Days   int             `json:"days"`
	AsOf   time.Time       `json:"as_of,omitzero"`
	Open   bool            `json:"open,omitempty"`
	Tool   string          `json:"tool"`
	Pack   *Pack           `json:"pack,omitempty"`
}

// Caution is what a reader of the delta must know of the comparison as a whole.
type Caution string

// The cautions.
const (
	OtherLength  Caution = "other_length"  // the periods are not of one length: only shares compare
	Overlapping  Caution = "overlapping"   // what lies in both periods is in both populations
	Apart        Caution = "apart"         // the periods do not follow each other
	EarlierOpen  Caution = "earlier_open"  // its evidence was collected before it ended
	LaterOpen    Caution = "later_open"    // likewise
	OtherTool    Caution = "other_tool"    // another version of the tool judged the earlier period
	OtherSources Caution = "other_sources" // the evidence comes from other sources
)

// Source is a source whose configuration as evaluation knows it changed.
type Source struct {
	Name     string         `json:"name"`
	Presence Presence       `json:"presence"`
	Before   *sealed.Source `json:"before,omitempty"`
	After    *sealed.Source `json:"after,omitempty"`
}

// Presence says in which of the two periods something is.
type Presence string

// The three presences.
const (
	New   Presence = "new"   // in the later alone
	Still Presence = "still" // in both
	Gone  Presence = "gone"  // in the earlier alone
)

// Cause is what a change of an outcome is owed to.
type Cause string

// The causes. The first three are found by evaluation; not separated is what remains
// where that could not be done.
const (
	Target       Cause = "target"     // the evidence: what happened, or how things stand
	Rules        Cause = "rules"      // the policy, its library, or the definition of what is tested
	Parameters   Cause = "parameters" // the settings of the control
	NotSeparated Cause = "not_separated"
	Library      Cause = "library" // the control was added, or taken out
)

// Control is one control compared.
type Control struct {
	ID       string   `json:"id"`
	Presence Presence `json:"presence"` // of the control itself
	Before   *State   `json:"before,omitempty"`
	After    *State   `json:"after,omitempty"`
	Changes  []Change `json:"changes,omitempty"` // of the control itself

	// Steps lead from Before to After where rules or parameters changed: what the
	// later evidence gives by the earlier ones.
	Steps []Step `json:"steps,omitempty"`
	// Undivided says why there are no steps although there should be; Detail is the
	// error, where it was one.
	Undivided Undivided `json:"undivided,omitempty"`
	Detail    string    `json:"detail,omitempty"`

	ResultCauses []Cause `json:"result_causes,omitempty"` // of another result, or of none where it changed and changed back
	Causes       []Cause `json:"causes,omitempty"`        // of another result or other counts

	New        int64       `json:"new"`                  // exceptions
	Still      int64       `json:"still"`                // likewise
	Gone       int64       `json:"gone"`                 // likewise
	Exceptions []Exception `json:"exceptions,omitempty"` // new, still there, gone; each in the order of time
}

// State is what a control's test came to.
type State struct {
	Result   evidence.Result   `json:"result"`
	Counts   evaluation.Counts `json:"counts"`
	ByReason map[string]int64  `json:"exceptions_by_reason,omitempty"`
	Missing  []sealed.Missing  `json:"missing,omitempty"`
	Error    string            `json:"error,omitempty"`
	Answered int64             `json:"answered"` // exceptions with a response
}

// Step is the later evidence judged by earlier rules, earlier parameters, or both.
type Step struct {
	EarlierRules bool `json:"earlier_rules,omitempty"`
	State
}

// Undivided is why the later evidence could not be judged by the earlier rules.
type Undivided string

// The reasons.
const (
	OtherEvidence Undivided = "other_evidence" // the earlier rules read what was not collected, or is not in the pack
	DoesNotRun    Undivided = "does_not_run"   // they do not compile, or break on the evidence
)

// Aspect is what of a control itself changed.
type Aspect string

// The aspects.
const (
	Policy     Aspect = "policy"     // policy.rego or a module of the library; Name is the file, the values are SHA-256
	Definition Aspect = "definition" // what is tested and joined; Name is the member of control.yaml
	Wording    Aspect = "text"       // texts and how items are shown, which judge nothing; Name likewise
	Parameter  Aspect = "parameter"  // Name is the parameter's, the values are JSON
	Owner      Aspect = "owner"
	Mapping    Aspect = "mapping" // the framework's items that it serves
)

// Change is one such change. A value that there is not is empty.
type Change struct {
	Aspect Aspect `json:"aspect"`
	Name   string `json:"name,omitempty"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Exception is an exception of either period.
type Exception struct {
	Presence  Presence          `json:"presence"`
	ID        string            `json:"id"`                   // in the later period, or in the earlier if it is gone
	EarlierID string            `json:"earlier_id,omitempty"` // of one that is still there, where it differs
	Label     string            `json:"label,omitempty"`
	Time      time.Time         `json:"time"`
	Reasons   []controls.Reason `json:"reasons,omitempty"`
	Before    []controls.Reason `json:"earlier_reasons,omitempty"` // of one that is still there, where their codes differ
	Cause     Cause             `json:"cause,omitempty"`           // of one that is new or gone
	// Now is the verdict, in the later period, of the item of one that is gone, and
	// Absent says that it is not in the population any more, where that says anything:
	// an event never is. Neither is known where several items have one name.
	Now    evidence.Verdict `json:"now,omitempty"`
	Absent bool             `json:"absent,omitempty"`

	Response Response `json:"response,omitzero"`
}

// Response is what became of the response to an exception.
type Response struct {
	Change ResponseChange `json:"change,omitempty"`
	Before responses.Kind `json:"before,omitempty"`
	After  responses.Kind `json:"after,omitempty"`
}

// ResponseChange says how a response to an exception that is still there changed.
type ResponseChange string

// The changes of responses.
const (
	Answered ResponseChange = "answered"  // it had none
	Reworded ResponseChange = "changed"   // it is of another kind
	Lapsed   ResponseChange = "lapsed"    // it held until a day that has passed, and there is no other
	NotAgain ResponseChange = "not_again" // it had not lapsed, and nobody answered again in the later period
)

// Name is what people call the exception.
func (e Exception) Name() string {
	if e.Label != "" {
		return e.Label
	}
	return e.ID
}

// ResultChanged reports whether its result is another, or the control is new or gone.
func (c *Control) ResultChanged() bool {
	return c.Before == nil || c.After == nil || c.Before.Result != c.After.Result
}

// Changed reports whether anything of it changed: an exception that is still there,
// with the same reasons and the same response, is no change.
func (c *Control) Changed() bool {
	return c.ResultChanged() || len(c.Changes) > 0 || len(c.Causes) > 0 || c.New > 0 || c.Gone > 0 ||
		slices.ContainsFunc(c.Exceptions, func(e Exception) bool { return e.Response.Change != "" || e.Before != nil })
}
