package reportstest

import "github.com/evidencepack/evidence/reports"

// Redact makes an auditor's copy of a pack that [Pack] built: rules replaced values, and a
// parameter has what redaction added.
func Redact(p *reports.Pack) {
	p.Redaction = &reports.Redaction{
		Levels: "S, A", Key: "00112233445566ff", Ask: "Ask for it.",
		Rules: []reports.RedactionRule{
			{Kind: "*", Field: "**", Level: "S", As: "mail", Values: 1021, Occurrences: 20_481},
			{Kind: "github.*", Field: "**.login", Level: "S", As: "pseudonym", Values: 37, Occurrences: 4_099},
			{Kind: "github.*", Field: "**.owner.login", Level: "S", As: "kept"},
		},
	}
	for i := range p.Controls {
		if c := &p.Controls[i]; c.ID == "ACC-08" {
			c.Added = []reports.AddedValue{{Parameter: "exempt", Value: "anon-service-abcdefgh", Pattern: "ci-*"}}
			e := c.Exemptions[1]
			e.What, e.AddedFor = "user = anon-service-abcdefgh", "ci-*"
			c.Exemptions = append(c.Exemptions, e)
		}
	}
}
