package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

// VolumeOptions is the size of an archive to measure speed on.
type VolumeOptions struct {
	Files         int    // log files, spread evenly over the month
	EventsPerFile int    // about 1.2 kB each
	WantedEvery   int    // one event in so many belongs to some control's population; 0: none
	Seed          uint64 // equal seeds give equal log files
}

// Volume makes an archive of one account in one region for benchmarks: ordinary
// events of the company, many of them. WriteDir makes a folder of it.
func Volume(o VolumeOptions) (*aws.Archive, error) {
	if o.Files < 1 || o.EventsPerFile < 1 {
		return nil, fmt.Errorf("volume of %d files with %d events: want at least one of each", o.Files, o.EventsPerFile)
	}
	a, err := aws.NewArchive(aws.ArchiveOptions{Bucket: trailBucket, Trail: trailName, HomeRegion: tokyo})
	if err != nil {
		return nil, fmt.Errorf("volume: %w", err)
	}
	if err := o.deliver(a); err != nil {
		return nil, fmt.Errorf("volume: %w", err)
	}
	if err := a.Close(Period().Start.Add(-2*time.Hour), Period().End.Add(3*time.Hour)); err != nil {
		return nil, fmt.Errorf("volume: %w", err)
	}
	return a, nil
}

func (o VolumeOptions) deliver(a *aws.Archive) error {
	ordinary, wanted := volumeStock(o.Seed)
	period := Period()
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range o.Files {
		g.Go(func() error {
			at := period.Start.Add(period.Duration() / time.Duration(o.Files) * time.Duration(i))
			r := rand.New(rand.NewPCG(o.Seed, uint64(i)))
			events := make([]json.RawMessage, o.EventsPerFile)
			for j := range events {
				from := ordinary[r.IntN(len(ordinary))]
				if n := i*o.EventsPerFile + j; o.WantedEvery > 0 && n%o.WantedEvery == 0 {
					from = wanted[r.IntN(len(wanted))]
				}
				events[j] = from.again(randomID(r), at.Add(time.Duration(r.IntN(600))*time.Second))
			}
			_, err := a.AddLog(productionAccount, tokyo, at.Add(15*time.Minute), events)
			return err
		})
	}
	return g.Wait()
}

// printed is a record to be repeated: encoding one anew for each of a million events would
// take longer than what is to be measured.
type printed struct{ head, middle, tail []byte } // around eventTime and eventID

func (p printed) again(id string, at time.Time) json.RawMessage {
	b := make([]byte, 0, len(p.head)+len(p.middle)+len(p.tail)+64)
	b = append(b, p.head...)
	b = at.UTC().AppendFormat(b, "2006-01-02T15:04:05Z")
	b = append(b, p.middle...)
	b = append(b, id...)
	return append(b, p.tail...)
}

func newPrinted(e event) printed {
	b := e.encode()
	head, rest, _ := bytes.Cut(b, []byte(`"eventTime":"`+e.EventTime.Format(time.RFC3339)))
	middle, tail, _ := bytes.Cut(rest, []byte(`"eventID":"`+e.EventID))
	return printed{append(head, `"eventTime":"`...), append(middle, `"eventID":"`...), tail}
}

// volumeStock is a week of the company's life in its busiest place, and the story.
func volumeStock(seed uint64) (ordinary, wanted []printed) {
	from := Period().Start
	for _, r := range routineEvents(seed, from, from.AddDate(0, 0, 7)) {
		if r.place == production && r.event.UserIdentity.Type != "IAMUser" {
			ordinary = append(ordinary, newPrinted(r.event))
		}
	}
	for _, p := range story() {
		if p.place == production && len(p.expects) > 0 {
			wanted = append(wanted, newPrinted(p.event))
		}
	}
	return ordinary, wanted
}
