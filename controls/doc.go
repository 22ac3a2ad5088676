// Package controls loads controls, compiles their policies and judges evidence
// by them.
//
// A control is one folder:
//
//	logging/audit-log-stopped/
//	    control.yaml        what an auditor reads: what is done, how it is tested, on which population
//	    policy.rego         the test of one item, or of the whole population
//	    policy_test.rego    its tests, over records in testdata/
//	    testdata/*.json
//	lib/text.rego           functions that policies share, package evidence.lib.text
//	lib/text_test.rego      their tests
//
// [Shipped] holds the controls that come with the module. [Load] reads them,
// overlaid by an organisation's own folders, into a [Library], and
// [Library.Configure] applies settings. [Prepare] compiles one control;
// [Evaluator.Evaluate] streams a population through it and gives an [Outcome].
//
//	lib, err := controls.Load(controls.Shipped(), os.DirFS("our-controls"))
//	c, err := lib.Find("LOG-01")
//	ev, err := controls.Prepare(ctx, c)
//	outcome, err := ev.Evaluate(ctx, controls.Input{Period: p, AsOf: asOf, Evidence: e}, emit)
//
// # What a policy sees
//
// A policy is Rego in package evidence.<id in lower case, hyphens as underscores>.
// Its input is one document, and there is nothing else that it could read:
//
//	{"record":  {…},                     the item's body (scope: each)
//	 "records": [{"id", "time", "record"}], the population (scope: whole)
//	 "related": {"name": [{…}]},         bodies of the records joined to the item
//	 "extracted": {"name": ["…"]},       what Extract found in the item; absent without any
//	 "period":  {"start", "end"},        RFC 3339 in the organisation's time zone
//	 "as_of":   "…",                     when the evidence was collected: the only clock
//	 "params":  {…}}
//
// It defines the partial set exception, of {"code", "detail"}: one element for
// each reason for which the item is an exception. It may define not_applicable
// (true: the control does not apply to the item) and the partial set pending,
// of {"until"}: a deadline that had not passed. The partial set undetermined, of
// {"code", "detail"}, is for what the evidence says and the test cannot decide: with
// such an item, or a pending one, the control is not evaluable. The partial set
// not_applicable_because, of {"code"}, tells why the control does not apply; a
// policy that has it tells so of exactly the items that are not applicable. The
// partial set observation, of {"code", "detail"}, tells what readers should know
// of an item without changing its verdict. With scope whole, elements of these
// sets name their "item", and not_applicable is a set of item IDs.
//
// An exception outweighs undetermined, which outweighs pending, and that
// not_applicable; an item with
// none of them passes. Whatever keeps a policy from judging an item (a runtime
// or builtin error, a reason without a text, an item without a time) fails the
// evaluation with an error: it is never a pass.
//
// Parameters whose names begin with "exempt", and those that Exempting names, leave
// something out. Beside why, an entry of theirs may have approved_by and until (the last
// day): reports show who approved it and until when, and count those that do not say who.
// In a list of texts, {value: "x", approved_by: …} is the text with what is said of it. No policy
// reads these members. Evaluation hands a policy the entries that hold: those whose last
// day, in the organisation's time zone, was not over at the item's own time. That of an item which
// lasts is its end, and no time is taken for later than the period's end, or for earlier than its start. With scope
// whole the period's end counts. An item of which a lapsed exemption would have made
// something else has the observation exemption_lapsed, which names it. Codes of
// not_applicable_because for what is so left out begin with "exempt".
//
// A control may declare charts of its items: which parts they are in, by what the policy
// says of them, and whether they are compared by day or by group. See [Chart].
//
// A policy imports modules of the Rego library, data.evidence.lib.<name>, and sees
// no other data. Modules compute from their arguments: they have no input.
//
// # Large populations
//
// Most items of a large population are judged without the policy: which fields it
// reads before it finds anything is known once it is compiled, and items that are
// alike in those come to the same. What it reads for details, in the elements of
// exception, does not count. So a policy is fast where
//
//   - its bodies read single fields that have few values. Where one has many, as users
//     have names, the rule that reads it gives a constant and has no arguments (exempt
//     if …): it is asked once for each name;
//   - it takes a record apart by references and object.get. A record that is handed
//     to a builtin as a whole is read as a whole; functions of the policy and of the
//     library are looked into;
//   - no body uses with.
//
// The results are the same either way, errors too.
//
// Policies are hermetic: builtins that reach a clock, a network, randomness or
// the process do not exist for them, and every path they read of input is checked
// against the JSON Schema of the record's kind when they are compiled. A field
// that the schema does not list is read with object.get, or listed in a
// schemas/<kind>.json of the organisation's own layer.
package controls
