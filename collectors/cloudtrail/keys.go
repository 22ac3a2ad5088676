package cloudtrail

import (
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
)

// Where CloudTrail puts its objects, below a trail's optional prefix:
//
//	AWSLogs/[o-…/]<account>/CloudTrail/<region>/YYYY/MM/DD/
//	    <account>_CloudTrail_<region>_YYYYMMDDTHHMMZ_<unique>.json.gz
//	AWSLogs/[o-…/]<account>/CloudTrail-Digest/<region>/YYYY/MM/DD/
//	    <account>_CloudTrail-Digest_<region>_<trail>_<home region>_YYYYMMDDTHHMMSSZ[_backfill].json.gz
//
// A log file's time is when it was delivered, a digest's the end of what it covers.
// Source: AWS CloudTrail user guide, "CloudTrail log file name format" and
// "CloudTrail digest file structure".
const (
	rootFolder   = "AWSLogs/"
	logFolder    = "CloudTrail/"
	digestFolder = "CloudTrail-Digest/"
	dayLayout    = "2006/01/02/"
)

var (
	accountPattern = regexp.MustCompile(`^\d{12}$`)
	orgPattern     = regexp.MustCompile(`^o-[a-z0-9]{10,32}$`)
	regionPattern  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)+$`) // new partitions keep bringing new forms
	logName        = regexp.MustCompile(`^(\d{12})_CloudTrail_([a-z0-9-]+)_(\d{8}T\d{4}Z)_([A-Za-z0-9]+)\.json\.gz$`)
	digestName     = regexp.MustCompile(`^(\d{12})_CloudTrail-Digest_([a-z0-9-]+)_([A-Za-z0-9._-]+)_([a-z0-9-]+)_(\d{8}T\d{6}Z)(_backfill)?\.json\.gz$`)
)

// place is one account in one region of an archive.
type place struct {
	Organization string // "o-…" of an organisation trail; else empty
	Account      string
	Region       string
}

func (p place) scope() evidence.Scope {
	s := evidence.Scope{"account": p.Account, "region": p.Region}
	if p.Organization != "" {
		s["organization"] = p.Organization
	}
	return s
}

func placeOf(s evidence.Scope) place {
	return place{Organization: s["organization"], Account: s["account"], Region: s["region"]}
}

// String names the place as a path: "o-abc/123456789012/eu-west-1".
func (p place) String() string { return path.Join(p.Organization, p.Account, p.Region) }

// folder is where the place's logs or digests of all days are, with a slash at its end.
func (p place) folder(prefix, tree string) string {
	return path.Join(prefix, rootFolder, p.Organization, p.Account, tree, p.Region) + "/"
}

// logKey is the parsed key of a log file.
type logKey struct {
	Key       string
	Size      int64 // as stored
	Delivered time.Time
}

// parseLogKey reads a key below p's log folder; ok is false if it has not the
// form of one, or lies in another day's folder than its name says.
func parseLogKey(key string, p place) (k logKey, ok bool) {
	m := logName.FindStringSubmatch(path.Base(key))
	if m == nil || m[1] != p.Account || m[2] != p.Region {
		return k, false
	}
	t, err := time.Parse("20060102T1504Z", m[3])
	if err != nil || !inFolder(key, t) {
		return k, false
	}
	return logKey{Key: key, Delivered: t}, true
}

// digestKey is the parsed key of a digest.
type digestKey struct {
	Key      string
	Trail    string // the trail's name and home region: what tells chains apart
	Home     string // the trail's home region
	End      time.Time
	Backfill bool // lists files that the hour's own digest missed; a chain of its own
}

func parseDigestKey(key string, p place) (k digestKey, ok bool) {
	m := digestName.FindStringSubmatch(path.Base(key))
	if m == nil || m[1] != p.Account || m[2] != p.Region {
		return k, false
	}
	t, err := time.Parse("20060102T150405Z", m[5])
	if err != nil || !inFolder(key, t) {
		return k, false
	}
	return digestKey{Key: key, Trail: m[3] + "_" + m[4], Home: m[4], End: t, Backfill: m[6] != ""}, true
}

func inFolder(key string, t time.Time) bool {
	return strings.HasSuffix(path.Dir(key)+"/", "/"+t.Format(dayLayout))
}

// days lists the UTC days that a period touches, as folders.
func days(p evidence.Period) []string {
	var out []string
	for d := startOfDay(p.Start); d.Before(p.End); d = d.AddDate(0, 0, 1) {
		out = append(out, d.Format(dayLayout))
	}
	return out
}

func startOfDay(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
