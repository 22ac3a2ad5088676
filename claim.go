package evidence

import (
	"slices"
	"time"
)

// Method is a way in which completeness was measured.
type Method string

const (
	DigestChain       Method = "digest-chain"       // CloudTrail: expected digests found, signed, chained, every listed file's hash right
	SourceCount       Method = "source-count"       // the source says N, N were kept
	PagesExhausted    Method = "pages-exhausted"    // every page was read up to the source's own end
	HistoryReconciled Method = "history-reconciled" // every commit belongs to a member of the population or is listed
	FileChecksum      Method = "file-checksum"      // the file is the one whose checksum was given
)

// Claim measures how complete the records of one unit are. A claim is
// satisfied, or it says by name what is missing; there is no third state.
type Claim struct {
	Kind     string    `json:"kind"`            // the record kind it speaks for
	Method   Method    `json:"method"`          // how it was measured
	Scope    Scope     `json:"scope"`           // where
	Window   Period    `json:"window"`          // when: the part of the period it speaks for
	Unit     string    `json:"unit"`            // a code for what Expected and Found count: "hourly_digests", "pages"
	Expected int64     `json:"expected"`        // how many there should be
	Found    int64     `json:"found"`           // how many there are and are sound
	Counts   []Count   `json:"counts"`          // what was read, kept and left, in reading order
	Gaps     []Finding `json:"gaps"`            // what is missing or wrong; empty when satisfied
	Notes    []Finding `json:"notes,omitempty"` // what a reader must know although nothing is missing: a weaker method, clock skew
}

// Satisfied reports whether nothing is missing.
func (c Claim) Satisfied() bool { return len(c.Gaps) == 0 && c.Found == c.Expected }

// The codes of notes that mean the same whoever makes the claim.
const (
	// NotSettled: the unit was read while late records might still arrive. The note's
	// window is from the reading until none will.
	NotSettled = "not_settled"

	// LeftOut: the settings leave the scope out of collection, and nothing of it was read.
	// The note's detail says why.
	LeftOut = "left_out"

	// NotActive: the source's own account is suspended or closed, and nothing of it was read.
	NotActive = "account_not_active"
)

// Unread finds the note by which nothing of the claim's scope was read. Such a claim is
// satisfied, and says nothing of what is there.
func (c Claim) Unread() (why Finding, unread bool) {
	i := slices.IndexFunc(c.Notes, func(f Finding) bool { return f.Code == LeftOut || f.Code == NotActive })
	if i < 0 {
		return Finding{}, false
	}
	return c.Notes[i], true
}

// Provisional returns until when records of a part of the claim's window may still arrive
// by what the claim says, and zero if that part had settled when it was read. A reading of
// a month is provisional for its last days alone.
func (c Claim) Provisional(part Period) (until time.Time) {
	for _, n := range c.Notes {
		if n.Code != NotSettled || !c.Window.Overlaps(part) {
			continue
		}
		settles := n.Window.End.Sub(c.Window.End) // how late records may be
		if part.End.Add(settles).After(n.Window.Start) && n.Window.End.After(until) {
			until = n.Window.End
		}
	}
	return until
}

// Count is one figure of a claim: a code ("events_read", "events_kept") and,
// where the figure is one of several of its code, what it is for ("LOG-01").
type Count struct {
	Code string `json:"code"`
	For  string `json:"for,omitempty"`
	N    int64  `json:"n"`
}

// Finding is one thing that a claim reports. The driver's Texts explain the code
// in both languages; Object names the thing itself.
type Finding struct {
	Code   string `json:"code"`             // "digest_missing", "log_hash_mismatch"
	Object string `json:"object"`           // the digest, log file, page, account it is about
	Window Period `json:"window,omitzero"`  // the time it concerns, where there is one
	Detail string `json:"detail,omitempty"` // what was seen, in plain English: expected and found values, the source's error

	// Forgotten: the source keeps no longer what is missing, as it keeps nothing of
	// that age. An earlier reading that had it whole is not undone by this.
	Forgotten bool `json:"forgotten,omitempty"`
}

// Forgotten reports whether some claim is not satisfied, and all that are not lack
// only what the source no longer keeps.
func Forgotten(claims []Claim) bool {
	some := false
	for _, c := range claims {
		if c.Satisfied() {
			continue
		}
		some = true
		if len(c.Gaps) == 0 || slices.ContainsFunc(c.Gaps, func(f Finding) bool { return !f.Forgotten }) {
			return false
		}
	}
	return some
}
