// Command bench passes on what "go test -bench" prints, and ends it with one table of
// figures, in Markdown: what took how long and how much memory, and how that compares with
// its peer or floor in the same run. It judges nothing: a target stands beside a figure
// for a reader to compare. It exits with 1 where a benchmark failed.
//
//	go test -bench . ./... | go run ./internal/bench
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	ok, err := run(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run reports whether no benchmark failed.
func run(r io.Reader, w io.Writer) (ok bool, err error) {
	o, err := read(io.TeeReader(r, w))
	if err != nil {
		return false, err
	}
	fmt.Fprintf(w, "\n%s\n", strings.Join(o.machine, ", "))
	for _, row := range o.table() {
		if _, err := fmt.Fprintln(w, "| "+strings.Join(row, " | ")+" |"); err != nil {
			return false, err
		}
	}
	return !o.failed, nil
}

// output is what benchmarks printed.
type output struct {
	machine []string // "goos: linux" and so on, each once
	results []result
	failed  bool
}

// result is a line of the Go benchmark data format (golang.org/design/14313-benchmark-format).
type result struct {
	folder, bench string
	values        map[string]float64 // by unit
}

const module = "github.com/evidencepack/evidence/"

func read(r io.Reader) (*output, error) {
	o := &output{}
	folder := ""
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		key, value, _ := strings.Cut(line, ": ")
		switch {
		case key == "pkg":
			folder = strings.TrimPrefix(value, module)
		case slices.Contains([]string{"goos", "goarch", "cpu"}, key):
			if !slices.Contains(o.machine, line) {
				o.machine = append(o.machine, line)
			}
		case strings.HasPrefix(line, "FAIL"), strings.HasPrefix(line, "--- FAIL"):
			o.failed = true
		case strings.HasPrefix(line, "Benchmark"):
			if one, ok := parse(line); ok {
				one.folder = folder
				o.results = append(o.results, one)
			}
		}
	}
	return o, lines.Err()
}

// parse reads a line of a benchmark: its name, how often it ran, and values with their units.
func parse(line string) (result, bool) {
	fields := strings.Fields(line)
	if len(fields) < 4 || len(fields)%2 != 0 {
		return result{}, false
	}
	one := result{bench: strings.TrimPrefix(fields[0], "Benchmark"), values: map[string]float64{}}
	if i := strings.LastIndexByte(one.bench, '-'); i > 0 { // the number of processors
		if _, err := strconv.Atoi(one.bench[i+1:]); err == nil {
			one.bench = one.bench[:i]
		}
	}
	for i := 2; i < len(fields); i += 2 {
		value, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			return result{}, false
		}
		one.values[fields[i+1]] = value
	}
	return one, true
}

const notMeasured = "not measured"

// table has a row for each figure, then one for each result that no figure speaks of.
func (o *output) table() [][]string {
	rows := [][]string{
		{"what", "time", "memory", "beside", "ratio", "target"},
		{"---", "---:", "---:", "---", "---:", "---"},
	}
	told := map[string]bool{}
	for _, f := range figures {
		r, _ := o.find(f.folder, f.bench)
		told[f.folder+" "+f.bench] = true
		rows = append(rows, []string{f.of, withProcessors(r, f.time), show(r, f.memory), f.peer, f.ratio.show(r), f.target})
	}
	rows = append(rows, o.plainly()...)
	for _, r := range o.results {
		if told[r.folder+" "+r.bench] || o.twin(r) {
			continue
		}
		rows = append(rows, []string{r.folder + " " + r.bench, show(r, "ns/op"), show(r, first(r, "MiB-live", "B/op")), "", "", ""})
	}
	return rows
}

func (o *output) find(folder, bench string) (result, bool) {
	i := slices.IndexFunc(o.results, func(r result) bool { return r.folder == folder && r.bench == bench })
	if i < 0 {
		return result{}, false
	}
	return o.results[i], true
}

// asked ends the name of a benchmark that is the peer of the one without it: the policy is
// asked about all of an item.
const asked = "/plainly"

// twin reports whether a result is one of a pair with and without that ending.
func (o *output) twin(r result) bool {
	_, paired := o.find(r.folder, r.bench+asked)
	return paired || strings.HasSuffix(r.bench, asked)
}

// plainly sums the pairs up: the one in the middle, and the slowest.
func (o *output) plainly() (rows [][]string) {
	const unit = "ns/op"
	var pairs []result
	for _, r := range o.results {
		if peer, ok := o.find(r.folder, r.bench+asked); ok {
			r.values["plainly"] = peer.values[unit]
			pairs = append(pairs, r)
		}
	}
	if len(pairs) == 0 {
		return nil
	}
	slices.SortFunc(pairs, func(a, b result) int { return int(a.values[unit] - b.values[unit]) })
	for _, p := range []struct {
		of string
		r  result
	}{
		{fmt.Sprintf("judging an item, the median of %d controls", len(pairs)), pairs[len(pairs)/2]},
		{"the same, the slowest control", pairs[len(pairs)-1]},
	} {
		name := p.r.bench[strings.LastIndexByte(p.r.bench, '/')+1:]
		rows = append(rows, []string{p.of + " (" + name + ")", show(p.r, unit), show(p.r, "B/op"), "the policy asked about all of it",
			quotient{value: "plainly", over: unit}.show(p.r), ""})
	}
	return rows
}

// first is the first of the units that a result has.
func first(r result, units ...string) string {
	for _, u := range units {
		if _, ok := r.values[u]; ok {
			return u
		}
	}
	return ""
}

// show writes a value with its unit; empty where no unit is asked for.
func show(r result, unit string) string {
	if unit == "" {
		return ""
	}
	v, ok := r.values[unit]
	if !ok {
		return notMeasured
	}
	switch {
	case unit == "ns/op":
		return short(time.Duration(v))
	case unit == "B/op":
		return number(v/1e3) + " kB allocated"
	case strings.HasSuffix(unit, "_s"), strings.HasSuffix(unit, "-s"), strings.HasPrefix(unit, "s/"):
		return number(v) + " s"
	case strings.HasPrefix(unit, "MB"), strings.HasSuffix(unit, "_MB"):
		return number(v) + " MB"
	case strings.HasPrefix(unit, "MiB"):
		return number(v) + " MiB"
	case strings.HasSuffix(unit, "MB/s"):
		return number(v) + " MB/s"
	}
	name, _, _ := strings.Cut(unit, "/")
	return number(v) + " " + name
}

func (q quotient) show(r result) string {
	if q.value == "" {
		return ""
	}
	text := q.of(r)
	p := quotient{value: ofProcessors(q.value), percent: q.percent}
	if q.over != "" {
		p.over = ofProcessors(q.over)
	}
	if more := p.of(r); more != notMeasured && text != notMeasured {
		text += " (" + more + ")"
	}
	return text
}

func (q quotient) of(r result) string {
	v, ok := r.values[q.value]
	if ok && q.over != "" {
		var over float64
		over, ok = r.values[q.over]
		ok = ok && over != 0
		v /= over
	}
	switch {
	case !ok:
		return notMeasured
	case q.percent:
		return number(v) + " %"
	}
	return number(v) + " ×"
}

// ofProcessors is the unit of the processors' time beside one on the clock, and of a ratio of
// the one beside a ratio of the other, as internal/heap/heaptest has them.
func ofProcessors(unit string) string {
	if step, ok := strings.CutSuffix(unit, "_s"); ok {
		return step + "_cpu_s"
	}
	return unit + "_cpu"
}

// withProcessors adds what the processors took, which other work on the machine lengthens less.
func withProcessors(r result, unit string) string {
	if _, ok := r.values[ofProcessors(unit)]; !ok || unit == "" {
		return show(r, unit)
	}
	return show(r, unit) + " (" + show(r, ofProcessors(unit)) + ")"
}

// number has three digits that count, or all of those before the point.
func number(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// short is a time by the unit that suits it.
func short(d time.Duration) string {
	switch {
	case d >= time.Second:
		return number(d.Seconds()) + " s"
	case d >= time.Millisecond:
		return number(d.Seconds()*1e3) + " ms"
	}
	return number(float64(d)/1e3) + " µs"
}
