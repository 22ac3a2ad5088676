package demo

import (
	"sync"
	"time"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

const (
	managementAccount = "777788889999" // owns the organisation; the audit account is its delegated administrator
	readerRole        = "evidence-reader"
)

// standing is something that the company's AWS accounts hold when they are read, and
// what the controls make of it.
type standing struct {
	place               // its account and region; services without regions have none
	id        string    // what the controls know it by: account/region/id, as its snapshots without their time; empty: no control judges it
	since     time.Time // of what is not a snapshot: its time
	expects   []expectation
	resources []resource
}

// resource is a thing in a collection of the simulated AWS, in the wire shape of its service.
type resource struct {
	collection string
	thing      any
}

// stands is a resource by its identity within its account and region.
func stands(where place, id, collection string, thing any, expects ...expectation) standing {
	name := where.account
	for _, part := range []string{where.region, id} {
		if part != "" {
			name += "/" + part
		}
	}
	return standing{place: where, id: name, expects: expects, resources: []resource{{collection, thing}}}
}

// standings are everything that the company's accounts hold after the month.
func standings() []standing { return standingsAt(presentDay) }

// standingsAt are what they held at a time. Of what they hold beside security groups, the
// story tells no other state than that after the month.
func standingsAt(at time.Time) []standing {
	var all []standing
	for _, part := range [][]standing{
		groupStandings(at), memberStandings(), endpointStandings(), serverStandings(), trailStandings(),
		federationStandings(), detectorStandings(), recorderStandings(), keyStandings(), userStandings(), identityStandings(),
	} {
		all = append(all, part...)
	}
	return all
}

// cloud is the company's AWS as it stands after the month.
var cloud = sync.OnceValue(func() *aws.State { return cloudAt(presentDay) })

func cloudAt(at time.Time) *aws.State {
	s := &aws.State{Regions: []string{tokyo, osaka, virginia}, Organization: cloudOrganization()}
	for _, st := range standingsAt(at) {
		for _, r := range st.resources {
			s.Add(st.account, st.region, r.collection, r.thing)
		}
	}
	return s
}

// cloudOrganization is the AWS organisation.
func cloudOrganization() *aws.Organization {
	return &aws.Organization{
		ID: organization, RootID: rootUnit, Management: managementAccount, Delegated: []string{auditAccount},
		Units:    map[string]string{workloadUnit: rootUnit, securityUnit: rootUnit, sandboxUnit: rootUnit, suspendedUnit: rootUnit},
		Accounts: members(), Policies: controlPolicies(), Attached: attachedPolicies(),
	}
}
