package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors/all"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/pipeline"
	"github.com/evidencepack/evidence/internal/sealed"
)

// reservation is what a reader of results must know of their populations although nothing
// is missing, with the controls that it is of.
type reservation struct {
	text     string
	controls []string
}

// tellReservations says which parts of the sources nothing was read of, and until when
// completeness is provisional: each once, with the controls that it touches. Beside what is
// printed for programs it goes to stderr.
func (a *app) tellReservations(to io.Writer, run *pipeline.Run, sources []sealed.Description, results *evaluation.Results) error {
	list, err := reservations(run, sources, results)
	if err != nil {
		return err
	}
	for _, r := range list {
		fmt.Fprintf(to, "%s: %s\n", strings.Join(r.controls, ", "), oneLine(r.text))
	}
	return nil
}

func reservations(run *pipeline.Run, sources []sealed.Description, results *evaluation.Results) ([]reservation, error) {
	var list []reservation
	add := func(id, text string) {
		i := slices.IndexFunc(list, func(r reservation) bool { return r.text == text })
		if i < 0 {
			i = len(list)
			list = append(list, reservation{text: text})
		}
		if !slices.Contains(list[i].controls, id) {
			list[i].controls = append(list[i].controls, id)
		}
	}
	for _, r := range results.Controls {
		c, err := run.Library.Find(r.ID)
		if err != nil {
			return nil, err
		}
		kinds := c.Recorded()
		var until time.Time
		for _, source := range sources {
			for _, claim := range source.Claims {
				if !slices.Contains(kinds, claim.Kind) {
					continue
				}
				if why, unread := claim.Unread(); unread {
					add(r.ID, notRead(run.Config.Lang, source, claim.Scope, why))
				}
				if at := claim.Provisional(claim.Window); at.After(until) {
					until = at
				}
			}
		}
		if !until.IsZero() {
			add(r.ID, fmt.Sprintf(words(run.Config.Lang)("母集団の一部の網羅性は、%s 以後に再度収集するまで暫定である", "the completeness of a part of the population is provisional until it is collected again after %s"),
				clock(until, run.Config.Calendar.Location)))
		}
	}
	slices.SortStableFunc(list, func(x, y reservation) int { return cmp.Compare(x.text, y.text) })
	return list, nil
}

func notRead(l evidence.Lang, source sealed.Description, scope evidence.Scope, why evidence.Finding) string {
	text := why.Code
	for _, d := range all.Drivers() {
		if d.Name == source.Driver {
			text = d.Text(why.Code).In(l)
		}
	}
	return fmt.Sprintf(words(l)("母集団に含まれない範囲 %s %s: %s (%s)", "not in the population: %s %s: %s (%s)"), source.Name, scope, text, why.Detail)
}
