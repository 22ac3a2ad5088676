package github

import (
	"os"
	"testing"
	"time"
)

func TestServeManually(t *testing.T) {
	if os.Getenv("GHSERVE") == "" {
		t.Skip()
	}
	w := newWorld(t)
	w.month(30)
	w.issue(501)
	for _, p := range w.pulls {
		switch p["number"] {
		case 5:
			p["closingIssuesReferences"] = nodes(w.issues[501])
		case 6:
			p["mergedBy"] = user("alice")
			p["reviews"] = nodes()
		case 7:
			p["title"] = "=HYPERLINK(\"http://x\") Refs #501"
		}
	}
	direct := w.commit("hotfix", october(30), 0)
	w.push(direct, w.commits[1]["oid"].(string), october(30), "push")
	url := w.start()
	os.WriteFile("/tmp/ghurl", []byte(url), 0o644)
	time.Sleep(10 * time.Minute)
}
