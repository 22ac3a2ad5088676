package entraid

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/evidencepack/evidence"
)

// Every kind is complete: forms and times as other parts rely on them, lists to read
// it from, permissions with what they are for.
func TestTable(t *testing.T) {
	d := Driver()
	for _, k := range table {
		r := &run{source: &source{}, kind: k}
		if len(r.steps()) == 0 {
			t.Errorf("%s is read from nowhere", k.name)
		}
		if k.daily != (k.settles > 0) || k.daily && k.form != evidence.Mutable {
			t.Errorf("%s: daily %t, settles %s, %s", k.name, k.daily, k.settles, k.form)
		}
		if len(d.Permissions[k.name]) != len(k.needs) || len(k.needs) == 0 {
			t.Errorf("%s: permissions %v", k.name, d.Permissions[k.name])
		}
		for i, n := range k.needs {
			if p := d.Permissions[k.name][i]; p.Name != n.name || p.System != "graph" || (p.Note.JA == "") != (p.Note.EN == "") {
				t.Errorf("%s: permission %+v", k.name, p)
			}
		}
	}
}

// What the code says is needed when something is refused is what the driver
// declares. (refuse and listOf name permissions by the constants of kinds.go.)
func TestRefusalsNameDeclaredPermissions(t *testing.T) {
	declared := map[string]bool{}
	for _, k := range table {
		for _, n := range k.needs {
			declared[n.name] = true
		}
	}
	source, err := os.ReadFile("kinds.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := regexp.MustCompile(`(?m)^\t\w+ += "([\w-]+\.[\w.]+)"$`).FindAllStringSubmatch(string(source), -1)
	var names []string
	for _, c := range constants {
		if !strings.HasPrefix(c[1], "entraid.") {
			names = append(names, c[1])
		}
	}
	if len(names) < 10 {
		t.Fatalf("%q", names)
	}
	for _, n := range names {
		if !declared[n] {
			t.Errorf("%s belongs to no kind", n)
		}
	}
}

// README and table list the same kinds and permissions.
func TestReadme(t *testing.T) {
	text := string(readme)
	permission := regexp.MustCompile("`([A-Z][\\w-]*\\.Read(?:Write)?\\.\\w+)`")
	var inTable, inText []string
	for _, k := range table {
		if !strings.Contains(text, "`"+k.name+"`") {
			t.Errorf("README does not tell of %s", k.name)
		}
		row := regexp.MustCompile("(?m)^\\| `"+regexp.QuoteMeta(k.name)+"`.*\\|$").FindAllString(text, -1)
		for _, n := range k.needs {
			inTable = append(inTable, n.name)
			if !slices.ContainsFunc(row, func(r string) bool { return strings.Contains(r, "`"+n.name+"`") }) {
				t.Errorf("README does not say that %s needs %s", k.name, n.name)
			}
		}
	}
	for _, m := range permission.FindAllStringSubmatch(text, -1) {
		inText = append(inText, m[1])
	}
	slices.Sort(inTable)
	slices.Sort(inText)
	for _, n := range slices.Compact(inText) {
		if !slices.Contains(inTable, n) {
			t.Errorf("README has %s, which no kind needs", n)
		}
	}
}

// Every code that the package uses is explained, and every explanation is used.
func TestTexts(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".go") && !strings.HasSuffix(f.Name(), "_test.go") && f.Name() != "texts.go" {
			b, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			source.Write(b)
		}
	}
	for _, m := range regexp.MustCompile(`Code: "(\w+)"|count\("(\w+)"\)|Unit: "(\w+)"`).FindAllStringSubmatch(source.String(), -1) {
		code := m[1] + m[2] + m[3]
		if !texts[code].Complete() {
			t.Errorf("%s is not explained", code)
		}
	}
	for code := range texts {
		if !strings.Contains(source.String(), `"`+code+`"`) {
			t.Errorf("%s is explained and never used", code)
		}
	}
}

// What is selected exists: a misspelt property is refused by Graph with the whole
// list. The SDK's models know what there is.
func TestSelectedPropertiesExist(t *testing.T) {
	for name, tt := range map[string]struct {
		fields []string
		models []serialization.Parsable
	}{
		"users":              {append(slices.Clone(userFields), optionalUserFields...), []serialization.Parsable{models.NewUser()}},
		"groups":             {groupFields, []serialization.Parsable{models.NewGroup()}},
		"members":            {memberFields, []serialization.Parsable{models.NewUser(), models.NewServicePrincipal()}},
		"applications":       {applicationFields, []serialization.Parsable{models.NewApplication()}},
		"service principals": {servicePrincipalFields, []serialization.Parsable{models.NewServicePrincipal()}},
		"roles":              {roleFields, []serialization.Parsable{models.NewUnifiedRoleDefinition()}},
	} {
		for _, f := range tt.fields {
			if !slices.ContainsFunc(tt.models, func(m serialization.Parsable) bool { _, ok := m.GetFieldDeserializers()[f]; return ok }) {
				t.Errorf("%s have no %s", name, f)
			}
		}
		if slices.Contains(tt.fields, "onPremisesImmutableId") {
			t.Errorf("%s: what a forged token needs is not for a record", name)
		}
	}
	must := []string{
		"id", "userPrincipalName", "displayName", "mail", "otherMails", "proxyAddresses", "employeeId", "employeeHireDate", "department", "jobTitle", "userType",
		"accountEnabled", "createdDateTime", "deletedDateTime", "onPremisesSyncEnabled", "assignedLicenses", "signInActivity", "employeeLeaveDateTime",
	}
	for _, f := range must {
		if !slices.Contains(append(slices.Clone(userFields), optionalUserFields...), f) {
			t.Errorf("users are read without %s", f)
		}
	}
}

// Labels are what is asked for, to the letter: an auditor can repeat it.
func TestLabels(t *testing.T) {
	w := full(t)
	g := collect(t, w.open("beta: true\n"), allKinds()...)
	var labels []string
	for _, b := range g.batches {
		for _, o := range b.Origins {
			label, _, _ := strings.Cut(strings.TrimPrefix(o.Request, "GET "), ", page ")
			labels = append(labels, strings.TrimSuffix(label, "?"))
		}
	}
	for i, a := range w.asked {
		w.asked[i] = strings.TrimSuffix(a, "?")
	}
	for _, l := range labels {
		if !slices.Contains(w.asked, l) {
			t.Errorf("%s was not asked", l)
		}
	}
	if len(labels) < 20 {
		t.Errorf("%d labels", len(labels))
	}
	if d := cmp.Diff("GET /beta/roleManagement/directory/roleAssignmentApprovals/a b/c?$expand=steps", roleApproval("a b/c").Label); d != "" {
		t.Error(d)
	}
}
