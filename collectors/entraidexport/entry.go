package entraidexport

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// shape is a way in which exports write records. Of one record in several shapes
// the first here says the most: it is kept, and the others add nothing to it.
type shape int8

const (
	diagnostic shape = iota // what the diagnostic settings write
	graph                   // JSON as Graph answers and the admin centre gives it
	tabular                 // CSV of the admin centre
)

// entry is what an element is.
type entry struct {
	line     int
	shape    shape
	tenant   string // empty: the element does not say
	category string // of the diagnostic settings
	kind     string // empty: it is of a category that is not read
	id       string
	at       time.Time
	body     func() string // Graph's JSON
	like     [16]byte      // of a directory audit: what it has in common with its row in a CSV
	part     subsecond     // likewise; as much as it and the row give of it must be equal
	doubts   []string      // what of it is not known, and therefore left out of the body
	unsure   bool          // a sign-in whose type neither it nor the file's name says
}

var errNeither = errors.New("it is neither a line of the diagnostic settings nor an object of Microsoft Graph's sign-ins, directory audits, risk detections or risky users")

// entryOf tells what an element is. It is a *flaw where that cannot be told.
func entryOf(e element) (entry, error) {
	if e.row != nil {
		return tabularEntry(e)
	}
	object := gjson.ParseBytes(e.raw)
	if !object.IsObject() {
		return entry{}, &flaw{e.line, "record_invalid", errNeither}
	}
	if env, ok := envelopeOf(object); ok {
		return diagnosticEntry(e.line, env)
	}
	return graphEntry(e.line, object)
}

func diagnosticEntry(line int, env envelope) (entry, error) {
	c, ok := categoryNamed(env.category)
	if !ok {
		return entry{line: line, tenant: env.tenant, category: env.category}, nil
	}
	out := entry{line: line, shape: diagnostic, tenant: env.tenant, category: c.name, kind: c.kind, body: func() string { return env.graph(c) }}
	return out.identified(env.properties)
}

// graphEntry is an object as Graph writes it. Its tenant is not in it: a sign-in has
// those of the user and of the resource, and either may be another.
func graphEntry(line int, object gjson.Result) (entry, error) {
	c, ok := graphCategory(object)
	if !ok {
		return entry{}, &flaw{line, "record_invalid", errNeither}
	}
	body := func() string { return object.Raw }
	switch c.kind {
	case SignIn:
		body = func() string { return members(signInRules(envelope{}))(object.Raw) }
	case DirectoryAudit:
		body = func() string { return members(auditRules)(object.Raw) }
	}
	out := entry{line: line, shape: graph, category: c.name, kind: c.kind, body: body}
	return out.identified(object.Raw)
}

// graphCategory is the category that the diagnostic settings would give an object.
func graphCategory(object gjson.Result) (c category, ok bool) {
	has := func(name string) bool { return object.Get(name).Type == gjson.String }
	switch {
	case has("activityDateTime") && has("activityDisplayName"):
		return categoryNamed("AuditLogs")
	case has("detectedDateTime") && (has("riskEventType") || has("riskType")):
		return categoryNamed("UserRiskEvents")
	case has("riskLastUpdatedDateTime"):
		return categoryNamed("RiskyUsers")
	case !has("createdDateTime") || !has("appId") && !has("appDisplayName"):
		return category{}, false
	}
	if event := object.Get("signInEventTypes.0"); event.Type == gjson.String {
		return categoryOf(event.Str)
	}
	switch {
	case object.Get("isInteractive").Bool():
		return categoryNamed("SignInLogs")
	case !has("userId") || object.Get("userId").Str == "":
		return categoryNamed("ServicePrincipalSignInLogs")
	}
	return categoryNamed("NonInteractiveUserSignInLogs")
}

// tabularEntry is a row of a CSV.
func tabularEntry(e element) (entry, error) {
	s := e.row.sheet
	if s.kind == "" {
		return entry{line: e.line, shape: tabular, category: "authentication details"}, nil
	}
	body, doubts := s.graph(e.row)
	out := entry{line: e.line, shape: tabular, kind: s.kind, body: func() string { return body }, doubts: doubts}
	if s.kind == DirectoryAudit {
		out.category = "AuditLogs"
	} else if c, ok := categoryOf(e.row.event); ok {
		out.category = c.name
	} else {
		// The columns say users or applications; a note says that it is taken for the
		// usual of either.
		out.unsure = true
		out.category = map[bool]string{true: "SignInLogs", false: "ServicePrincipalSignInLogs"}[s == &userSheet]
	}
	return out.identified(body)
}

// identified adds the identity and the time that stand in an object.
func (e entry) identified(object string) (entry, error) {
	k, _ := kindOf(e.kind)
	e.id = gjson.Get(object, "id").String()
	written := gjson.Get(object, k.at).String()
	at, text, ok := instant(written)
	switch {
	case e.id == "":
		return entry{}, &flaw{e.line, "record_invalid", errors.New("it has no id")}
	case !ok:
		return entry{}, &flaw{e.line, "record_invalid", fmt.Errorf("%s is no time: %s", k.at, clip(written))}
	}
	e.at = at
	switch e.kind {
	case RiskyUser:
		e.id += "@" + text
	case DirectoryAudit:
		e.like, e.part = likeness(object, at), subsecondOf(text)
	}
	return e, nil
}

// likeness is what a directory audit and its row in a CSV, which has no identity,
// have in common, beside the fraction of the second at which it happened.
func likeness(object string, at time.Time) [16]byte {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		strings.ToLower(gjson.Get(object, "correlationId").String()), at.Format(time.RFC3339),
		gjson.Get(object, "activityDisplayName").String(), gjson.Get(object, "targetResources.0.id").String(),
	}, "\x1f")))
	return [16]byte(sum[:16])
}

var (
	tenantPath = regexp.MustCompile(`(?i)(?:^|/)(?:tenantId=|tenants/)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:/|$)`)
	folderID   = regexp.MustCompile(`(?i)(?:^|/)([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/`)
)

// tenantIn is the tenant that a path names, empty when it names none.
func tenantIn(path string) string {
	if m := tenantPath.FindStringSubmatch(path); m != nil {
		return strings.ToLower(m[1])
	}
	return ""
}
