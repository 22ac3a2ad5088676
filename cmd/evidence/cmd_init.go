package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"github.com/spf13/cobra"

	"github.com/evidencepack/evidence/internal/config"
	"github.com/evidencepack/evidence/internal/pipeline"
)

//go:embed init.yaml.tmpl
var initTemplate string

func (a *app) initCommand() *cobra.Command {
	var values initValues
	c := &cobra.Command{
		Use:   "init",
		Short: "Make evidence.yaml, keys and a locker where there are none",
		Long: `Init writes a commented evidence.yaml, makes the keys that it names (Ed25519, readable
by their owner alone) and an empty locker. What is there already is left as it is, so
that it may be run again after the configuration was edited.`,
		Example: "  evidence init --organisation \"Example Inc.\" --organisation-ja 株式会社例 --location s3://audit-logs/trail",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if values.Unanswered, err = unanswered(); err != nil {
				return err
			}
			made, err := a.initConfig(values)
			if err != nil {
				return err
			}
			c, err := config.Load(a.configPath)
			if err != nil {
				return err
			}
			rest, err := pipeline.Setup(cmd.Context(), c, time.Now)
			for _, path := range append(made, rest...) {
				fmt.Fprintln(a.stdout, path)
			}
			if err == nil && len(made)+len(rest) == 0 {
				fmt.Fprintln(a.stderr, "evidence: everything is there already; nothing was changed")
			}
			return err
		},
	}
	c.Flags().StringVar(&values.EN, "organisation", "Example Inc.", "the organisation's name in English")
	c.Flags().StringVar(&values.JA, "organisation-ja", "株式会社例", "the organisation's name in Japanese")
	c.Flags().StringVar(&values.Location, "location", "s3://example-audit-logs", "the CloudTrail archive: s3://bucket/prefix or file:///folder")
	return c
}

// initValues fill the template in.
type initValues struct {
	JA, EN, Location string
	Unanswered       []unansweredControls
}

// initConfig writes the configuration unless there is one.
func (a *app) initConfig(values any) ([]string, error) {
	t, err := template.New("init").Funcs(template.FuncMap{"quote": func(s string) string { return fmt.Sprintf("%q", s) }}).Parse(initTemplate)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, values); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(a.configPath), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(a.configPath, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	_, err = f.Write(b.Bytes())
	return []string{a.configPath}, errors.Join(err, f.Close())
}
