package config

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/evidencepack/evidence/internal/locker"
)

// lockerFile is where the locker is: a path, a place in S3 as the command line
// takes it, or that place with its settings.
type lockerFile struct {
	Location   string        `yaml:"location"`
	Region     string        `yaml:"region"`
	Profile    string        `yaml:"profile"`
	Role       string        `yaml:"role"`
	ExternalID string        `yaml:"external_id"`
	Endpoint   string        `yaml:"endpoint"`
	PathStyle  bool          `yaml:"path_style"`
	Retention  retentionFile `yaml:"retention"`
	LegalHold  bool          `yaml:"legal_hold"`
	KMSKey     string        `yaml:"kms_key"`
}

// retentionFile is how long what is sealed is kept from deletion.
type retentionFile struct {
	Mode string `yaml:"mode"` // compliance or governance
	Days int    `yaml:"days"`
}

// UnmarshalYAML takes a text, or {location: …, region: …}.
func (l *lockerFile) UnmarshalYAML(decode func(any) error) error {
	if decode(&l.Location) == nil {
		return nil
	}
	type plain lockerFile
	return decode((*plain)(l))
}

// place returns where the locker is, as messages say it, and the bucket that it is
// in; nil for a folder.
func (l lockerFile) place(dir string) (string, *locker.Bucket, error) {
	if !strings.HasPrefix(l.Location, locker.Scheme) {
		if l != (lockerFile{Location: l.Location}) {
			return "", nil, fmt.Errorf("locker: location %q is no place in S3, which these settings are of: want s3://bucket/prefix", l.Location)
		}
		return inDir(dir, l.Location, "locker"), nil, nil
	}
	b := locker.Bucket{
		Location: l.Location, Region: l.Region, Profile: l.Profile, Role: l.Role, ExternalID: l.ExternalID, Endpoint: l.Endpoint, PathStyle: l.PathStyle,
		Retention: l.Retention.Mode, Days: l.Retention.Days, LegalHold: l.LegalHold, KMSKey: l.KMSKey,
	}
	if strings.Contains(l.Location, "?") {
		if l != (lockerFile{Location: l.Location}) {
			return "", nil, fmt.Errorf("locker: settings stand in the location and beside it: want one of the two")
		}
		var err error
		if b, err = locker.ParseBucket(l.Location); err != nil {
			return "", nil, fmt.Errorf("locker: %w", err)
		}
	}
	if err := b.Validate(); err != nil {
		return "", nil, fmt.Errorf("locker: %w", err)
	}
	return b.Location, &b, nil
}

// checkpointsFile is what becomes of checkpoints beside the locker.
type checkpointsFile struct {
	Copies []string `yaml:"copies"`
}

// fileScheme begins the place of copies in a folder.
const fileScheme = "file:"

// places makes paths of copies absolute.
func (c checkpointsFile) places(dir string) ([]string, error) {
	var list []string
	for _, place := range c.Copies {
		path, isFile := strings.CutPrefix(place, fileScheme)
		if isFile {
			path = strings.TrimPrefix(path, "//")
			if path == "" {
				return nil, fmt.Errorf("checkpoints: copies: %q: want file: and a folder", place)
			}
			place = fileScheme + inDir(dir, filepath.FromSlash(path), "")
		}
		list = append(list, place)
	}
	return list, nil
}
