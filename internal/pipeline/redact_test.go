package pipeline

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/redaction"
	"github.com/evidencepack/evidence/reports"
)

// desk is a source of logins and of the roster that they are joined with.
type desk struct{ now time.Time }

func (desk) Plan(_ context.Context, q evidence.Query) iter.Seq2[evidence.Unit, error] {
	return func(yield func(evidence.Unit, error) bool) {
		yield(evidence.Unit{Kinds: []string{"desk.login", "desk.person"}, Scope: evidence.Scope{"desk": "1"}, Window: q.Period, Want: q.Want}, nil)
	}
}

func (d desk) Collect(_ context.Context, u evidence.Unit, _ evidence.Cursor) iter.Seq2[evidence.Batch, error] {
	return func(yield func(evidence.Batch, error) bool) {
		batch := func(kind string, origin string, bodies ...string) evidence.Batch {
			b := evidence.Batch{Kind: kind, Origins: []evidence.Origin{{Request: origin, SHA256: "00"}}, Cursor: evidence.Cursor(kind)}
			for i, body := range bodies {
				var named struct{ ID string }
				if err := json.Unmarshal([]byte(body), &named); err != nil {
					panic(err)
				}
				r, err := evidence.NewRecord(kind, named.ID, u.Window.Start.Add(time.Duration(i+1)*time.Hour), 0, []byte(body))
				if err != nil {
					panic(err)
				}
				b.Records = append(b.Records, r)
			}
			return b
		}
		if !yield(batch("desk.person", "GET /people?by=taro.yamada@example.co.jp",
			`{"ID":"p/hanako","name":"佐藤 花子","login":"hsato","mail":"Hanako.Sato@example.co.jp","note":"first"}`,
			`{"ID":"p/taro","name":"山田 太郎","login":"Tyamada","mail":"taro.yamada@example.co.jp","note":"second"}`), nil) {
			return
		}
		last := batch("desk.login", "GET /logins",
			`{"ID":"l1","by":"HSATO","mail":"hanako.sato@EXAMPLE.co.jp","ip":"192.0.2.7","text":"hsato (佐藤花子) logged in from 192.0.2.7"}`,
			`{"ID":"l2/tyamada","by":"tyamada","mail":"taro.yamada@example.co.jp","ip":"192.0.2.8","text":"tyamada2 is another word"}`,
			`{"ID":"l3","by":"stranger","mail":"stranger@elsewhere.example","ip":"192.0.2.9","text":""}`,
			`{"ID":"l4","by":"svc-printer","mail":"svc-printer@example.co.jp","ip":"192.0.2.9","text":"in 192.0.2.9/32"}`)
		for _, kind := range u.Kinds {
			last.Claims = append(last.Claims, evidence.Claim{Kind: kind, Method: evidence.PagesExhausted, Scope: u.Scope, Window: u.Window, Unit: "pages", Expected: 1, Found: 1})
		}
		yield(last, nil)
	}
}

// deskControls: DSK-01 takes exception to logins of nobody on the roster; DSK-02 to an
// address that is not the office's, which no copy without addresses can tell.
var deskControls = fstest.MapFS{
	"DSK-01/control.yaml": {Data: []byte(control("DSK-01", "{kind: desk.login}", `
label: "{by}"
params: {devices: ["svc-*@example.co.jp"]}
related:
  people: {kind: desk.person, match: {login: by}, ignore_case: true}`))},
	"DSK-01/policy.rego": {Data: []byte(`package evidence.dsk_01

exception contains {"code": "found", "detail": {"by": input.record.by}} if {
	count(input.related.people) == 0
	not exempt
}

exempt if {
	some pattern in input.params.devices
	glob.match(lower(pattern), null, lower(input.record.mail))
}
`)},
	"DSK-02/control.yaml": {Data: []byte(control("DSK-02", "{kind: desk.login}", ""))},
	"DSK-02/policy.rego":  {Data: []byte("package evidence.dsk_02\n\nexception contains {\"code\": \"found\"} if not net.cidr_contains(\"192.0.2.0/29\", input.record.ip)\n")},

	"schemas/desk.login.json":  {Data: []byte(`{"type": "object", "properties": {"ID": {"type": "string"}, "by": {"type": "string"}, "mail": {"type": "string"}, "ip": {"type": "string"}, "text": {"type": "string"}}}`)},
	"schemas/desk.person.json": {Data: []byte(`{"type": "object", "properties": {"ID": {"type": "string"}, "name": {"type": "string"}, "login": {"type": "string"}, "mail": {"type": "string"}, "note": {"type": "string"}}}`)},
	"frameworks/desk.yaml":     {Data: []byte(framework("desk", "DSK-01"))},
	"frameworks/office.yaml":   {Data: []byte(framework("office", "DSK-01, DSK-02"))},
}

const deskRedaction = `redaction:
  levels: [S, A]
  rules:
    - {kind: desk.person, field: name, level: S, as: pseudonym}
    - {kind: desk.person, field: login, level: S, as: pseudonym}
    - {kind: desk.login, field: by, level: S, as: pseudonym}
    - {kind: desk.login, field: ip, level: A, as: address}
    - {kind: desk.person, field: note, level: B, as: removed}
`

func newDesk(t *testing.T) *Run {
	t.Helper()
	text := strings.NewReplacer("[soc1]", "[desk]", "name: trail", "name: desk").Replace(configuration) + deskRedaction
	c, err := config.Parse([]byte(text), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Setup(t.Context(), c, time.Now); err != nil {
		t.Fatal(err)
	}
	lib, err := controls.Load(deskControls)
	if err != nil {
		t.Fatal(err)
	}
	now := october.End.Add(30 * time.Hour)
	both := func(s string) evidence.Text { return evidence.Text{JA: s, EN: s} }
	methods := []evidence.Method{evidence.PagesExhausted}
	r := &Run{
		Config: c, Library: lib, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Tool: "evidence test", Workers: 1, Now: func() time.Time { return now },
		Redacted: true, Previous: NoPrevious,
		Drivers: []collectors.Driver{{
			Name: "fake", Title: both("Desk"), Texts: map[string]evidence.Text{"pages": both("pages")},
			Kinds: []collectors.Kind{{Name: "desk.login", Title: both("logins"), Methods: methods}, {Name: "desk.person", Title: both("people"), Methods: methods}},
			New: func(_ collectors.Env, decode func(any) error) (collectors.Collector, error) {
				return desk{now}, decode(&struct{}{})
			},
		}},
	}
	collectMonth(t, r, october)
	return r
}

// answerDesk writes a response that names the people of the pack.
func answerDesk(t *testing.T, r *Run) {
	t.Helper()
	if err := os.MkdirAll(r.Config.Responses, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, r.Config.Responses, "DSK-01.yaml", []byte(`control: DSK-01
period: 2026-10
responses:
  - item: l3
    kind: explained
    text: stranger@elsewhere.example visited 山田太郎
    owner: hsato
    approver: 鈴木 一郎
    approved: 2026-11-02
`))
}

func verifyDesk(t *testing.T, r *Run, dir, tool string, originals *pack.Originals) error {
	t.Helper()
	return pack.Verify(t.Context(), dir, pack.Verification{Drivers: r.Drivers, Tool: tool, Lang: evidence.English, Originals: originals})
}

func (r *Run) originals(t *testing.T) *pack.Originals {
	t.Helper()
	key, err := redaction.LoadKey(r.Config.Redaction.Key)
	if err != nil {
		t.Fatal(err)
	}
	o, err := Originals(t.Context(), locker.Dir(r.Config.Locker), key)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// inflated is every file of a pack, with what is compressed inflated; of reports the text
// ones, since the others are looked at where the whole demonstration is.
func inflated(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if filepath.Ext(path) == ".zst" {
			z, err := zstd.NewReader(bytes.NewReader(b))
			if err != nil {
				return err
			}
			defer z.Close()
			if b, err = io.ReadAll(z); err != nil {
				return err
			}
		}
		name, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestAnAuditorsCopy(t *testing.T) {
	r := newDesk(t)
	answerDesk(t, r)
	dir := forgePack(t, r, "desk")
	if !strings.HasSuffix(dir, pack.RedactedSuffix) {
		t.Errorf("the copy is at %s, where the originals' pack would be", dir)
	}
	if err := verifyDesk(t, r, dir, r.Tool, nil); err != nil {
		t.Errorf("without the key: %v", err)
	}
	if err := verifyDesk(t, r, dir, r.Tool, r.originals(t)); err != nil {
		t.Errorf("with the key: %v", err)
	}
	key := strings.TrimSpace(string(read(t, filepath.Dir(r.Config.Redaction.Key), filepath.Base(r.Config.Redaction.Key))))
	files := inflated(t, dir)
	for name, b := range files {
		text := strings.ToLower(string(b))
		for _, secret := range []string{"hanako.sato", "taro.yamada", "hsato", "stranger@", "佐藤 花子", "佐藤花子", "山田太郎", "鈴木 一郎", "192.0.2.7", "svc-printer", key} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q", name, secret)
			}
		}
	}
	// What is another word stays, and so do the shape of records, what no rule is of, and that of another level.
	logins := string(files["evidence/desk.login.jsonl.zst"])
	if !strings.Contains(logins, "tyamada2 is another word") || !strings.Contains(logins, "in 192.0.2.9/32") || strings.Count(logins, "\n") != 4 {
		t.Errorf("logins: %s", logins)
	}
	if people := string(files["evidence/desk.person.jsonl.zst"]); !strings.Contains(people, `"note":"second"`) {
		t.Errorf("people: %s", people)
	}
	var results struct {
		Controls []struct {
			Counts struct{ Total, Exceptions int }
		}
	}
	if err := json.Unmarshal(files["results.json"], &results); err != nil || results.Controls[0].Counts.Exceptions != 1 || results.Controls[0].Counts.Total != 4 {
		t.Errorf("%+v, %v", results, err)
	}
}

// A rule of one's own that is of no field redacts nothing: that is told.
func TestAMistypedRuleIsTold(t *testing.T) {
	r := newDesk(t)
	answerDesk(t, r)
	var log bytes.Buffer
	r.Log = slog.New(slog.NewTextHandler(&log, nil))
	r.Config.Redaction.Policy.Rules = append(slices.Clone(r.Config.Redaction.Policy.Rules), redaction.Rule{Kind: "desk.login", Field: "addresses", Level: redaction.S, As: redaction.Removed})
	forgePack(t, r, "desk")
	if text := log.String(); strings.Count(text, "level=WARN") != 1 || !strings.Contains(text, "desk.login addresses (S, removed)") {
		t.Error(text)
	}
}

// The same evidence, rules and key give the same copy; another key gives other pseudonyms.
func TestCopiesAreDeterministic(t *testing.T) {
	r := newDesk(t)
	first := inflated(t, forgePack(t, r, "desk"))
	again := inflated(t, forgePack(t, r, "desk"))
	if diff := cmp.Diff(first, again); diff != "" {
		t.Error("two copies differ")
	}
	if err := os.Remove(r.Config.Redaction.Key); err != nil {
		t.Fatal(err)
	}
	if err := redaction.GenerateKey(r.Config.Redaction.Key); err != nil {
		t.Fatal(err)
	}
	dir := forgePack(t, r, "desk")
	if name := "evidence/desk.login.jsonl.zst"; bytes.Equal(first[name], inflated(t, dir)[name]) {
		t.Error("another key gives the same pseudonyms")
	}
	if err := verifyDesk(t, r, dir, r.Tool, r.originals(t)); err != nil {
		t.Error(err)
	}
}

func TestARuleThatChangesAVerdictIsNamed(t *testing.T) {
	r := newDesk(t)
	results, view, cp, err := r.Evaluate(t.Context(), october, r.Library.Controls)
	if err != nil {
		t.Fatal(err)
	}
	defer view.Close()
	defer results.Close()
	_, err = r.Pack(t.Context(), october, results, view, cp, []string{"office"}, "")
	if err == nil || !strings.Contains(err.Error(), "control DSK-02") || !strings.Contains(err.Error(), "by rule desk.login ip (A, address)") {
		t.Fatalf("%v", err)
	}
	if strings.Contains(err.Error(), "192.0.2") || strings.Contains(err.Error(), "DSK-01") {
		t.Errorf("it tells more than it should: %v", err)
	}
	if made, _ := filepath.Glob(filepath.Join(r.Config.Packs, "*")); len(made) > 0 {
		t.Errorf("there is a pack: %v", made)
	}
}

// Whoever holds the signing key can sign a line that is not made of the sealed one: the
// organisation's locker and key tell.
func TestAChangedLineOfACopyIsFound(t *testing.T) {
	r := newDesk(t)
	dir := forgePack(t, r, "desk")
	const name = "evidence/desk.person.jsonl.zst"
	was := read(t, dir, name)
	var records []evidence.Record
	for rec, err := range locker.DecodeObject(bytes.NewReader(was)) {
		if err != nil {
			t.Fatal(err)
		}
		rec.Body = bytes.Replace(rec.Body, []byte(`"note":"second"`), []byte(`"note":"changed, and longer than it was, however well it is compressed: 0123456789 abcdefghijklmnopqrstuvwxyz"`), 1)
		records = append(records, rec)
	}
	now, err := locker.EncodeObject(records)
	if err != nil || bytes.Equal(now, was) {
		t.Fatalf("nothing is changed: %v", err)
	}
	write(t, dir, name, now)
	if err := verifyDesk(t, r, dir, "evidence other", nil); err == nil || !strings.Contains(err.Error(), "altered: "+name) {
		t.Errorf("a changed file: %v", err)
	}
	signAnew(t, r, dir)
	if err := verifyDesk(t, r, dir, "evidence other", nil); err == nil || !strings.Contains(err.Error(), "its bytes hash to") {
		t.Errorf("a file that is not the listed objects: %v", err)
	}
	var said pack.Redaction
	if err := json.Unmarshal(read(t, dir, pack.RedactionFile), &said); err != nil {
		t.Fatal(err)
	}
	for i, o := range said.Objects {
		if o.Kind == "desk.person" {
			said.Objects[i].SHA256, said.Objects[i].Size = sumOf(now), int64(len(now))
		}
	}
	text, err := json.MarshalIndent(said, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, pack.RedactionFile, append(text, '\n'))
	signAnew(t, r, dir)
	if err := verifyDesk(t, r, dir, "evidence other", nil); err != nil {
		t.Fatalf("the forgery is found without the originals, so that this tests nothing of them: %v", err)
	}
	if err := verifyDesk(t, r, dir, "evidence other", r.originals(t)); err == nil || !strings.Contains(err.Error(), "line 2 is not what redacting the sealed record gives") {
		t.Errorf("a line that is not the sealed one: %v", err)
	}
	other := r.originals(t)
	path := filepath.Join(t.TempDir(), "other.key")
	if err := redaction.GenerateKey(path); err != nil {
		t.Fatal(err)
	}
	if other.Key, err = redaction.LoadKey(path); err != nil {
		t.Fatal(err)
	}
	if err := verifyDesk(t, r, dir, "evidence other", other); err == nil || !strings.Contains(err.Error(), "the pack was redacted with") {
		t.Errorf("another key: %v", err)
	}
}

// A pack says the one reason for which it compares with nothing.
func TestWhyNothingIsCompared(t *testing.T) {
	r := newDesk(t)
	for _, c := range []struct {
		redacted bool
		previous string
		want     reports.NoDelta
	}{
		{true, NoPrevious, reports.NotAsked}, {true, "", reports.NoCopy}, {false, "", reports.NoEarlier},
	} {
		r.Redacted, r.Previous = c.redacted, c.previous
		var m pack.Manifest
		if err := json.Unmarshal(read(t, forgePack(t, r, "desk"), pack.ManifestFile), &m); err != nil {
			t.Fatal(err)
		}
		if m.NotCompared != c.want {
			t.Errorf("%+v: %s", c, m.NotCompared)
		}
	}
}

// What verification shows of a copy is another thing than of the originals, and it says so.
func TestWhatChecksMeanOfACopy(t *testing.T) {
	r := newDesk(t)
	means := func() string {
		var found string
		err := pack.Verify(t.Context(), forgePack(t, r, "desk"), pack.Verification{Drivers: r.Drivers, Tool: r.Tool, Lang: evidence.English, Report: func(c pack.Check) {
			if c.ID == pack.CheckEvidence {
				found = c.Means
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if text := means(); !strings.Contains(text, "auditor's copy") || !strings.Contains(text, "with the locker and the key") {
		t.Errorf("of a copy: %s", text)
	}
	r.Redacted = false
	if text := means(); strings.Contains(text, "copy") {
		t.Errorf("of the originals: %s", text)
	}
}

// A copy says how much each of its rules replaced and what it added to parameters, and neither
// can be told otherwise.
func TestWhatACopySaysOfItsRules(t *testing.T) {
	r := newDesk(t)
	dir := forgePack(t, r, "desk")
	var said pack.Redaction
	if err := json.Unmarshal(read(t, dir, pack.RedactionFile), &said); err != nil {
		t.Fatal(err)
	}
	counts := map[string]redaction.Count{}
	for _, x := range said.Rules {
		counts[x.Kind+" "+x.Field] = x.Count
	}
	for rule, want := range map[string]redaction.Count{
		"desk.person name":  {Values: 2, Occurrences: 3}, // one of them in a text
		"desk.login by":     {Values: 4, Occurrences: 4},
		"desk.login ip":     {Values: 3, Occurrences: 5},
		"desk.person login": {Values: 2, Occurrences: 5}, // in an identity, its field and a text too
		"* **":              {Values: 4, Occurrences: 6},
		"hr.person name":    {},
	} {
		if counts[rule] != want {
			t.Errorf("%s: %+v, want %+v", rule, counts[rule], want)
		}
	}
	if len(said.Added) != 1 || said.Added[0].Control != "DSK-01" || said.Added[0].At != "/devices/1" || said.Added[0].Pattern != "svc-*@example.co.jp" {
		t.Errorf("added: %+v", said.Added)
	}
	if len(said.Zones) != 1 || len(said.Zones[0].Names) != 0 || said.Zones[0].Addresses != 3 {
		t.Errorf("zones: %+v", said.Zones)
	}
	forge := func(change func(*pack.Redaction), want string) {
		t.Helper()
		forged := said
		forged.Rules, forged.Added, forged.Zones = slices.Clone(said.Rules), slices.Clone(said.Added), slices.Clone(said.Zones)
		change(&forged)
		text, err := json.MarshalIndent(forged, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		write(t, dir, pack.RedactionFile, append(text, '\n'))
		signAnew(t, r, dir)
		if err := verifyDesk(t, r, dir, "evidence other", r.originals(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	forge(func(x *pack.Redaction) { x.Rules[0].Occurrences++ }, "places")
	forge(func(x *pack.Redaction) { x.Zones[0].Names = []string{"HQ"} }, "other networks")
	forge(func(x *pack.Redaction) { x.Added[0].Pattern = "kiosk-*" }, "marks other values")
	forge(func(x *pack.Redaction) { x.Added = x.Added[:0] }, "marks other values")
	forge(func(x *pack.Redaction) { x.Added = append(x.Added, x.Added[0]) }, "marks other values")
	forge(func(x *pack.Redaction) { x.Added[0].At = "/devices/7" }, "marks other values")
	forge(func(x *pack.Redaction) { x.Added[0].Control = "DSK-09" }, "marks other values")
}
