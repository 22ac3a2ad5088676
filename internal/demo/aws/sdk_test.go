package aws_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	cloudtrailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

// bodyReader sends request bodies as plain readers. Smithy's have a WriteTo that
// fails once the answer is there, for which net/http may close the connection
// while the answer is still being read.
type bodyReader struct{ http.RoundTripper }

func (b bodyReader) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		r = r.Clone(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return b.RoundTripper.RoundTrip(r)
}

func sdkConfig(s *aws.Server, region string) sdk.Config {
	return sdk.Config{
		Region: region, BaseEndpoint: sdk.String(s.URL()),
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""),
		Retryer:     func() sdk.Retryer { return sdk.NopRetryer{} },
		HTTPClient:  &http.Client{Transport: bodyReader{http.DefaultTransport}},
	}
}

func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func TestListObjectsV2Pages(t *testing.T) {
	a := organisation(t)
	a.Put("audit/odd key+&<ü>.txt", aws.Object{Body: []byte("x"), LastModified: day})
	all := a.Keys("")
	tests := []struct {
		name         string
		in           s3.ListObjectsV2Input
		keys         []string
		prefixes     []string
		pages, limit int
	}{
		{name: "everything in one page", keys: all, pages: 1},
		{name: "everything, the server's pages of 7", keys: all, pages: (len(all) + 6) / 7, limit: 7},
		{name: "encoded", in: s3.ListObjectsV2Input{Prefix: sdk.String("audit/odd"), EncodingType: types.EncodingTypeUrl}, keys: []string{"audit/odd+key%2B%26%3C%C3%BC%3E.txt"}, pages: 1},
		{name: "start after", in: s3.ListObjectsV2Input{StartAfter: sdk.String(all[10]), MaxKeys: sdk.Int32(50)}, keys: all[11:], pages: (len(all) - 11 + 49) / 50},
		{name: "accounts, one a page", in: s3.ListObjectsV2Input{Prefix: sdk.String("audit/AWSLogs/o-exampleorg1/"), Delimiter: sdk.String("/"), MaxKeys: sdk.Int32(1)},
			prefixes: []string{"audit/AWSLogs/o-exampleorg1/" + production + "/", "audit/AWSLogs/o-exampleorg1/" + audit + "/"}, pages: 2},
		{name: "keys and prefixes", in: s3.ListObjectsV2Input{Prefix: sdk.String("audit/"), Delimiter: sdk.String("/")},
			prefixes: []string{"audit/AWSLogs/"}, keys: []string{"audit/odd key+&<ü>.txt"}, pages: 1},
		{name: "nothing", in: s3.ListObjectsV2Input{Prefix: sdk.String("none/")}, pages: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, aws.ServerOptions{Archives: []*aws.Archive{a}, MaxKeys: tt.limit})
			client := s3.NewFromConfig(sdkConfig(s, tokyo), func(o *s3.Options) { o.UsePathStyle = true })
			tt.in.Bucket = sdk.String("trail-archive")
			var keys, prefixes []string
			pages := 0
			for p := s3.NewListObjectsV2Paginator(client, &tt.in); p.HasMorePages(); pages++ {
				out, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if int(*out.KeyCount) != len(out.Contents)+len(out.CommonPrefixes) {
					t.Errorf("KeyCount %d, have %d keys and %d prefixes", *out.KeyCount, len(out.Contents), len(out.CommonPrefixes))
				}
				for _, c := range out.Contents {
					keys = append(keys, *c.Key)
				}
				for _, c := range out.CommonPrefixes {
					prefixes = append(prefixes, *c.Prefix)
				}
			}
			if d := cmp.Diff(tt.keys, keys); d != "" {
				t.Error("keys", d)
			}
			if d := cmp.Diff(tt.prefixes, prefixes); d != "" {
				t.Error("prefixes", d)
			}
			if pages != tt.pages || s.Requests()["s3:ListObjectsV2"] != tt.pages {
				t.Errorf("%d pages, %v; want %d", pages, s.Requests(), tt.pages)
			}
		})
	}
}

func TestGetObject(t *testing.T) {
	a := organisation(t)
	s := serve(t, aws.ServerOptions{Archives: []*aws.Archive{a}})
	client := s3.NewFromConfig(sdkConfig(s, tokyo), func(o *s3.Options) { o.UsePathStyle = true })
	key := a.Keys("audit/AWSLogs/o-exampleorg1/" + production + "/CloudTrail-Digest/" + tokyo)[3]
	want := a.Get(key)
	n := len(want.Body)
	tests := []struct {
		spec string
		body []byte
		code string
	}{
		{"", want.Body, ""},
		{"bytes=0-9", want.Body[:10], ""},
		{"bytes=10-", want.Body[10:], ""},
		{"bytes=-5", want.Body[n-5:], ""},
		{"bytes=5-999999", want.Body[5:], ""},
		{"bytes=999999-", nil, "InvalidRange"},
		{"bytes=9-3", nil, "InvalidRange"},
	}
	for _, tt := range tests {
		in := &s3.GetObjectInput{Bucket: sdk.String("trail-archive"), Key: &key}
		if tt.spec != "" {
			in.Range = &tt.spec
		}
		out, err := client.GetObject(t.Context(), in)
		if code := errorCode(err); code != tt.code {
			t.Errorf("range %q: error %v, want code %q", tt.spec, err, tt.code)
		}
		if err != nil {
			continue
		}
		body, err := io.ReadAll(out.Body)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tt.body, body); d != "" {
			t.Errorf("range %q: %s", tt.spec, d)
		}
		if d := cmp.Diff(want.Metadata, out.Metadata); d != "" {
			t.Error("metadata", d)
		}
		if !out.LastModified.Equal(want.LastModified) {
			t.Errorf("last modified %s, want %s", out.LastModified, want.LastModified)
		}
	}
	head, err := client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: sdk.String("trail-archive"), Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want.Metadata, head.Metadata); d != "" || *head.ContentLength != int64(n) || *head.ETag != `"`+want.ETag+`"` {
		t.Errorf("head: %d bytes, ETag %s, metadata %s", *head.ContentLength, *head.ETag, d)
	}
}

func TestS3Errors(t *testing.T) {
	s := serve(t, aws.ServerOptions{Archives: []*aws.Archive{organisation(t)}, Fault: func(r *http.Request) *aws.Fault {
		switch {
		case strings.HasSuffix(r.URL.Path, "/denied"):
			return &aws.Fault{Status: 403, Code: "AccessDenied"}
		case strings.HasSuffix(r.URL.Path, "/slow"):
			return &aws.Fault{Status: 503, Code: "SlowDown"}
		}
		return nil
	}})
	client := s3.NewFromConfig(sdkConfig(s, tokyo), func(o *s3.Options) { o.UsePathStyle = true })
	unsigned := s3.NewFromConfig(sdkConfig(s, tokyo), func(o *s3.Options) { o.UsePathStyle, o.Credentials = true, sdk.AnonymousCredentials{} })
	tests := []struct {
		client            *s3.Client
		bucket, key, code string
	}{
		{client, "trail-archive", "none", "NoSuchKey"},
		{client, "other", "none", "NoSuchBucket"},
		{client, "trail-archive", "denied", "AccessDenied"},
		{client, "trail-archive", "slow", "SlowDown"},
		{unsigned, "trail-archive", "none", "MissingAuthenticationToken"},
	}
	for _, tt := range tests {
		_, err := tt.client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &tt.bucket, Key: &tt.key})
		if got := errorCode(err); got != tt.code {
			t.Errorf("%s/%s: %v, want %s", tt.bucket, tt.key, err, tt.code)
		}
	}
	if _, err := client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: sdk.String("trail-archive"), ContinuationToken: sdk.String("bogus")}); errorCode(err) != "InvalidArgument" {
		t.Errorf("bogus continuation token: %v", err)
	}
}

func TestVirtualHostStyle(t *testing.T) {
	a := organisation(t)
	s := serve(t, aws.ServerOptions{Archives: []*aws.Archive{a}})
	address := strings.TrimPrefix(s.URL(), "http://")
	cfg := sdkConfig(s, tokyo)
	cfg.BaseEndpoint = sdk.String("http://s3.example.test")
	cfg.HTTPClient = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
	}}
	key := a.Keys("")[0]
	out, err := s3.NewFromConfig(cfg).GetObject(t.Context(), &s3.GetObjectInput{Bucket: sdk.String("trail-archive"), Key: &key})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(out.Body)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a.Get(key).Body, body); d != "" {
		t.Error(d)
	}
}

func TestFaults(t *testing.T) {
	a := organisation(t)
	key := a.Keys("")[0]
	get := func(ctx context.Context, f *aws.Fault) ([]byte, error) {
		s := serve(t, aws.ServerOptions{Archives: []*aws.Archive{a}, Fault: func(*http.Request) *aws.Fault { return f }})
		client := s3.NewFromConfig(sdkConfig(s, tokyo), func(o *s3.Options) { o.UsePathStyle = true })
		out, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: sdk.String("trail-archive"), Key: &key})
		if err != nil {
			return nil, err
		}
		return io.ReadAll(out.Body)
	}
	if _, err := get(t.Context(), &aws.Fault{Truncate: true}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read a truncated body: %v, want an unexpected EOF", err)
	}
	if body, err := get(t.Context(), &aws.Fault{Body: []byte("other")}); err != nil || string(body) != "other" {
		t.Errorf("another body: %q, %v", body, err)
	}
	if _, err := get(t.Context(), &aws.Fault{Status: 500, Body: []byte("<html>")}); err == nil {
		t.Error("a status of 500 with a body that is not S3's was taken for an answer")
	}
	if body, err := get(t.Context(), &aws.Fault{Delay: time.Nanosecond}); err != nil || len(body) != len(a.Get(key).Body) {
		t.Errorf("after a delay: %d bytes, %v", len(body), err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := get(ctx, &aws.Fault{Delay: time.Hour}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waited for a server that does not answer: %v", err)
	}
}

func TestSimulatedClock(t *testing.T) {
	s := serve(t, aws.ServerOptions{Now: func() time.Time { return day }})
	resp, err := http.Get(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := resp.Header["Date"]; !slices.Equal(got, []string{day.Format(http.TimeFormat)}) {
		t.Errorf("Date %q, want the simulated %s", got, day)
	}
}

// botocore keeps the case of metadata names, and AWS writes them in lower case.
func TestMetadataNamesAreLowerCase(t *testing.T) {
	a := organisation(t)
	s := serve(t, aws.ServerOptions{Archives: []*aws.Archive{a}})
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = io.WriteString(conn, "HEAD /trail-archive/"+digestKeys(a, production, tokyo)[0]+" HTTP/1.1\r\nHost: s3\r\nConnection: close\r\n"+
		"Authorization: AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/20261005/ap-northeast-1/s3/aws4_request\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"\r\nx-amz-meta-signature: ", "\r\nx-amz-meta-signature-algorithm: SHA256withRSA\r\n"} {
		if !strings.Contains(string(raw), name) {
			t.Errorf("no %q in %q", name, raw)
		}
	}
}

func TestListPublicKeysPerRegion(t *testing.T) {
	a, err := aws.NewArchive(aws.ArchiveOptions{Bucket: "trail-archive", Trail: "org-trail", HomeRegion: tokyo})
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range []string{tokyo, virginia, "eu-west-1"} {
		if _, err := a.AddLog(production, region, day, []json.RawMessage{event("1", "ListBuckets", day)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(day, day.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	s := serve(t, aws.ServerOptions{Archives: []*aws.Archive{a}})
	got := map[string]bool{}
	for _, region := range []string{tokyo, virginia, "eu-west-1", "sa-east-1"} {
		out, err := cloudtrail.NewFromConfig(sdkConfig(s, region)).ListPublicKeys(t.Context(),
			&cloudtrail.ListPublicKeysInput{StartTime: sdk.Time(day), EndTime: sdk.Time(day.Add(time.Hour))})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range out.PublicKeyList {
			got[*k.Fingerprint] = true
		}
		if want := 1; region != "sa-east-1" && len(out.PublicKeyList) != want {
			t.Errorf("%s: %d keys, want %d", region, len(out.PublicKeyList), want)
		}
	}
	want := map[string]bool{}
	for _, k := range a.PublicKeys() {
		want[k.Fingerprint] = true
	}
	if d := cmp.Diff(want, got); d != "" || len(want) != 3 {
		t.Errorf("fingerprints of %d regions: %s", len(want), d)
	}
	past := day.AddDate(-1, 0, 0)
	out, err := cloudtrail.NewFromConfig(sdkConfig(s, tokyo)).ListPublicKeys(t.Context(), &cloudtrail.ListPublicKeysInput{StartTime: &past, EndTime: &past})
	if err != nil || len(out.PublicKeyList) != 0 {
		t.Errorf("keys of a year before: %v, %v; want none", out, err)
	}
}

func TestLookupEvents(t *testing.T) {
	a := organisation(t)
	odd := event("11111111-0000-4000-8000-000000000000", "StopLogging", day.Add(90*time.Minute))
	for range 2 { // delivered twice, one event
		if _, err := a.AddLog(production, tokyo, day.Add(2*time.Hour), []json.RawMessage{odd}); err != nil {
			t.Fatal(err)
		}
	}
	hour := func(h int) *time.Time { return sdk.Time(day.Add(time.Duration(h) * time.Hour)) }
	named := func(key cloudtrailtypes.LookupAttributeKey, value string) []cloudtrailtypes.LookupAttribute {
		return []cloudtrailtypes.LookupAttribute{{AttributeKey: key, AttributeValue: &value}}
	}
	tests := []struct {
		name          string
		region        string
		in            cloudtrail.LookupEventsInput
		events, pages int
	}{
		{"all", tokyo, cloudtrail.LookupEventsInput{}, 73, 2},
		{"pages of ten", tokyo, cloudtrail.LookupEventsInput{MaxResults: sdk.Int32(10)}, 73, 8},
		{"two hours, both ends belong", tokyo, cloudtrail.LookupEventsInput{StartTime: hour(3), EndTime: hour(5)}, 7, 1},
		{"by name", tokyo, cloudtrail.LookupEventsInput{LookupAttributes: named("EventName", "StopLogging")}, 1, 1},
		{"by user", tokyo, cloudtrail.LookupEventsInput{LookupAttributes: named("Username", "nobody")}, 0, 1},
		{"other region", virginia, cloudtrail.LookupEventsInput{}, 72, 2},
		{"beyond 90 days", tokyo, cloudtrail.LookupEventsInput{StartTime: sdk.Time(day.AddDate(-1, 0, 0)), EndTime: sdk.Time(day.AddDate(0, -6, 0))}, 0, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, aws.ServerOptions{Archives: []*aws.Archive{a}, Account: production})
			var last time.Time
			seen, pages := map[string]bool{}, 0
			for p := cloudtrail.NewLookupEventsPaginator(cloudtrail.NewFromConfig(sdkConfig(s, tt.region)), &tt.in); p.HasMorePages(); pages++ {
				out, err := p.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range out.Events {
					if !last.IsZero() && e.EventTime.After(last) {
						t.Errorf("%s at %s comes after %s: want newest first", *e.EventId, e.EventTime, last)
					}
					last, seen[*e.EventId] = *e.EventTime, true
					if !strings.Contains(*e.CloudTrailEvent, *e.EventId) {
						t.Errorf("event %s: its CloudTrailEvent is another", *e.EventId)
					}
				}
			}
			if len(seen) != tt.events || pages != tt.pages {
				t.Errorf("%d events on %d pages, want %d on %d", len(seen), pages, tt.events, tt.pages)
			}
		})
	}
}

func TestLookupEventsRefuses(t *testing.T) {
	s := serve(t, aws.ServerOptions{Archives: []*aws.Archive{organisation(t)}, Account: production})
	client := cloudtrail.NewFromConfig(sdkConfig(s, tokyo))
	attribute := cloudtrailtypes.LookupAttribute{AttributeKey: "EventName", AttributeValue: sdk.String("x")}
	tests := map[string]*cloudtrail.LookupEventsInput{
		"InvalidMaxResultsException":       {MaxResults: sdk.Int32(51)},
		"InvalidNextTokenException":        {NextToken: sdk.String("bogus")},
		"InvalidLookupAttributesException": {LookupAttributes: []cloudtrailtypes.LookupAttribute{attribute, attribute}},
		"InvalidTimeRangeException":        {StartTime: sdk.Time(day), EndTime: sdk.Time(day.Add(-time.Hour))},
	}
	for code, in := range tests {
		if _, err := client.LookupEvents(t.Context(), in); errorCode(err) != code {
			t.Errorf("got %v, want %s", err, code)
		}
	}
}

func TestLookupEventsThrottles(t *testing.T) {
	now := day
	s := serve(t, aws.ServerOptions{Archives: []*aws.Archive{organisation(t)}, Account: production, Throttle: true, Now: func() time.Time { return now }})
	lookup := func(region string) string {
		_, err := cloudtrail.NewFromConfig(sdkConfig(s, region)).LookupEvents(t.Context(), &cloudtrail.LookupEventsInput{})
		return errorCode(err)
	}
	var got []string
	for range 3 {
		got = append(got, lookup(tokyo))
	}
	got = append(got, lookup(virginia))
	now = now.Add(500 * time.Millisecond)
	got = append(got, lookup(tokyo), lookup(tokyo))
	want := []string{"", "", "ThrottlingException", "", "", "ThrottlingException"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestIdentity(t *testing.T) {
	s := serve(t, aws.ServerOptions{Account: production})
	client := sts.NewFromConfig(sdkConfig(s, tokyo))
	role, err := client.AssumeRole(t.Context(), &sts.AssumeRoleInput{
		RoleArn: sdk.String("arn:aws:iam::" + audit + ":role/Reader"), RoleSessionName: sdk.String("evidence")})
	if err != nil {
		t.Fatal(err)
	}
	cfg := sdkConfig(s, tokyo)
	cfg.Credentials = credentials.NewStaticCredentialsProvider(*role.Credentials.AccessKeyId, *role.Credentials.SecretAccessKey, *role.Credentials.SessionToken)
	for want, c := range map[string]*sts.Client{production: client, audit: sts.NewFromConfig(cfg)} {
		id, err := c.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		if err != nil {
			t.Fatal(err)
		}
		if *id.Account != want || !strings.Contains(*id.Arn, want) {
			t.Errorf("identity %s %s, want account %s", *id.Account, *id.Arn, want)
		}
	}
	if d := cmp.Diff(map[string]int{"sts:AssumeRole": 1, "sts:GetCallerIdentity": 2}, maps.Clone(s.Requests())); d != "" {
		t.Error(d)
	}
	if _, err := client.AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: sdk.String("arn:aws:iam::x:role/Reader-role"), RoleSessionName: sdk.String("evidence")}); errorCode(err) != "ValidationError" {
		t.Errorf("assume a role of no account: %v", err)
	}
}
