package demo

import (
	_ "embed"
	"strings"
)

//go:embed evidence.yaml
var configTemplate string

// Config is the evidence.yaml of the demo, for an AWS served at endpoint.
func Config(endpoint string) []byte {
	return []byte(strings.NewReplacer(
		"{{bucket}}", trailBucket, "{{endpoint}}", endpoint,
		"{{production}}", productionAccount, "{{audit}}", auditAccount,
	).Replace(configTemplate))
}
