package awsstate

import (
	"encoding/base64"
	"net/http"
	"testing"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/collectortest"
	aws "github.com/evidencepack/evidence/internal/demo/aws"
)

func TestConformance(t *testing.T) {
	var faults collectortest.Faults
	w := serve(t, company(), func(r *http.Request) *aws.Fault {
		f := faults.Next(r)
		switch {
		case f == nil:
			return nil
		case f.Hang:
			return &aws.Fault{Delay: time.Hour}
		case f.Cut:
			return &aws.Fault{Truncate: true}
		}
		return &aws.Fault{Status: f.Status, Code: map[int]string{403: "AccessDenied", 429: "Throttling"}[f.Status]}
	})
	d := Driver()
	d.New = func(env collectors.Env, decode func(any) error) (collectors.Collector, error) {
		return open(env, decode, &budgets{unlimited: true}, quickly)
	}
	collectortest.Run(t, collectortest.Case{
		Driver: d, Settings: w.settings(""), Env: environment(),
		Query:   evidence.Query{Period: october, Want: wantAll()},
		Records: everything, Secrets: []string{secretKey, headerSecret, stageSecret, functionSecret, webACLSecret, base64.StdEncoding.EncodeToString([]byte(webACLSecret)), hookSecret, homeAddress, inlineText}, Faults: &faults,
	})
}
