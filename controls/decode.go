package controls

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/evidencepack/evidence"
)

var (
	idPattern     = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$`)
	kindPattern   = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`)
	namePattern   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	dottedPattern = regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`)
)

// decodeControl reads a control.yaml and refuses one that is incomplete.
func decodeControl(name string, b []byte) (*Control, error) {
	src := source{name, b}
	c := &Control{}
	if err := src.decode(c); err != nil {
		return nil, err
	}
	if c.Scope == "" {
		c.Scope = Each
	}
	c.Activity.JA, c.Procedure.JA = unfolded(c.Activity.JA), unfolded(c.Procedure.JA)
	for _, check := range []func(source) error{
		c.checkTexts, c.checkPopulation, c.checkRelated, c.checkParams, c.checkExtract,
		c.checkReasons, c.checkObservations, c.checkNotApplicable, c.checkHeadings, c.checkColumns, c.checkLabel, c.checkLink, c.checkGroup, c.checkCharts,
	} {
		if err := check(src); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// unfolded takes out the spaces that YAML's folded lines leave in Japanese,
// which has none between its words or after its punctuation.
func unfolded(s string) string {
	runes := []rune(s)
	var b strings.Builder
	for i, r := range runes {
		if r == ' ' && i > 0 && i+1 < len(runes) && japanese(runes[i-1]) && (unicode.IsPunct(runes[i-1]) || japanese(runes[i+1])) {
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// japanese: a character of the Japanese scripts, or a full-width punctuation mark.
func japanese(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || strings.ContainsRune("、。ー・「」『』（）：", r)
}

func (c *Control) checkTexts(src source) error {
	if !idPattern.MatchString(c.ID) {
		return src.errorf("$.id", "id %q: want capitals, digits and hyphens, such as LOG-01", c.ID)
	}
	for _, t := range []struct {
		name string
		text evidence.Text
	}{{"title", c.Title}, {"activity", c.Activity}, {"procedure", c.Procedure}} {
		if !t.text.Complete() {
			return src.errorf("$."+t.name, "%s is needed in ja and en", t.name)
		}
	}
	if c.Owner == "" {
		return src.errorf("$.owner", "owner is needed")
	}
	if _, ok := frequencies[c.Frequency]; !ok {
		return src.errorf("$.frequency", "frequency %q: want one of %v", c.Frequency, Frequencies())
	}
	if c.Scope != Each && c.Scope != Whole {
		return src.errorf("$.scope", "scope %q: want each or whole", c.Scope)
	}
	return nil
}

func (c *Control) checkPopulation(src source) error {
	p := c.Population
	if p.Label != "" || p.Link != "" {
		return src.errorf("$.population", "population: the label and the link of the first kind are the control's own: label and link stand beside population")
	}
	if p.Optional {
		return src.errorf("$.population.optional", "population: optional is for the kinds of also: without the first there is no population")
	}
	if len(p.Also) > 0 && c.Scope == Whole {
		return src.errorf("$.population.also", "population: also: scope whole judges items of one kind")
	}
	if err := p.check(src, "$.population"); err != nil {
		return err
	}
	kinds := []string{p.Kind}
	for i, also := range p.Also {
		at := fmt.Sprintf("$.population.also[%d]", i)
		switch {
		case len(also.Also) > 0:
			return src.errorf(at+".also", "population: also within also: list all further kinds in one")
		case slices.Contains(kinds, also.Kind):
			return src.errorf(at+".kind", "population: kind %s stands twice: where takes alternatives", also.Kind)
		}
		if err := also.check(src, at); err != nil {
			return err
		}
		kinds = append(kinds, also.Kind)
	}
	return nil
}

// check refuses a part of a population that could not mean anything.
func (p Population) check(src source, at string) error {
	if !kindPattern.MatchString(p.Kind) {
		return src.errorf(at+".kind", "kind %q: want source.noun, such as cloudtrail.event", p.Kind)
	}
	if err := p.Where.Validate(); err != nil {
		return src.errorf(at+".where", "population: %w", err)
	}
	if p.Time == "" && p.End != "" {
		return src.errorf(at+".end", "population: end needs time")
	}
	if p.LatestOf != "" && p.End != "" {
		return src.errorf(at+".latest_of", "population: latest_of: a snapshot does not last: end is not for it")
	}
	return checkPaths(src, at, append(snapshotOf(p.LatestOf), p.Time, p.End)...)
}

func (c *Control) checkRelated(src source) error {
	for _, name := range slices.Sorted(maps.Keys(c.Related)) {
		r, at := c.Related[name], "$.related."+name
		if !namePattern.MatchString(name) {
			return src.errorf(at, "related %q: want a name of lower-case letters, digits and underscores", name)
		}
		if !kindPattern.MatchString(r.Kind) {
			return src.errorf(at+".kind", "related %s: kind %q: want source.noun", name, r.Kind)
		}
		if err := r.Where.Validate(); err != nil {
			return src.errorf(at+".where", "related %s: %w", name, err)
		}
		joined := len(r.Match) > 0 || r.Between != nil
		if c.Scope == Each && !joined && !r.All {
			return src.errorf(at, "related %s: match or between is needed, or all: true", name)
		}
		if r.All && (joined || c.Scope == Whole) {
			return src.errorf(at+".all", "related %s: all: it stands instead of match and between, with scope each", name)
		}
		if c.Scope == Whole && joined {
			return src.errorf(at, "related %s: match and between join to one item; scope whole sees all related records", name)
		}
		if err := c.checkThrough(src, at, name, r); err != nil {
			return err
		}
		if err := c.checkWhen(src, at, name, r); err != nil {
			return err
		}
		if r.LatestOf != "" && (r.Window != Window{}) {
			return src.errorf(at+".latest_of", "related %s: latest_of takes the newest from the period's start on: a window is not for it", name)
		}
		if err := checkPaths(src, at+".latest_of", snapshotOf(r.LatestOf)...); err != nil {
			return err
		}
		if err := checkPaths(src, at+".match", slices.Concat(slices.Collect(maps.Keys(r.Match)), slices.Collect(maps.Values(r.Match)))...); err != nil {
			return err
		}
		if b := r.Between; b != nil {
			if b.Of != "item" && b.Of != "related" {
				return src.errorf(at+".between", "related %s: between: of %q: want item or related", name, b.Of)
			}
			if b.Time == "" || b.From == "" || b.To == "" {
				return src.errorf(at+".between", "related %s: between: time, from and to are needed", name)
			}
			if err := checkPaths(src, at+".between", b.Time, b.From, b.To); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkWhen refuses a relation that waits for what is not there, or is never empty.
func (c *Control) checkWhen(src source, at, name string, r Related) error {
	if r.When == "" {
		return nil
	}
	v, ok := c.Params[r.When]
	switch {
	case !ok:
		return src.errorf(at+".when", "related %s: when %q: there is no such parameter", name, r.When)
	case jsonType(v) == "a number" || jsonType(v) == "a boolean":
		return src.errorf(at+".when", "related %s: when %q: want a list, a mapping or a text, which can be empty", name, r.When)
	}
	return nil
}

// checkPaths accepts empty paths: whether one is needed is another question.
func checkPaths(src source, at string, paths ...string) error {
	for _, p := range paths {
		if p != "" && !dottedPattern.MatchString(p) {
			return src.errorf(at, "path %q: want names joined by dots", p)
		}
	}
	return nil
}

func (c *Control) checkParams(src source) error {
	for name, v := range c.Params {
		if !namePattern.MatchString(name) {
			return src.errorf("$.params", "parameter %q: want a name of lower-case letters, digits and underscores", name)
		}
		if v == nil {
			return src.errorf("$.params."+name, "parameter %s: a default is needed; its type is the parameter's", name)
		}
		if _, err := paramValue(v); err != nil {
			return src.errorf("$.params."+name, "parameter %s: %w", name, err)
		}
	}
	for _, name := range c.Exempting {
		if _, ok := c.Params[name].([]any); !ok {
			return src.errorf("$.exempting", "exempting: %q is no parameter that is a list", name)
		}
	}
	if _, err := c.Exemptions(time.UTC); err != nil {
		return src.errorf("$.params", "%w", err)
	}
	return nil
}

func (c *Control) checkReasons(src source) error {
	if len(c.Reasons) == 0 {
		return src.errorf("$.reasons", "reasons are needed: a control that knows no exception tests nothing")
	}
	return checkCodes(src, "reason", "$.reasons.", c.Reasons)
}

func (c *Control) checkObservations(src source) error {
	for _, code := range slices.Sorted(maps.Keys(c.Observations)) {
		if _, ok := c.Reasons[code]; ok {
			return src.errorf("$.observations."+code, "observation %s: it is a reason already: a code either makes an exception or does not", code)
		}
	}
	return checkCodes(src, "observation", "$.observations.", c.Observations)
}

func (c *Control) checkNotApplicable(src source) error {
	for _, code := range slices.Sorted(maps.Keys(c.NotApplicable)) {
		text, at := c.NotApplicable[code], "$.not_applicable."+code
		_, reason := c.Reasons[code]
		_, observation := c.Observations[code]
		switch {
		case reason || observation:
			return src.errorf(at, "not_applicable %s: it is the code of a reason or an observation already", code)
		case len(placeholders(text.JA+text.EN)) > 0:
			return src.errorf(at, "not_applicable %s: a text without placeholders is needed", code)
		}
	}
	return checkCodes(src, "not_applicable", "$.not_applicable.", c.NotApplicable)
}

// checkCodes holds the texts of codes to both languages, with the same details.
func checkCodes(src source, what, under string, texts map[string]evidence.Text) error {
	for _, code := range slices.Sorted(maps.Keys(texts)) {
		text, at := texts[code], under+code
		if !namePattern.MatchString(code) {
			return src.errorf(at, "%s %q: want a code of lower-case letters, digits and underscores", what, code)
		}
		if !text.Complete() {
			return src.errorf(at, "%s %s: a text is needed in ja and en", what, code)
		}
		ja, en := placeholders(text.JA), placeholders(text.EN)
		slices.Sort(ja)
		slices.Sort(en)
		if !slices.Equal(slices.Compact(ja), slices.Compact(en)) {
			return src.errorf(at, "%s %s: ja and en fill in different details", what, code)
		}
	}
	return nil
}

func (c *Control) checkHeadings(src source) error {
	for _, code := range slices.Sorted(maps.Keys(c.Headings)) {
		heading, at := c.Headings[code], "$.headings."+code
		if _, ok := c.text(code); !ok {
			return src.errorf(at, "heading %s: there is no such reason or observation", code)
		}
		if !heading.Complete() || len(placeholders(heading.JA+heading.EN)) > 0 {
			return src.errorf(at, "heading %s: a text without placeholders is needed in ja and en", code)
		}
	}
	return nil
}

func (c *Control) checkGroup(src source) error { return checkPaths(src, "$.group", c.Group) }

func (c *Control) checkColumns(src source) error {
	for i, col := range c.Columns {
		at := fmt.Sprintf("$.columns[%d]", i)
		if col.Type == "" {
			c.Columns[i].Type = TextColumn
		}
		switch {
		case !dottedPattern.MatchString(col.Path):
			return src.errorf(at, "column path %q: want names joined by dots", col.Path)
		case slices.ContainsFunc(col.Or, func(p string) bool { return !dottedPattern.MatchString(p) }):
			return src.errorf(at+".or", "column %s: or: want names joined by dots", col.Path)
		case !col.Title.Complete():
			return src.errorf(at, "column %s: a title is needed in ja and en", col.Path)
		case !slices.Contains([]ColumnType{TextColumn, TimeColumn, NumberColumn, DiffColumn}, c.Columns[i].Type):
			return src.errorf(at+".type", "column %s: type %q: want text, time, number or diff", col.Path, col.Type)
		case col.Width < 0 || col.Width > 255:
			return src.errorf(at+".width", "column %s: width %v: want 0 to 255 characters", col.Path, col.Width)
		}
	}
	return nil
}

// checkLink holds records' values out of a link's host: whose page it opens is
// the control's to say.
func (c *Control) checkLink(src source) error {
	if err := checkLink(src, "$.link", c.Link); err != nil {
		return err
	}
	for i, p := range c.Population.Also {
		if err := checkLink(src, fmt.Sprintf("$.population.also[%d].link", i), p.Link); err != nil {
			return err
		}
	}
	return nil
}

func checkLink(src source, at, link string) error {
	if link == "" {
		return nil
	}
	u, err := url.Parse(alternatives.ReplaceAllString(link, "x"))
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return src.errorf(at, "link %q: want an https URL", link)
	}
	host, _, _ := strings.Cut(strings.TrimPrefix(link, "https://"), "/")
	if strings.ContainsAny(host, "{}?#") {
		return src.errorf(at, "link %q: a placeholder must not stand in its host", link)
	}
	return nil
}
