package evidence

import "testing"

func TestScopeKeys(t *testing.T) {
	for _, tt := range []struct {
		a, b Scope
		same bool
	}{
		{Scope{"account": "1", "region": "x"}, Scope{"region": "x", "account": "1"}, true},
		{Scope{"account": "1"}, Scope{"account": "2"}, false},
		{Scope{"repository": "acme/old", "id": "R_1"}, Scope{"repository": "acme/new", "id": "R_1"}, true},
		{Scope{"repository": "acme/app", "id": "R_1"}, Scope{"repository": "acme/app", "id": "R_2"}, false},
		{Scope{"repository": "acme/app", "id": "R_1"}, Scope{"repository": "acme/app"}, false},
		{Scope{"repository": "acme/app", "id": "1"}, Scope{"project": "acme/app", "id": "1"}, false},
	} {
		if same := tt.a.Key() == tt.b.Key(); same != tt.same {
			t.Errorf("%s and %s are one: %v, want %v", tt.a, tt.b, same, tt.same)
		}
	}
	if got := (Scope{"repository": "acme/app", "id": "R_1"}).String(); got != "repository=acme/app" {
		t.Error(got)
	}
}
