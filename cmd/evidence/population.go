package main

import (
	"errors"
	"os"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pipeline"
)

// populationFormat refuses what does not go together with writing a population.
func populationFormat(format, out string, input, mark bool, args []string) error {
	switch {
	case format == "" && out != "":
		return usage("--out is for --format csv or jsonl")
	case mark && format != "csv":
		return usage("--bom is for --format csv")
	case format == "":
		return nil
	case format != "csv" && format != "jsonl":
		return usage("--format %s: want csv or jsonl", format)
	case input || len(args) > 1:
		return usage("--format writes the whole population: name no item, and not --input")
	}
	return nil
}

// writePopulation writes the population of the one control that was tested.
func (a *app) writePopulation(run *pipeline.Run, p evidence.Period, results *evaluation.Results, format, out string, mark bool) (err error) {
	c, err := exchanged(run, p, results)
	if err != nil {
		return err
	}
	w := a.stdout
	if out != "" {
		f, err := os.OpenFile(out, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	if format == "csv" {
		return c.CSV(w, &results.Controls[0], mark)
	}
	return c.JSONLines(w, &results.Controls[0])
}
