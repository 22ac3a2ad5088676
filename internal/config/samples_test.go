package config

import (
	"strings"
	"testing"

	"github.com/evidencepack/evidence/internal/sampling"
)

const ownTable = `  tables:
    ours:
      title: {ja: 当社, en: Ours}
      sizes:
        yearly: [{size: 1}]
        quarterly: [{size: 2}]
        monthly: [{size: 3}]
        weekly: [{size: 5}]
        daily: [{size: 30}]
        continuous: [{size: 30}]
        per-occurrence: [{up_to: 10, all: true}, {up_to: 200, percent: 10}, {size: 40}]
`

func parseSamples(section string) (*Config, error) { return Parse([]byte(whole+section), "/org") }

func TestSamples(t *testing.T) {
	c, err := parseSamples("")
	if err != nil || c.Samples.Table.Name != sampling.JSOX || c.Samples.Log != "" {
		t.Errorf("by default: %+v, %v", c.Samples, err)
	}
	c, err = parseSamples("samples:\n  table: ours\n  log: samples.yaml\n" + ownTable + "  controls:\n    CHG-01: {size: 60}\n    CHG-02: {table: aicpa}\n    LOG-02: {disabled: true}\n")
	if err != nil {
		t.Fatal(err)
	}
	s := c.Samples
	if s.Table.Name != "ours" || s.Log != "/org/samples.yaml" || s.Controls["CHG-01"].Size != 60 || s.Controls["CHG-02"].Table != "aicpa" || !s.Controls["LOG-02"].Disabled {
		t.Errorf("%+v", s)
	}
	if n := sampling.SizeOf(s.Table.Sizes["per-occurrence"], 111); n != 12 {
		t.Errorf("%d of 111", n)
	}
}

func TestSamplesRefused(t *testing.T) {
	for section, want := range map[string]string{
		"samples: {table: none}\n":                                              `no table of sample sizes "none"`,
		"samples: {controls: {CHG-01: {table: none}}}\n":                        "CHG-01",
		"samples: {controls: {CHG-01: {size: -1}}}\n":                           "CHG-01",
		"samples: {controls: {CHG-01: {size: 5, table: aicpa}}}\n":              "CHG-01",
		"samples: {nonce: x}\n":                                                 "nonce",
		"samples:\n" + strings.Replace(ownTable, "ours:", "jsox:", 1):           "a shipped table has this name",
		"samples:\n" + strings.Replace(ownTable, "en: Ours", "fr: x", 1):        "fr",
		"samples:\n" + strings.Replace(ownTable, ", en: Ours", "", 1):           "both languages",
		"samples:\n" + strings.Replace(ownTable, "weekly: [{size: 5}]", "", 1):  "weekly: no size",
		"samples:\n" + strings.Replace(ownTable, "[{size: 5}]", "[{}]", 1):      "weekly: step 1",
		"samples:\n" + ownTable + "        hourly: [{size: 5}]\n":               "and no other",
		"samples:\n" + strings.Replace(ownTable, "percent: 10", "size: ten", 1): "ten",
	} {
		if _, err := parseSamples(section); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", section, err, want)
		}
	}
}
