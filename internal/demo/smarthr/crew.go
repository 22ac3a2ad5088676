package smarthr

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// japan is where SmartHR's days begin. Japan has no daylight saving time.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// Crew is a person on the roster, which SmartHR calls a crew.
type Crew struct {
	Number     string // emp_code; empty: none was given
	LastName   string
	FirstName  string
	Email      string
	Department string // with those above it: "技術本部/基盤部"
	Employment string // name of the employment type: 正社員
	Entered    string // the first day, 2020-04-01
	Resigned   string // the last day; empty: there is none
	Updated    time.Time
}

// id is the crew's own identity in SmartHR.
func (c Crew) id() string { return derived("crew", c.Number, c.LastName, c.FirstName, c.Email) }

// derived makes an identity of what it is for.
func derived(of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	h := hex.EncodeToString(sum[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// status is emp_status at a time: somebody is retired when the last day is over.
func (c Crew) status(now time.Time) string {
	if c.Resigned != "" && now.In(japan).Format(time.DateOnly) > c.Resigned {
		return "retired"
	}
	return "employed"
}

// types are SmartHR's own names for employment types.
var types = map[string]string{"正社員": "full_timer", "契約社員": "contract_worker", "役員": "board_member", "アルバイト・パート": "part_timer"}

// object is the crew as SmartHR gives it.
func (c Crew) object(now time.Time) map[string]any {
	department := strings.Split(c.Department, "/")
	kind, ok := types[c.Employment]
	if !ok {
		kind = "etc"
	}
	o := map[string]any{
		"id": c.id(), "user_id": nil, "emp_code": text(c.Number), "emp_status": c.status(now), "emp_type": kind,
		"employment_type": map[string]any{"id": derived("employment", c.Employment), "name": c.Employment, "preset_type": kind, "code": nil},
		"last_name":       c.LastName, "first_name": c.FirstName, "last_name_yomi": nil, "first_name_yomi": nil, "business_last_name": nil, "business_first_name": nil,
		"email": text(c.Email), "department": text(c.Department), "entered_at": text(c.Entered), "resigned_at": text(c.Resigned), "resigned_reason": nil,
		"departments": []any{map[string]any{
			"id": derived("department", c.Department), "name": department[len(department)-1], "full_name": c.Department, "code": nil, "position": 1,
			"created_at": "2020-04-01T00:00:00.000Z", "updated_at": "2020-04-01T00:00:00.000Z",
		}},
		"created_at": "2020-04-01T00:00:00.000Z", "updated_at": c.Updated.UTC().Format("2006-01-02T15:04:05.000Z"),
	}
	c.private(o)
	return o
}

// private adds what nobody has a use for in an audit.
func (c Crew) private(o map[string]any) {
	sum := sha256.Sum256([]byte(c.id()))
	o["birth_at"] = fmt.Sprintf("19%02d-%02d-%02d", 60+int(sum[0])%40, 1+int(sum[1])%12, 1+int(sum[2])%28)
	o["gender"], o["tel_number"] = nil, "000-0000-0000"
	o["address"] = map[string]any{"country_number": "JP", "zip_code": "000-0000", "pref": "架空県", "city": "架空市", "street": "架空町1-2-3", "building": nil}
	o["bank_accounts"] = []any{map[string]any{"number": 1, "bank_code": "0000", "bank_branch_code": "000", "account_type": "saving", "account_number": "0000000", "account_holder_name": "カクウ"}}
	o["custom_fields"] = []any{}
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
