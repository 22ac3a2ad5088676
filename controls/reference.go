package controls

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
)

// Reference writes the library as Markdown, in both languages: a table of the
// controls and a section for each. Equal libraries give equal bytes.
func Reference(l *Library) []byte {
	var b bytes.Buffer
	b.WriteString("# Controls / 統制一覧\n\n")
	b.WriteString("| ID | Control | 統制 | Population |\n|---|---|---|---|\n")
	for _, c := range l.Controls {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s | `%s` |\n", c.ID, strings.ToLower(c.ID), cell(c.Title.EN), cell(c.Title.JA), strings.Join(c.Population.Kinds(), "`, `"))
	}
	for _, c := range l.Controls {
		l.section(&b, c)
	}
	l.registers(&b)
	return b.Bytes()
}

// registers lists the registers, with what each of their columns counts.
func (l *Library) registers(b *bytes.Buffer) {
	for i, r := range l.Registers {
		if i == 0 {
			b.WriteString("\n## Registers / 一覧\n")
		}
		fmt.Fprintf(b, "\n### %s / %s\n\n%s\n\n%s\n\n", cell(r.Title.EN), cell(r.Title.JA), strings.TrimSpace(r.Text.EN), strings.TrimSpace(r.Text.JA))
		fmt.Fprintf(b, "| By %s / %sごと | Items of |\n|---|---|\n", cell(r.Group.Title.EN), cell(r.Group.Title.JA))
		for _, col := range r.Columns {
			var from []string
			for _, f := range col.From {
				from = append(from, f.Control+" `"+f.Code+"`")
			}
			fmt.Fprintf(b, "| %s / %s | %s |\n", cell(col.Title.EN), cell(col.Title.JA), strings.Join(from, "<br>"))
		}
	}
}

func (l *Library) section(b *bytes.Buffer, c *Control) {
	fmt.Fprintf(b, "\n## %s\n\n**%s**\n\n**%s**\n\n", c.ID, c.Title.EN, c.Title.JA)
	b.WriteString("| | |\n|---|---|\n")
	row := func(name evidence.Text, value string) { fmt.Fprintf(b, "| %s / %s | %s |\n", name.EN, name.JA, value) }
	row(evidence.Text{EN: "Activity", JA: "統制活動"}, cell(c.Activity.EN)+"<br>"+cell(c.Activity.JA))
	row(evidence.Text{EN: "Test procedure", JA: "検証手続"}, cell(c.Procedure.EN)+"<br>"+cell(c.Procedure.JA))
	row(evidence.Text{EN: "Owner", JA: "統制責任者"}, cell(c.Owner))
	row(evidence.Text{EN: "Frequency", JA: "頻度"}, c.Frequency.Name().EN+" / "+c.Frequency.Name().JA)
	row(evidence.Text{EN: "Population", JA: "母集団"}, populations(c.Population))
	if len(c.Related) > 0 {
		row(evidence.Text{EN: "Judged with", JA: "参照する証跡"}, joinedWith(c))
	}
	if len(c.Extract) > 0 {
		row(evidence.Text{EN: "Found in texts", JA: "文中から抽出する値"}, foundIn(c))
	}
	if modules := c.RegoFiles()[1:]; len(modules) > 0 {
		row(evidence.Text{EN: "Shared rules", JA: "共用の規則"}, "`"+strings.Join(modules, "`, `")+"`")
	}
	for _, f := range l.Frameworks {
		if items := f.Serving(c.ID); len(items) > 0 {
			row(f.Title, strings.Join(items, ", "))
		}
	}
	if len(c.Params) > 0 {
		b.WriteString("\n| Parameter / パラメーター | Default / 既定値 |\n|---|---|\n")
		for _, name := range slices.Sorted(maps.Keys(c.Params)) {
			value, _ := json.Marshal(c.Params[name]) // it could be encoded when the control was loaded
			fmt.Fprintf(b, "| `%s` | `%s` |\n", name, cell(string(value)))
		}
	}
	b.WriteString("\n| Exception / 例外事項 | Text | 説明 |\n|---|---|---|\n")
	codes(b, c.Reasons)
	if len(c.NotApplicable) > 0 {
		b.WriteString("\n| Not applicable / 対象外 | Text | 説明 |\n|---|---|---|\n")
		codes(b, c.NotApplicable)
	}
	if len(c.Observations) > 0 {
		b.WriteString("\n| Informational note / 参考情報 | Text | 説明 |\n|---|---|---|\n")
		codes(b, c.Observations)
	}
}

func codes(b *bytes.Buffer, texts map[string]evidence.Text) {
	for _, code := range slices.Sorted(maps.Keys(texts)) {
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", code, cell(texts[code].EN), cell(texts[code].JA))
	}
}

// joinedWith tells which records each item is judged with.
func joinedWith(c *Control) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(c.Related)) {
		r := c.Related[name]
		part := fmt.Sprintf("`%s`: `%s`", name, r.Kind)
		if r.LatestOf != "" {
			part += fmt.Sprintf(", newest of each `%[1]s` / `%[1]s` ごとに最新のもの", r.LatestOf)
		}
		for _, path := range slices.Sorted(maps.Keys(r.Match)) {
			part += fmt.Sprintf("; `%s` = `%s`", path, r.Match[path])
		}
		if r.All {
			part += " (all / すべて)"
		}
		if r.When != "" {
			part += fmt.Sprintf(" (unless `%[1]s` is empty / `%[1]s` が空でない場合)", r.When)
		}
		if len(r.Through) > 0 {
			part += fmt.Sprintf(" of / の参照先: `%s`", strings.Join(r.Through, "`, `"))
		}
		if r.IgnoreCase {
			part += " (case ignored / 大文字・小文字を区別しない)"
		}
		if b := r.Between; b != nil {
			part += fmt.Sprintf("; `%s` in `%s`–`%s`", b.Time, b.From, b.To)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "<br>")
}

// foundIn tells what is looked for in the items' texts.
func foundIn(c *Control) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(c.Extract)) {
		x := c.Extract[name]
		of := ""
		if x.Of != "" {
			of = "`" + x.Of + "` "
		}
		parts = append(parts, fmt.Sprintf("`%s`: %s`%s` (`%s`)", name, of, strings.Join(x.From, "`, `"), x.Patterns))
	}
	return strings.Join(parts, "<br>")
}

// populations describes each of a population's parts.
func populations(p Population) string {
	var parts []string
	for _, part := range p.Each() {
		parts = append(parts, population(part))
	}
	return strings.Join(parts, "<br>and / 及び: ")
}

func population(p Population) string {
	var clauses []string
	for _, clause := range p.Where {
		var parts []string
		for _, path := range slices.Sorted(maps.Keys(clause)) {
			parts = append(parts, fmt.Sprintf("`%s` = %s", path, cell(strings.Join(clause[path], ", "))))
		}
		clauses = append(clauses, strings.Join(parts, "; "))
	}
	s := "`" + p.Kind + "`"
	if p.LatestOf != "" {
		s += fmt.Sprintf(", newest of each `%[1]s` / `%[1]s` ごとに最新のもの", p.LatestOf)
	}
	if p.LatestOf != "" && p.Time != "" {
		s += fmt.Sprintf(", by its `%[1]s` / `%[1]s` の時点による", p.Time)
	}
	if len(clauses) > 0 {
		s += "<br>" + strings.Join(clauses, "<br>or / または: ")
	}
	return s
}

// cell keeps a text within its cell of a Markdown table.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;").Replace(strings.TrimSpace(s))
}
