// Package reports holds what a pack tells its reader, apart from how it is
// rendered. A renderer (xlsx, pdf) is a pure function of a [Pack]: the same
// pack gives the same bytes. Every number that a renderer shows stands in the
// pack; no renderer counts for itself.
package reports

import (
	"io"
	"iter"
	"time"

	"github.com/evidencepack/evidence"
)

// Renderer writes one file of a pack.
type Renderer interface {
	// Name is the file's name within the pack: "report.pdf".
	Name() string
	// Render writes the file. It reads no clock, no network and no file.
	Render(w io.Writer, p *Pack) error
}

// Pack is everything that is told of one organisation, period and framework.
type Pack struct {
	Organisation string // in the pack's language
	Framework    Framework
	Period       evidence.Period
	PeriodName   string         // "2026-10"
	Location     *time.Location // the organisation's time zone: every time is shown in it
	Lang         evidence.Lang
	Demo         bool // simulated data: marked on every page
	Open         bool // the period had not ended when the evidence was collected

	AsOf         time.Time // when the evidence was collected: the only clock of an evaluation
	PreparedBy   string    // from configuration; may be empty
	Distribution string    // who may have the pack, from configuration; may be empty
	Recipients   []Recipient
	Assertion    *Assertion // nil: management asserts nothing in the pack
	Tool         string     // "evidence v0.1.0"
	Checkpoint   Checkpoint
	Signer       Signer

	Sources   []Source
	Controls  []Control // in the order of their IDs
	Sampling  Sampling
	Registers []Register // lists across controls, in the order of their IDs
	Delta     *Delta     // what changed since an earlier period; nil: nothing was compared
	NoDelta   NoDelta    // why nothing was compared
	Files     []File     // hashes of the pack's files that are not reports
	Window    *Window    // nil: it is not told
	// Attachments are files that the document carries in it, in the order of their names.
	Attachments []Attachment
	Redaction   *Redaction // what was replaced in an auditor's copy; nil: the pack holds the originals
	Limits      []string   // what this pack does not prove, in plain words and the pack's language
}

// Redaction says of an auditor's copy what was replaced, in the pack's language.
type Redaction struct {
	Levels string // the data levels that were redacted
	Rules  []RedactionRule
	Key    string // names the key that pseudonyms follow from, and does not tell it
	Ask    string // how a reader gets the original of a record
	Zones  []RedactionZone
}

// RedactionZone is what the pseudonyms of addresses in the same named networks begin with.
type RedactionZone struct {
	Prefix    string
	Names     string // of locations and ranges; empty: addresses in none
	Addresses int64  // distinct
}

// RedactionRule is what became of a field.
type RedactionRule struct {
	Kind, Field, Level string
	As                 string // in words
	Values             int64  // distinct values that it replaced in the records of the evidence files
	Occurrences        int64  // and in how many places
}

// Recipient is one of those whom the pack is made for.
type Recipient struct{ Name, Organisation, Purpose string }

// Assertion is what management itself asserts of its controls: the organisation's own words.
type Assertion struct {
	Text      string
	Signatory string    // name and title
	Date      time.Time // the day; zero: none is given
}

// Framework is a standard, or an organisation's own control objectives, and
// which controls serve each of its items.
type Framework struct {
	ID    string // "soc1"
	Title string
	Items []FrameworkItem
}

// FrameworkItem is one control objective, Annex A control or requirement.
type FrameworkItem struct {
	ID       string // "CM-1", "A.8.15"
	Title    string
	Group    string   // the heading it stands under; may be empty
	Controls []string // IDs of controls that serve it; may be empty, and then says so
}

// Checkpoint is the seal: what the locker's log held when the evidence was judged.
type Checkpoint struct {
	Origin   string // the log's name
	Size     int64  // leaves
	Root     string // hex SHA-256 root of the Merkle tree
	SealedAt time.Time
	KeyID    string // the name and hash of the key that signed it
}

// Signer is whose key signs the pack.
type Signer struct {
	Name        string // certificate subject or key name
	Person      string // who signs, as the organisation names them; may be empty
	Role        string // as what they sign; may be empty
	Algorithm   string // "Ed25519", "ECDSA P-256", "RSA 3072"
	Fingerprint string // "SHA256:…" of the public key (SPKI)
	Ephemeral   bool   // a demonstration key that proves nothing about who signed
}

// Control is one control's test for the period.
type Control struct {
	ID        string
	Title     string
	Activity  string // what the organisation does
	Procedure string // how it is tested
	Owner     string
	Frequency string   // in words
	Framework []string // the items of the pack's framework that it serves

	Result     evidence.Result
	Why        []string // why it is not evaluable, one sentence each; empty otherwise
	Population Population
	Counts     Counts
	Responses  []ReasonCount // exceptions by the kind of their response, most frequent first
	Reasons    []ReasonCount // exceptions by reason, most frequent first
	// NotApplicable counts items by why the control does not apply to them, most
	// frequent first; empty where its test does not say.
	NotApplicable []ReasonCount
	// Observations counts items of any verdict by what was observed of them, most
	// frequent first: every observation that the control can make, with 0 too.
	Observations []ReasonCount
	Days         []DayCounts // Counts by day of the period, as [Tally] makes them; empty: no chart
	Charts       []Chart     // that the control declares

	Columns  []Column
	Labelled bool // its items have labels
	Linked   bool // its items have links to their source
	// Items iterates the population in time order, from the beginning at every
	// call. A renderer refuses a pack whose items do not add up to Counts.
	Items func() iter.Seq2[Item, error]
	// Exceptions iterates those of them that are exceptions, in the same order.
	Exceptions func() iter.Seq2[Item, error]

	Sample       *Sample // what was drawn for the auditor; nil: nothing was
	ExemptSample *Sample // likewise, of the items that exemptions leave out

	Rules      []RuleFile // policy.rego, then the library modules that it uses
	Parameters []Parameter
	Added      []AddedValue // values of the parameters that redaction put there, in an auditor's copy
	Exemptions []Exemption  // what the parameters leave out
	Exempt     int64        // items of Counts.NotApplicable that an exemption leaves out
	Unapproved int64        // items whose verdict rests on an exemption without a recorded approver
}

// RuleFile is a file of the rules that a control's items were judged by.
type RuleFile struct {
	Name   string // "policy.rego", "lib/text.rego"
	SHA256 string
	Shared bool // a library module: the same file for every control that uses it
}

// Population says what a control's items are.
type Population struct {
	Kind       string
	KindTitle  string
	Definition string  // the selection, written out
	Claims     []Claim // what its completeness rests on
}

// Counts of a population's items by verdict. Total is the sum of the others.
type Counts struct {
	Total, Passed, Exceptions, NotApplicable, Pending, Undetermined int64
}

// ReasonCount is how many exceptions have a reason, or how many items an
// observation. An item may have several.
type ReasonCount struct {
	Code string
	Text string
	N    int64
}

// Parameter is one setting that the policy was given.
type Parameter struct{ Name, Value string }

// AddedValue is a value of a parameter that the organisation did not write: redaction put it
// beside a pattern, whose accounts have pseudonyms that it would not match.
type AddedValue struct{ Parameter, Value, Pattern string }

// Column is a key field of a population that readers see.
type Column struct {
	Title string
	Type  ColumnType
	Width float64 // in characters; 0: by type
}

// ColumnType says how a field is shown.
type ColumnType string

const (
	TextColumn   ColumnType = "text"
	TimeColumn   ColumnType = "time"
	NumberColumn ColumnType = "number"
	DiffColumn   ColumnType = "diff" // lines of text: "+" begins what was added, "-" what was taken away
)

// Item is one item of a population with its verdict.
type Item struct {
	ID      string
	Label   string // what people call it, "acme/app#12"; may be empty
	Group   string // what it is of, where a control groups its items: a security group; may be empty
	Time    time.Time
	Verdict evidence.Verdict
	Reasons []Reason
	Fields  []Field // one for each Column
	Link    string  // where the source shows it; may be empty
	SHA256  string  // of the record's body

	Observations []Reason // what readers should know of it; changes no verdict

	// Record is the record as the source gave it, in JSON, of the first exceptions of a
	// control; nil of others.
	Record []byte

	Response *Response // what management answered to an exception; nil: nothing
}

// Response is management's answer to an exception. It changes no verdict and no count.
type Response struct {
	Kind     string // in words
	Text     string
	Owner    string    // who answers
	Approver string    // who approved the answer
	Approved time.Time // the day
	Ticket   string    // may be empty
	LastDay  time.Time // on which it holds; zero: it does not lapse
	File     string    // of the pack, that has it
}

// Field is the value of one column: text, or a time, or a number; a field that
// the record does not have is the zero Field.
type Field struct {
	Text   string
	Time   time.Time
	Number float64
	Set    bool // whether the record has it
}

// Reason is why an item is an exception, undetermined or pending, or what was observed of it,
// in the pack's language.
type Reason struct {
	Code string
	Text string
}

// Source is one configured source system, as an IPE sheet tells of it.
type Source struct {
	Name      string // as configured
	System    string // "AWS CloudTrail (S3 archive)"
	Location  string // where it was read, without secrets
	Identity  string // as whom; may be empty: then it could not be determined
	Host      string
	Tool      string
	From, To  time.Time // first and last collection
	Requested []string  // the selections pushed down to it, written out
	Requests  []Request // the first request of each kind, as it was sent
	Answers   Answers   // what the source answered
	Kinds     []string
	Absent    []string       // accounts that other sources tell of, as [Pack.AbsentAccounts] finds them
	States    []string       // kinds of which a record is how a thing stood when it was read
	Records   []RecordCounts // by kind; all sources of a kind together
	Claims    []Claim
	Failures  []Finding // units that could not be read
	Days      []Day     // the coverage calendar, one entry a day of the period
}

// Answers sums up the answers of a source that the evidence was taken from.
type Answers struct {
	N      int64
	Bytes  int64  // of the raw answers
	SHA256 string // of their SHA-256s in the order of the log, each in hex with a line feed
	Dated  int64  // how many bear the source's own time

	// The clock of the machine that collected, as far as it was ahead of the source's:
	// the time at which a batch was written less the source's time of its last answer.
	Clocked     bool
	Least, Most time.Duration
}

// RecordCounts is what became of the sealed records of a kind. Sealed is the sum
// of the others.
type RecordCounts struct {
	Kind     string // its title and name
	Sealed   int64
	Again    int64 // had been sealed before, with the same content
	Earlier  int64 // versions of records that had changed when they were collected again
	Distinct int64 // what is left: the records that controls see
}

// Request is how records of a kind were asked for.
type Request struct{ Kind, Request string }

// Claim is a completeness claim, in the pack's language.
type Claim struct {
	Source    string
	Kind      string
	Method    string // in words
	Basis     string // what Expected rests on by this method, in a sentence
	Listed    bool   // read to the source's own end, without a count to match
	Scope     string // "account=… region=…"
	Window    evidence.Period
	Unit      string // what Expected and Found count
	Expected  int64
	Found     int64
	Satisfied bool
	// Unread is why nothing of the scope was read; nil: it was read. Such a claim is
	// satisfied, and its numbers are of nothing that was compared.
	Unread    *Finding
	Counts    []Figure
	Gaps      []Finding
	Notes     []Finding
	Collected time.Time
}

// Figure is a count with its name in the pack's language.
type Figure struct {
	Code string
	Name string
	For  string // the control, where the figure is one of several
	N    int64
}

// Finding is a gap or a note, in the pack's language.
type Finding struct {
	Code   string
	Text   string
	Object string
	Window evidence.Period // zero: no particular time
	Detail string
}

// Day is one day of a source's coverage calendar.
type Day struct {
	Date  time.Time // midnight in the organisation's time zone
	State DayState
	Units int // units of that day
	Bad   int // of these, how many are missing or have gaps
	// Until is, of a provisional day, when the last of it can be collected for good.
	Until time.Time
}

// Window is the time that an examination covers, of which the pack's period is a part: a
// SOC 1 type 2 report covers six to twelve months.
type Window struct {
	Name    string // "FY2026", "2025-11-01..2026-11-01"
	Period  evidence.Period
	Sources []WindowSource
	Months  []Month // of the window, in order
}

// WindowSource is the coverage calendar of a source through the window.
type WindowSource struct {
	Name, System string
	Days         []Day // without units
}

// Month is one month of the window: the results that its own pack of the framework gave.
type Month struct {
	Name    string
	Pack    string // SHA-256 of that pack's manifest; empty: there is no pack of the month
	Results map[string]evidence.Result
}

// Attachment is a file that the document carries in it, so that machines read there
// what people do.
type Attachment struct {
	File               // Path is its name
	MediaType   string // "application/json"
	Description string // in the pack's language
	// Open opens its content. Nil: it is too large to be carried, and the reader is told so.
	Open func() (io.ReadCloser, error)
}

// File is one file of the pack.
type File struct {
	Path   string
	Size   int64
	SHA256 string
}
