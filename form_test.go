package evidence

import (
	"encoding/json"
	"testing"
)

func TestForms(t *testing.T) {
	var zero Form
	if zero != Event {
		t.Errorf("the zero form is %s", zero)
	}
	for _, f := range []Form{Event, Mutable, Snapshot} {
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var again Form
		if err := json.Unmarshal(b, &again); err != nil || again != f {
			t.Errorf("%s is read as %s: %v", b, again, err)
		}
		if !f.Name().Complete() {
			t.Errorf("%s has no name in both languages", f)
		}
	}
	if _, err := json.Marshal(Form(3)); err == nil {
		t.Error("a form that is none was written")
	}
	if err := json.Unmarshal([]byte(`"other"`), &zero); err == nil {
		t.Error("a form that is none was read")
	}
}
