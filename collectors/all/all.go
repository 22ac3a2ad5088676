// Package all lists the drivers that the command line tool knows.
package all

import (
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/awsstate"
	"github.com/evidencepack/evidence/collectors/cloudtrail"
	"github.com/evidencepack/evidence/collectors/cloudtraillookup"
	"github.com/evidencepack/evidence/collectors/entraid"
	"github.com/evidencepack/evidence/collectors/entraidexport"
	"github.com/evidencepack/evidence/collectors/github"
	"github.com/evidencepack/evidence/collectors/hrcsv"
	"github.com/evidencepack/evidence/collectors/m365"
	"github.com/evidencepack/evidence/collectors/smarthr"
)

// Drivers returns every driver, in the order of their names.
func Drivers() []collectors.Driver {
	return []collectors.Driver{
		awsstate.Driver(),
		cloudtrail.Driver(),
		cloudtraillookup.Driver(),
		entraid.Driver(),
		entraidexport.Driver(),
		github.Driver(),
		hrcsv.Driver(),
		m365.Driver(),
		smarthr.Driver(),
	}
}
