package awsstate

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

func TestShape(t *testing.T) {
	var none *types.Account
	var noList []string
	for _, tt := range []struct {
		v    any
		want string
	}{
		{nil, `null`}, {none, `null`}, {noList, `[]`}, {"<&>", `"<&>"`},
		{types.PolicySummary{Id: aws.String("p-1")}, `{"AwsManaged":false,"Id":"p-1"}`},
		{types.Account{JoinedTimestamp: aws.Time(time.Date(2026, 1, 2, 12, 4, 5, 6e6, time.FixedZone("", 9*3600)))}, `{"JoinedTimestamp":"2026-01-02T03:04:05.006Z"}`},
		{types.Root{PolicyTypes: []types.PolicyTypeSummary{}}, `{"PolicyTypes":[]}`},
		{types.Root{}, `{}`},
		{ec2.DescribeRegionsOutput{Regions: []ec2types.Region{{RegionName: aws.String("")}}}, `{"Regions":[{"RegionName":""}]}`},
		{[]any{true, false, int32(-1), int64(1) << 53, 0.5}, `[true,false,-1,9007199254740992,0.5]`},
		{map[string]any{"b": 1, "a": []byte("x")}, `{"a":"eA==","b":1}`},
	} {
		got, err := shape(tt.v)
		if err != nil || string(got) != tt.want {
			t.Errorf("%+v is %s, %v; want %s", tt.v, got, err, tt.want)
		}
	}
	if got, err := shape(types.Root{Id: aws.String("r")}, noun{"First", 1}); err != nil || string(got) != `{"First":1,"Id":"r"}` {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := shape(make(chan int)); err == nil {
		t.Error("a channel was told in JSON")
	}
}

// TestShapeOfTexts: texts are written as encoding/json writes them, < > & aside.
func TestShapeOfTexts(t *testing.T) {
	texts := []string{"", "web", "\"", `\`, "決済", "\u2028", "\xff", "a\x00"}
	for c := range 256 {
		texts = append(texts, "a"+string(rune(c))+"b", "a"+string([]byte{byte(c)}))
	}
	for _, s := range texts {
		var want bytes.Buffer
		e := json.NewEncoder(&want)
		e.SetEscapeHTML(false)
		if err := e.Encode(s); err != nil {
			t.Fatal(err)
		}
		if got, err := shape(s); err != nil || string(got)+"\n" != want.String() {
			t.Errorf("%q is %s, %v; want %s", s, got, err, want.String())
		}
	}
}
