package pack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
)

// joinedExample is a control whose items are joined with other records by equal
// keys alone, so that jq can join them out of the pack, and an item of it.
func newJoinedExample(r *evaluation.Results, library *controls.Library) (e example, ok bool) {
	for _, tested := range r.Controls {
		c, err := library.Find(tested.ID)
		if err != nil || !byKeys(c) || len(tested.Exceptions) == 0 || len(tested.JudgedBy) > 1 {
			continue
		}
		return example{c, tested.Exceptions[0].ID}, true
	}
	return example{}, false
}

func byKeys(c *controls.Control) bool {
	if !recorded(c.Population.Kind) || len(c.Population.Also) > 0 || c.Population.LatestOf != "" || c.Scope != controls.Each || len(c.Extract) > 0 || len(c.Related) == 0 {
		return false
	}
	for _, related := range c.Related {
		if !recorded(related.Kind) || related.Between != nil || len(related.Where) > 0 ||
			related.IgnoreCase || related.All || related.LatestOf != "" || related.When != "" || len(related.Through) > 0 {
			return false
		}
	}
	return true
}

// joined joins one item with what it is related to, and repeats its test with a
// stock opa. A kind without records has no file in the pack, and nothing to join.
func (e example) joined(period evidence.Period) string {
	var b strings.Builder
	fmt.Fprintf(&b, `cat > join.jq <<'END'
def at($p): if type == "array" then .[] | at($p)
  elif $p == [] then select(type != "object" and . != null) | tostring
  elif type == "object" then .[$p[0]] | at($p[1:]) else empty end;
def same($item; $of; $to): [at($of)] as $a | [$item | at($to)] | any(. as $k | $a | any(. == $k));
END
zstdcat %s | jq -c --arg id '%s' 'select(.id == $id)' | tail -1 > item.json
`, EvidenceFile(e.control.Population.Kind), shellQuoted(e.item))
	var members []string
	for _, name := range slices.Sorted(maps.Keys(e.control.Related)) {
		related := e.control.Related[name]
		around := evidence.Selection{Before: related.Window.Before, After: related.Window.After}.Around(period)
		var matches []string
		for _, of := range slices.Sorted(maps.Keys(related.Match)) {
			matches = append(matches, fmt.Sprintf("same($item[0].body; %s; %s)", steps(of), steps(related.Match[of])))
		}
		fmt.Fprintf(&b, `zstdcat %s | jq -s -L . --slurpfile item item.json 'include "join"; [group_by(.id)[] | last
  | select(.time >= "%s" and .time < "%s")] | sort_by(.time, .id)
  | [.[].body | select(%s)]' > %s.json
`, EvidenceFile(related.Kind), around.Start.UTC().Format(time.RFC3339), around.End.UTC().Format(time.RFC3339), strings.Join(matches, " and "), name)
		members = append(members, fmt.Sprintf(`"%s": $%s[0]`, name, name))
	}
	fmt.Fprint(&b, `jq -n --slurpfile item item.json --slurpfile r results.json`)
	for _, name := range slices.Sorted(maps.Keys(e.control.Related)) {
		fmt.Fprintf(&b, " --slurpfile %[1]s %[1]s.json", name)
	}
	fmt.Fprintf(&b, ` '
  {kind: $item[0].kind, time: $item[0].time, record: $item[0].body, related: {%s}, period: $r[0].period, as_of: $r[0].as_of,
    params: ($r[0].controls[] | select(.id == "%s") | (.judged_by // [.]) | last.params)}' > input.json
opa eval %s -i input.json --format pretty data.%s.exception
`, strings.Join(members, ", "), e.control.ID, e.sources(), e.control.Package())
	return b.String()
}

// steps writes a dotted path as a list for jq.
func steps(path string) string {
	b, err := json.Marshal(strings.Split(path, "."))
	if err != nil { // strings alone
		panic("pack: " + err.Error())
	}
	return string(b)
}
