package demo

import (
	"fmt"
	"time"

	"github.com/evidencepack/evidence"
)

// japan is the company's time zone. Japan has no daylight saving time.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// planted is an event whose judgement is known beforehand.
type planted struct {
	recorded
	effect  *effect // on a security group, if the call succeeds
	expects []expectation
}

// expectation is what a control must make of an event: of none, when the event
// belongs to the story but to no population.
type expectation struct {
	control string
	verdict evidence.Verdict
	codes   []string      // of an exception
	why     evidence.Text // of an exception
}

func passes(control string) expectation {
	return expectation{control: control, verdict: evidence.Pass}
}

func notApplicable(control string) expectation {
	return expectation{control: control, verdict: evidence.NotApplicable}
}

func exception(control, ja, en string, codes ...string) expectation {
	return expectation{control: control, verdict: evidence.Exception, codes: codes, why: evidence.Text{JA: ja, EN: en}}
}

// plant makes an event at a time of Japan, "2026-10-14 02:13:05". Its name
// within the story gives it its eventID.
func plant(name, at string, where place, by actor, c call, expects ...expectation) planted {
	t := inJapan(at)
	return planted{recorded{place: where, event: newEvent(derivedID("demo", name), t, where, by, c)}, c.effect, expects}
}

func inJapan(at string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", at, japan)
	if err != nil {
		panic(fmt.Sprintf("demo: time of a planted event: %v", err))
	}
	return t
}

// failed makes the event one that the service refused.
func (p planted) failed(code, message string) planted {
	p.event.ErrorCode, p.event.ErrorMessage, p.event.ResponseElements = code, message, nil
	p.effect = nil
	return p
}

// deliveredTwice makes CloudTrail deliver the event in two log files, which it
// does now and then.
func (p planted) deliveredTwice() planted {
	p.twice = true
	return p
}

// story is everything planted in the month.
func story() []planted {
	var all []planted
	for _, part := range [][]planted{loggingStory(), federatedStory(), rootStory(), networkStory(), securityGroupRoutine(), detectorStory()} {
		all = append(all, part...)
	}
	return all
}
