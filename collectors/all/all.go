// Package all lists the drivers that the command line tool knows.
package all

import (
	"github.com/evidencepack/evidence/collectors"
	"github.com/evidencepack/evidence/collectors/cloudtrail"
	"github.com/evidencepack/evidence/collectors/cloudtraillookup"
	"github.com/evidencepack/evidence/collectors/entraidexport"
	"github.com/evidencepack/evidence/collectors/github"
)

// Drivers returns every driver, in the order of their names.
func Drivers() []collectors.Driver {
	return []collectors.Driver{
		cloudtrail.Driver(),
		cloudtraillookup.Driver(),
		entraidexport.Driver(),
		github.Driver(),
	}
}
