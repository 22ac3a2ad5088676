package controls

import (
	"strings"
	"testing"
)

// TestHermetic: a policy that reaches for a clock, a network, randomness, the
// process or other data does not compile.
func TestHermetic(t *testing.T) {
	for _, expr := range []string{
		`http.send({"method": "GET", "url": "https://example.com"}).status_code == 200`,
		`time.now_ns() > 0`,
		`rand.intn("x", 2) == 1`,
		`uuid.rfc4122("x") != ""`,
		`opa.runtime().env.HOME != ""`,
		`net.lookup_ip_addr("example.com") != set()`,
		`io.jwt.decode_verify("a.b.c", {"secret": "x"})[0]`,
		`crypto.x509.parse_and_verify_certificates("x")[0]`,
		`json.match_schema({}, {"$ref": "https://example.com/schema.json"})[0]`,
		`trace("x")`,
		`data.secrets.password == "x"`,
		`data.params.limit == 1`,
		`data[input.record.name].x == 1`,
	} {
		_, err := tryPrepare(t, controlYAML(itemPopulation), "exception contains {\"code\": \"bad\"} if "+expr)
		if err == nil {
			t.Errorf("%s compiles", expr)
		} else if !strings.Contains(err.Error(), "TST-01") || !strings.Contains(err.Error(), "policy.rego:2") {
			t.Errorf("%s: the error does not name the control and the line: %v", expr, err)
		}
	}
}

// TestTypeChecked: a misspelt path, parameter or related name does not compile.
func TestTypeChecked(t *testing.T) {
	yaml := controlYAML(itemPopulation, "params: {limit: 1}", "related: {r: {kind: test.related, match: {key: name}}}")
	for _, expr := range []string{
		`input.record.nmae == "x"`,
		`input.record.n == "a text"`,
		`input.recrod.name == "x"`,
		`input.params.limt == 1`,
		`input.period.begin == "x"`,
		`input.related.s[_].id == "x"`,
		`input.related.r[_].idd == "x"`,
		`input.records[_].id == "x"`,
		`input.now == "x"`,
	} {
		if _, err := tryPrepare(t, yaml, "exception contains {\"code\": \"bad\"} if "+expr); err == nil {
			t.Errorf("%s compiles", expr)
		}
	}
	for _, expr := range []string{
		`input.record.name == "x"`,
		`input.params.limit == 1`,
		`input.related.r[_].id == "x"`,
		`input.as_of > input.period.end`,
		`object.get(input.record, "not_in_the_schema", 1) == 2`,
	} {
		if _, err := tryPrepare(t, yaml, "exception contains {\"code\": \"bad\"} if "+expr); err != nil {
			t.Errorf("%s: %v", expr, err)
		}
	}
}

// TestShippedSchemaCatchesTypos in the shapes that policies read.
func TestShippedSchemaCatchesTypos(t *testing.T) {
	lib, err := Load(Shipped())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ control, right, wrong string }{
		{"LOG-01", "input.record.requestParameters.s3BucketName", "input.record.requestParameters.s3Bucketname"},
		{"LOG-01", "input.record.Status.LatestDeliveryError", "input.record.Status.LatestDeliveryErorr"},
		{"LOG-02", "input.record.expected", "input.record.expecetd"},
		{"ACC-08", "input.record.userIdentity.type", "input.record.userIdentity.Type"},
		{"ACC-10", "input.record.eventType", "input.record.eventtype"},
		{"NET-02", "input.record.Rule.Source.Value", "input.record.Rule.Source.Vaule"},
		{"NET-02", "input.record.Opened.Actor", "input.record.Opened.Actors"},
	} {
		c, err := lib.Find(tt.control)
		if err != nil {
			t.Fatal(err)
		}
		src := string(c.Files[PolicyFile])
		if !strings.Contains(src, tt.right) {
			t.Errorf("%s does not read %s", tt.control, tt.right)
		}
		misspelt := *c
		misspelt.Files = map[string][]byte{PolicyFile: []byte(strings.ReplaceAll(src, tt.right, tt.wrong))}
		if _, err := Prepare(t.Context(), &misspelt); err == nil {
			t.Errorf("%s: %s compiles", tt.control, tt.wrong)
		}
	}
}

func TestPrepareRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ rules, want string }{
		"no exception rule":       {"x := 1", "no rule exception"},
		"exception is no set":     {`exception := {"code": "bad"}`, "must be a partial set"},
		"pending is no set":       {"exception contains {\"code\": \"bad\"} if true\npending := 1", "must be a partial set"},
		"not_applicable is a set": {"exception contains {\"code\": \"bad\"} if true\nnot_applicable contains 1 if true", "true or false"},
		"syntax":                  {"exception contains if", "rego_parse_error"},
		"unused variable":         {"exception contains {\"code\": \"bad\"} if { x := 1 }", "unused"},
	} {
		if _, err := tryPrepare(t, controlYAML(itemPopulation), tt.rules); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", name, err, tt.want)
		}
	}
	lib, err := Load(layer(controlYAML(itemPopulation), "package evidence.other\nexception contains {\"code\": \"bad\"} if true\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Prepare(t.Context(), lib.Controls[0]); err == nil || !strings.Contains(err.Error(), "want evidence.tst_01") {
		t.Errorf("another package: got %v", err)
	}
	lib, err = Load(layer(controlYAML("population: {kind: no.schema}"), anyPolicy))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Prepare(t.Context(), lib.Controls[0]); err == nil || !strings.Contains(err.Error(), "schemas/no.schema.json is needed") {
		t.Errorf("no schema: got %v", err)
	}
}
