package awsstate

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/internal/awsauth"
)

// reader is what a kind reads a unit with.
type reader struct {
	*source
	unit            evidence.Unit
	kind            kind
	account, region string     // region is empty for kinds that have none
	config          aws.Config // for clients: credentials, region, budgets

	at     cursor
	batch  evidence.Batch
	origin evidence.Origin // what records come from now
	seen   map[string]bool // identities met in this run

	answered bool // the service has, in this run
	yield    func(evidence.Batch, error) bool
}

// noun is a named part of a body.
type noun struct {
	name  string
	value any // of the SDK, or json.RawMessage; a nil pointer is null, a nil list empty
}

// token is what the next page of the unit's list is asked with; nil is for the first.
func (r *reader) token() *string {
	if r.at.Token == "" {
		return nil
	}
	return aws.String(r.at.Token)
}

// next ends a page, and reports whether there is another: a nil or empty token says
// that there is none. What was emitted is handed over.
func (r *reader) next(token *string) (more bool, err error) {
	to := aws.ToString(token)
	if to != "" && to == r.at.Token {
		return false, errCircle
	}
	r.at.Token, r.at.Read = to, to == ""
	return to != "", r.flush()
}

// page says that what is emitted from now on comes from the answer that metadata
// belongs to.
func (r *reader) page(metadata middleware.Metadata) {
	call, _ := metadata.Get(nameKey{}).(string)
	if r.at.Calls == nil {
		r.at.Calls = map[string]int{}
	}
	r.at.Calls[call]++
	resp := awsauth.ResponseOf(metadata)
	r.origin = evidence.Origin{
		Request: fmt.Sprintf("%s %s page %d", call, r.unit.Scope, r.at.Calls[call]),
		SHA256:  resp.SHA256, Size: resp.Size,
	}
	r.origin.Response, _ = awsmiddleware.GetRequestIDMetadata(metadata)
	r.origin.Date, _ = awsmiddleware.GetServerTime(metadata)
	r.origin.Date = r.origin.Date.UTC()
}

type nameKey struct{}

// named is an API option that remembers what was asked: "EC2 DescribeRegions".
func named(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("EvidenceCallName",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleInitialize(ctx, in)
			metadata.Set(nameKey{}, awsmiddleware.GetServiceID(ctx)+" "+awsmiddleware.GetOperationName(ctx))
			return out, metadata, err
		}), middleware.After)
}

// around is the time that the unit's records are wanted of: its window, and what the
// selections reach before and after it.
func (r *reader) around() evidence.Period {
	p := r.unit.Window
	for _, s := range r.unit.Want {
		reach := s.Around(r.unit.Window)
		if reach.Start.Before(p.Start) {
			p.Start = reach.Start
		}
		if reach.End.After(p.End) {
			p.End = reach.End
		}
	}
	return p
}

// snapshot emits how a resource stands. Its identity is account/region/id@time; id is
// empty for what there is one of in each account and region.
func (r *reader) snapshot(id string, nouns ...noun) error {
	parts := slices.DeleteFunc([]string{r.account, r.region, id}, func(p string) bool { return p == "" })
	return r.emit(strings.Join(parts, "/")+"@"+r.at.Taken.Format(time.RFC3339), r.at.Taken, nouns...)
}

// emit counts a record, unless the source gave it before in this run, and keeps it if
// a selection wants it. id is the source's own identity of it.
func (r *reader) emit(id string, when time.Time, nouns ...noun) error {
	if r.seen[id] {
		return nil
	}
	r.seen[id] = true
	body, err := r.body(nouns)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.kind.name, id, err)
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
		if t.Counts == nil {
			t.Counts = map[string]int64{}
		}
		t.Counts["records_not_wanted"]++
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
	if n := len(r.batch.Origins); n == 0 || r.batch.Origins[n-1] != r.origin {
		r.batch.Origins = append(r.batch.Origins, r.origin)
	}
	rec.Origin = len(r.batch.Origins) - 1
	r.batch.Records = append(r.batch.Records, rec)
	return nil
}

// body puts nouns together: {"AccountId": …, "Region": …, "<Noun>": …}.
func (r *reader) body(nouns []noun) ([]byte, error) {
	head := []noun{{"AccountId", r.account}}
	if r.region != "" {
		head = append(head, noun{"Region", r.region})
	}
	return object(append(head, nouns...))
}

// object is a JSON object of nouns, in their order.
func object(nouns []noun) (json.RawMessage, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, n := range nouns {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(n.name)
		if err != nil {
			return nil, err
		}
		b.Write(name)
		b.WriteByte(':')
		if err := encode(&b, n.value); err != nil {
			return nil, fmt.Errorf("%s: %w", n.name, err)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// partly deals with the error of a call beside the list: a refusal is a gap that
// names the object, and the rest goes on.
func (r *reader) partly(object string, err error) error {
	if !refused(err) {
		return err
	}
	r.refuse(r.unit.Scope.String()+" "+object, err)
	return nil
}

// deleted notes something that was in a list, and was not there any more when it was read.
func (r *reader) deleted(what string) {
	r.note(evidence.Finding{Code: "deleted_meanwhile", Object: r.unit.Scope.String() + " " + short(what)})
}

// unnamed notes something that has no identity, and so makes no record.
func (r *reader) unnamed(what string) {
	r.gap(evidence.Finding{Code: "without_identity", Object: r.unit.Scope.String() + ": " + what})
}
