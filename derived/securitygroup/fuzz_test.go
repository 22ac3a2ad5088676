package securitygroup

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/derived/kind"
)

// FuzzParse: whatever a body is, reading it and deriving changes from it ends
// without a panic, and what is derived is valid JSON of the kind.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"invictus", "stratus", "panther"} {
		for _, r := range real(f, name) {
			f.Add([]byte(r.Body))
		}
	}
	w := history(1, true)
	for _, r := range w.records[:60] {
		f.Add([]byte(r.Body))
	}
	for _, s := range []string{``, `null`, `[]`, `{"eventSource":"ec2.amazonaws.com","eventName":"RevokeSecurityGroupEgress"}`,
		`{"eventSource":"ec2.amazonaws.com","eventName":"CreateDefaultVpc","awsRegion":"a","recipientAccountId":"b","requestParameters":null,"responseElements":{"vpc":[]}}`,
		`{"AccountId":"1","Region":"r","SecurityGroup":{"GroupId":"sg-1"},"Rules":[{"IpProtocol":"tcp","FromPort":"x","CidrIpv4":"::/0"}]}`,
		`{"AccountId":"1","Region":"r","SecurityGroup":"sg-1","Rules":{"IpProtocol":-1e400}}`} {
		f.Add([]byte(s))
	}
	for _, r := range recordedHistory(1).records[60:] {
		f.Add([]byte(r.Body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		at := start
		record := func(kind string) evidence.Record {
			at = at.Add(time.Hour)
			return evidence.Record{Kind: kind, ID: at.String(), Time: at, Body: body}
		}
		records := []evidence.Record{record("securitygroup.snapshot"), record("cloudtrail.event"), record("cloudtrail.event"), record("config.item"), record("securitygroup.snapshot"), record("cloudtrail.event")}
		records = append(records, snapshot(start, map[int]bool{22: true}), snapshot(at.Add(time.Hour), map[int]bool{23: true}))
		for _, k := range []kind.Kind{Diff(), Exposure()} {
			for r, err := range k.Derive(t.Context(), input(records)) {
				if err != nil {
					continue
				}
				if !json.Valid(r.Body) {
					t.Errorf("not JSON: %q", r.Body)
				}
				if r.ID == "" || r.Kind != k.Name {
					t.Errorf("%+v", r)
				}
			}
		}
	})
}
