package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/internal/config"
)

// notifier is a source of the runs of a daily job, all of them well, and of the SNS topic
// that their results are sent to, if AWS lets it be read.
type notifier struct {
	refused bool
	asked   []string // kinds, by the last plan
}

const (
	jobRun   = "github.workflow_run"
	snsTopic = "sns.topic"
	topicARN = "arn:aws:sns:ap-northeast-1:111122223333:sg-diff"
)

func (s *notifier) Plan(_ context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	s.asked = nil
	for _, w := range q.Want {
		s.asked = append(s.asked, w.Kind)
	}
	return func(yield func(evidence.Unit, error) bool) {
		for _, kind := range s.asked {
			u := evidence.Unit{Kinds: []string{kind}, Scope: evidence.Scope{"account": "111122223333"}, Window: q.Period}
			u.Want = slices.DeleteFunc(slices.Clone(q.Want), func(w evidence.Selection) bool { return w.Kind != kind })
			if !yield(u, nil) {
				return
			}
		}
	}
}

func (s *notifier) Collect(_ context.Context, u evidence.Unit, _ evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	kind := u.Kinds[0]
	c := evidence.Claim{Kind: kind, Method: evidence.PagesExhausted, Scope: u.Scope, Window: u.Window, Unit: "pages", Expected: 1, Found: 1}
	b := evidence.Batch{Kind: kind, Origins: []evidence.Origin{{Request: "list", SHA256: "00"}}}
	switch {
	case kind == snsTopic && s.refused:
		c.Found, c.Gaps = 0, []evidence.Finding{{Code: "not_readable", Object: "sns:ListTopics"}}
	case kind == snsTopic:
		at := u.Window.End.Add(time.Hour)
		b.Records = []evidence.Record{recordOf(snsTopic, topicARN+"@"+at.Format(time.RFC3339), at, map[string]any{
			"AccountId": "111122223333", "Region": "ap-northeast-1", "Topic": map[string]any{"TopicArn": topicARN},
			"Subscriptions": []any{map[string]any{"SubscriptionArn": topicARN + ":s1", "Protocol": "email"}},
		})}
	default:
		for at := u.Window.Start.Add(6 * time.Hour); at.Before(u.Window.End); at = at.Add(24 * time.Hour) {
			b.Records = append(b.Records, recordOf(jobRun, "R_"+at.Format("02"), at, map[string]any{
				"name": "security-group-diff", "event": "schedule", "conclusion": "success", "created_at": at, "run_started_at": at,
			}))
		}
	}
	b.Claims = []evidence.Claim{c}
	return func(yield func(evidence.Batch, error) bool) { yield(b, nil) }
}

func recordOf(kind, id string, at time.Time, body map[string]any) evidence.Record {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	r, err := evidence.NewRecord(kind, id, at, 0, text)
	if err != nil {
		panic(err)
	}
	return r
}

// params makes the run's configuration anew, with the topics of NET-03.
func (s *notifier) params(t *testing.T, r *Run, topics string) {
	t.Helper()
	c, err := config.Parse([]byte(configuration+"controls:\n  NET-03:\n    params: {topics: "+topics+"}\n"), r.Config.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if r.Library, err = Library(c); err != nil {
		t.Fatal(err)
	}
	r.Config = c
}

// judged is how NET-03 ends and why.
func (s *notifier) judged(t *testing.T, r *Run, collect bool) string {
	t.Helper()
	list, err := r.Select([]string{"NET-03"})
	if err != nil {
		t.Fatal(err)
	}
	if collect {
		if _, err := r.Collect(t.Context(), period, list); err != nil {
			t.Fatal(err)
		}
		seal(t, r)
	}
	results, view, _, err := r.Evaluate(t.Context(), period, list)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	c := results.Controls[0]
	outcome := fmt.Sprintf("%s, %d of %d undetermined", c.Result, c.Counts.Undetermined, c.Counts.Total)
	for _, m := range c.Missing {
		outcome += ", " + m.String()
	}
	return outcome
}

// TestTopicsDecideOnlyWhereTheyAreNamed: whether SNS can be read matters to NET-03 only
// where its parameters name topics.
func TestTopicsDecideOnlyWhereTheyAreNamed(t *testing.T) {
	const (
		none = "[]"
		one  = `["` + topicARN + `"]`
		well = "effective, 0 of 3 undetermined"
	)
	for _, tt := range []struct {
		name, topics    string
		yields, refused bool // whether the source has topics, and AWS refuses them
		asked           []string
		want            string
	}{
		{"none named, refused", none, true, true, []string{jobRun}, well},
		{"none named, no source", none, false, false, []string{jobRun}, well},
		{"one named, refused", one, true, true, []string{jobRun, snsTopic}, "not_evaluable, 3 of 3 undetermined, gap trail account=111122223333 2026-10-01T00:00:00Z/2026-10-04T00:00:00Z (1 gaps, 0 of 1 pages)"},
		{"one named, no source", one, false, false, []string{jobRun}, "not_evaluable, 3 of 3 undetermined"},
		{"one named, read", one, true, false, []string{jobRun, snsTopic}, well},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &notifier{refused: tt.refused}
			r := s.run(t, tt.yields)
			s.params(t, r, tt.topics)
			if got := s.judged(t, r, true); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if d := cmp.Diff(tt.asked, s.asked); d != "" {
				t.Error("asked for: ", d)
			}
			s.params(t, r, none)
			if got := s.judged(t, r, false); got != well {
				t.Errorf("once none is named: %s, want %s", got, well)
			}
		})
	}
}

// run is a run over the source, which has topics or not.
func (s *notifier) run(t *testing.T, topics bool) *Run {
	t.Helper()
	r := newRun(t, &trail{})
	d := &r.Drivers[0]
	methods := []evidence.Method{evidence.PagesExhausted}
	d.Kinds = []collectors.Kind{{Name: jobRun, Title: d.Title, Form: evidence.Mutable, Methods: methods}}
	if topics {
		d.Kinds = append(d.Kinds, collectors.Kind{Name: snsTopic, Title: d.Title, Form: evidence.Snapshot, Methods: methods})
	}
	d.Texts = map[string]evidence.Text{"pages": d.Title, "not_readable": d.Title}
	d.New = func(_ collectors.Env, decode func(any) error) (collectors.Collector, error) {
		return s, decode(&struct{}{})
	}
	return r
}
