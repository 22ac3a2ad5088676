package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/demo/aws"
	"github.com/evidencepack/evidence/internal/demo/github"
)

const (
	trailBucket = "sample-payments-cloudtrail"
	trailName   = "organization-trail"

	// seed makes the ordinary events; another seed is another month.
	seed        = 2026_10
	earlierSeed = 2026_09
)

var (
	// recordingFrom and presentDay are what the archive reaches from and to: windows at
	// the edges of both months have neighbours.
	recordingFrom = time.Date(2026, 8, 31, 6, 0, 0, 0, time.UTC)
	presentDay    = inJapan("2026-11-02 09:00:00")

	// monthFrom is where the ordinary events of the month begin, and those of the month
	// before end.
	monthFrom = time.Date(2026, 9, 30, 6, 0, 0, 0, time.UTC)

	// earlierDay is when the month before was collected.
	earlierDay = inJapan("2026-10-01 09:00:00")
)

// Period is the month that the demo is about.
func Period() evidence.Period {
	return evidence.Period{Start: inJapan("2026-10-01 00:00:00"), End: inJapan("2026-11-01 00:00:00")}
}

// EarlierPeriod is the month before, which packs tell the changes from.
func EarlierPeriod() evidence.Period {
	return evidence.Period{Start: inJapan("2026-09-01 00:00:00"), End: Period().Start}
}

// Scenario is the company and its archive.
type Scenario struct {
	archive *aws.Archive
	built   time.Time
}

// Servers are the company's AWS, GitHub, Microsoft Graph and SmartHR, served on loopback.
type Servers struct {
	AWS    *aws.Server
	GitHub *github.Server
	people *peopleServers
}

// Token is what the company's systems want of those who read them: its GitHub, its
// SmartHR, and, as the secret of an application, its Microsoft Entra tenant.
const Token = "simulated"

// Company builds the archive of the month. It takes a few seconds, for the
// thousands of digests are really signed, with keys made for the occasion.
func Company() (*Scenario, error) {
	// The last hour's digest is still to come.
	return company(recordings(), recordingFrom, presentDay.Add(-time.Hour))
}

// company builds the archive of some events, with digests from one time to another.
func company(events []recorded, from, to time.Time) (*Scenario, error) {
	a, err := aws.NewArchive(aws.ArchiveOptions{
		Bucket: trailBucket, Organization: organization, Trail: trailName, HomeRegion: tokyo,
	})
	if err != nil {
		return nil, fmt.Errorf("simulated company: %w", err)
	}
	for _, region := range []string{tokyo, osaka, virginia} {
		a.AddRegion(region)
	}
	if err := deliver(a, events); err != nil {
		return nil, fmt.Errorf("simulated company: %w", err)
	}
	if err := a.Close(from, to); err != nil {
		return nil, fmt.Errorf("simulated company: %w", err)
	}
	return &Scenario{archive: a, built: time.Now()}, nil
}

// Archive is the trail's bucket.
func (s *Scenario) Archive() *aws.Archive { return s.archive }

// Now is the simulated clock: 9:00 on 2 November 2026 in Japan when the company
// was built, and going on from there.
func (s *Scenario) Now() time.Time { return presentDay.Add(time.Since(s.built)) }

// Earlier is the simulated clock of the day on which the month before was collected.
func (s *Scenario) Earlier() time.Time { return earlierDay.Add(time.Since(s.built)) }

// Serve serves the company's systems until ctx ends or they are closed.
func (s *Scenario) Serve(ctx context.Context) (*Servers, error) {
	return s.serve(ctx, s.Now, cloud())
}

// ServeEarlier serves them as on the day on which the month before was collected: its
// clock, and its security groups without what was done to them later.
func (s *Scenario) ServeEarlier(ctx context.Context) (*Servers, error) {
	return s.serve(ctx, s.Earlier, cloudAt(earlierDay))
}

func (s *Scenario) serve(ctx context.Context, now func() time.Time, state *aws.State) (*Servers, error) {
	archive, err := aws.NewServer(aws.ServerOptions{
		Archives: []*aws.Archive{s.archive}, Account: auditAccount, Now: now, Throttle: true, State: state,
	})
	if err != nil {
		return nil, err
	}
	org := Organization()
	hub, err := github.NewServer(github.Options{Root: org.Root(), REST: org.REST, Token: Token, Now: now})
	if err != nil {
		return nil, errors.Join(err, archive.Close())
	}
	people, err := servePeople(ctx, now)
	if err != nil {
		return nil, errors.Join(err, archive.Close(), hub.Close())
	}
	servers := &Servers{AWS: archive, GitHub: hub, people: people}
	context.AfterFunc(ctx, func() { _ = servers.Close() })
	return servers, nil
}

// Close stops them.
func (s *Servers) Close() error {
	return errors.Join(s.AWS.Close(), s.GitHub.Close(), s.people.Close())
}

// Config is the evidence.yaml that reads them.
func (s *Servers) Config() []byte {
	return Config(s.AWS.URL(), s.GitHub.URL(), s.people.words())
}
