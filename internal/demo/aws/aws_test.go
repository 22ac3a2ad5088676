package aws_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

const (
	production = "111122223333"
	audit      = "444455556666"
	tokyo      = "ap-northeast-1"
	virginia   = "us-east-1"
)

var day = time.Date(2026, 10, 5, 0, 0, 0, 0, time.UTC)

func event(id, name string, at time.Time) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"eventVersion":"1.10","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE","userName":"ci"},`+
		`"eventTime":%q,"eventSource":"ec2.amazonaws.com","eventName":%q,"awsRegion":"ap-northeast-1","readOnly":true,"eventID":%q}`,
		at.Format(time.RFC3339), name, id))
}

// signer saves the tests from generating keys. One key for all regions is not
// what AWS has; the test that minds uses keys of the archive's own.
var signer = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// organisation is a day of two accounts in three regions, one of them without
// any activity.
func organisation(t *testing.T) *aws.Archive {
	t.Helper()
	key, err := signer()
	if err != nil {
		t.Fatal(err)
	}
	a, err := aws.NewArchive(aws.ArchiveOptions{
		Bucket: "trail-archive", Prefix: "audit", Organization: "o-exampleorg1",
		Trail: "org-trail", HomeRegion: tokyo, Key: key,
	})
	if err != nil {
		t.Fatal(err)
	}
	a.AddRegion("eu-west-1")
	n := 0
	for hour := range 24 {
		for _, where := range [][2]string{{production, tokyo}, {production, virginia}, {audit, tokyo}} {
			at := day.Add(time.Duration(hour) * time.Hour)
			var events []json.RawMessage
			for minute := range 3 {
				n++
				events = append(events, event(fmt.Sprintf("00000000-0000-4000-8000-%012d", n), "DescribeInstances", at.Add(time.Duration(minute)*time.Minute)))
			}
			if _, err := a.AddLog(where[0], where[1], at.Add(5*time.Minute), events); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := a.Close(day, day.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	return a
}

func serve(t *testing.T, o aws.ServerOptions) *aws.Server {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return day.Add(48 * time.Hour) }
	}
	s, err := aws.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}
