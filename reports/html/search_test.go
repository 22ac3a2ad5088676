package html

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/evidencepack/evidence/reports/reportstest"
)

// TestSearchInBrowser has a browser run the page's script: a search for an item of a
// sample shows that row, and the choice of a verdict the rows that have it.
func TestSearchInBrowser(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("NOT TRIED: chromium is not installed, so that no browser has run the search of report.html")
	}
	p := reportstest.Pack(reportstest.Options{})
	c := p.Sampled()[0]
	drawn := c.Sample.Drawn[1]
	page := render(t, p)
	// Only the page's own script may run: what drives it has to do without the policy.
	page = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*/>`).ReplaceAllString(page, "")
	drive := fmt.Sprintf(`<script>
words.value = %q; verdicts.value = %q;
words.dispatchEvent(new Event("input"));
setTimeout(() => {
  const shown = [...document.querySelectorAll(".items tbody tr")].filter((row) => !row.hidden && !row.closest("[hidden]"));
  document.title = "shown: " + shown.map((row) => row.id).join(" ");
}, 500);
</script></body>`, drawn.ID, string(drawn.Verdict))
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(strings.Replace(page, "</body>", drive, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom", "file://"+file).Output()
	if err != nil {
		t.Fatal(err)
	}
	title := regexp.MustCompile(`<title>(shown: [^<]*)</title>`).FindStringSubmatch(string(out))
	if want := fmt.Sprintf("shown: control-%s.s2", c.ID); title == nil || title[1] != want {
		t.Errorf("the search for %s gives %q, want %q", drawn.ID, title, want)
	}
}
