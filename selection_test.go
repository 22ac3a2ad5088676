package evidence

import "testing"

func TestWhereMatches(t *testing.T) {
	body := []byte(`{"eventName":"StopLogging","n":3,"ok":true,"none":null,"userIdentity":{"type":"Root"},"list":["a"],"esc":"\u0052oot"}`)
	for _, tt := range []struct {
		name  string
		where Where
		want  bool
	}{
		{"everything", nil, true},
		{"a value", Where{{"eventName": {"DeleteTrail", "StopLogging"}}}, true},
		{"another value", Where{{"eventName": {"DeleteTrail"}}}, false},
		{"its beginning", Where{{"eventName": {"Stop"}}}, false},
		{"nested", Where{{"userIdentity.type": {"Root"}}}, true},
		{"all paths", Where{{"eventName": {"StopLogging"}, "userIdentity.type": {"IAMUser"}}}, false},
		{"any clause", Where{{"eventName": {"X"}}, {"userIdentity.type": {"Root"}}}, true},
		{"a number", Where{{"n": {"3"}}}, true},
		{"a boolean", Where{{"ok": {"true"}}}, true},
		{"null", Where{{"none": {"null"}}}, true},
		{"a path that is not there", Where{{"userIdentity.arn": {""}}}, false},
		{"an object", Where{{"userIdentity": {`{"type":"Root"}`}}}, false},
		{"an escaped string", Where{{"esc": {"Root"}}}, true},
	} {
		if got := tt.where.Match(body); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
}

func TestWhereValidate(t *testing.T) {
	for name, tt := range map[string]struct {
		where Where
		ok    bool
	}{
		"plain":      {Where{{"a.b-c": {"x"}}}, true},
		"everything": {nil, true},
		"no path":    {Where{{}}, false},
		"wildcard":   {Where{{"a.*": {"x"}}}, false},
		"query":      {Where{{"a.#(b==1)": {"x"}}}, false},
		"no value":   {Where{{"a": {}}}, false},
	} {
		if err := tt.where.Validate(); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCovers(t *testing.T) {
	stop := Clause{"eventName": {"StopLogging"}}
	both := Clause{"eventName": {"StopLogging", "DeleteTrail"}}
	root := Clause{"userIdentity.type": {"Root"}}
	stopByRoot := Clause{"eventName": {"StopLogging"}, "userIdentity.type": {"Root"}}
	for _, tt := range []struct {
		name   string
		s, of  Where
		covers bool
	}{
		{"itself", Where{stop}, Where{stop}, true},
		{"fewer values", Where{both}, Where{stop}, true},
		{"more values", Where{stop}, Where{both}, false},
		{"a narrower clause", Where{stop}, Where{stopByRoot}, true},
		{"a wider clause", Where{stopByRoot}, Where{stop}, false},
		{"one of the clauses", Where{stop, root}, Where{root}, true},
		{"not all clauses", Where{root}, Where{root, stop}, false},
		{"everything covers all", nil, Where{stop}, true},
		{"nothing less covers everything", Where{stop}, nil, false},
	} {
		s, of := Selection{Kind: "k", Where: tt.s}, Selection{Kind: "k", Where: tt.of}
		if s.Covers(of) != tt.covers {
			t.Errorf("%s: %t", tt.name, !tt.covers)
		}
	}
	if (Selection{Kind: "a"}).Covers(Selection{Kind: "b"}) {
		t.Error("another kind is covered")
	}
}

// TestUnitKeys: what makes a unit another unit makes its key another key, and
// nothing else does.
func TestUnitKeys(t *testing.T) {
	c := calendar(t, "Asia/Tokyo")
	october, err := c.Parse("2026-10")
	if err != nil {
		t.Fatal(err)
	}
	u := Unit{Kinds: []string{"k"}, Scope: Scope{"b": "2", "a": "1"}, Window: october, Want: []Selection{{Kind: "k", For: "X"}}}
	same := u
	same.Scope = Scope{"a": "1", "b": "2"}
	same.Window = Period{october.Start.UTC(), october.End.UTC()}
	if u.Key() != same.Key() {
		t.Error("the order of a scope or the location of a time changes the key")
	}
	for name, change := range map[string]func(*Unit){
		"scope":  func(u *Unit) { u.Scope = Scope{"a": "1"} },
		"window": func(u *Unit) { u.Window.End = u.Window.End.Add(1) },
		"want":   func(u *Unit) { u.Want = nil },
		"spec":   func(u *Unit) { u.Spec = []byte(`{"x":1}`) },
	} {
		other := u
		change(&other)
		if other.Key() == u.Key() {
			t.Errorf("another %s gives the same key", name)
		}
	}
	if got := u.Scope.String(); got != "a=1 b=2" {
		t.Errorf("scope %q", got)
	}
}
