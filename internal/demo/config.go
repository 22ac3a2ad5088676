package demo

import (
	"embed"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed evidence.yaml
var configTemplate string

//go:embed responses
var responses embed.FS

// Responses is the folder of what the demo's management answers to some of the planted
// exceptions.
func Responses() (fs.FS, error) { return fs.Sub(responses, "responses") }

// Config is the evidence.yaml of the demo, for an AWS and a GitHub served at
// these addresses. people are the words of the directory and the HR system.
func Config(aws, github string, people []string) []byte {
	return []byte(strings.NewReplacer(append(people,
		"{{bucket}}", trailBucket, "{{endpoint}}", aws, "{{github}}", github,
		"{{organization}}", hubOrganisation, "{{automation}}", strconv.Itoa(hubMonth().accessSync.Number()),
		"{{production}}", productionAccount, "{{audit}}", auditAccount, "{{management}}", managementAccount, "{{sandbox}}", sandboxAccount, "{{reader}}", readerRole,
	)...).Replace(configTemplate))
}
