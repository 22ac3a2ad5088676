package exchange

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/url"
	"slices"
	"strings"

	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
)

// The parts of SARIF 2.1.0 that a check uses.
type (
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		Language    string            `json:"language"`
		Properties  map[string]any    `json:"properties"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID         string         `json:"id"`
		Short      sarifText      `json:"shortDescription"`
		Full       sarifText      `json:"fullDescription"`
		Help       sarifText      `json:"help"`
		Properties map[string]any `json:"properties"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string         `json:"level"`
		Message sarifText      `json:"message"`
		Rule    sarifReference `json:"associatedRule"`
	}
	sarifReference struct {
		ID    string `json:"id"`
		Index int    `json:"index"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Kind         string            `json:"kind"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
		Viewer       string            `json:"hostedViewerUri,omitempty"`
		Properties   map[string]any    `json:"properties,omitempty"`
	}
	sarifLocation struct {
		Logical []sarifLogical `json:"logicalLocations"`
	}
	sarifLogical struct {
		Name          string `json:"name"`
		QualifiedName string `json:"fullyQualifiedName"`
		Kind          string `json:"kind"`
	}
)

// fingerprint names what tells an item apart from others in every run.
const fingerprint = "evidenceItem/v1"

// SARIF writes a log in SARIF 2.1.0: a rule for each control, a result that failed for
// each exception, and one that is open for each item that is pending or undetermined. That a
// control is not evaluable is a notification of the run, which then was not successful.
// Results are written as they are read, last.
func (c *Check) SARIF(w io.Writer) error {
	run, err := c.run()
	if err != nil {
		return err
	}
	head, err := json.Marshal(run)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	if _, err := fmt.Fprintf(out, "{\"$schema\":%q,\"version\":\"2.1.0\",\"runs\":[%s,\"results\":[", sarifSchema, bytes.TrimSuffix(head, []byte("}"))); err != nil {
		return err
	}
	separator := "\n"
	for result, err := range c.results() {
		if err != nil {
			return err
		}
		text, err := json.Marshal(result)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s%s", separator, text); err != nil {
			return err
		}
		separator = ",\n"
	}
	if _, err := out.WriteString("]}]}\n"); err != nil {
		return err
	}
	return out.Flush()
}

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// run is all of the log's run but its results.
func (c *Check) run() (*sarifRun, error) {
	run := &sarifRun{
		Tool:     sarifTool{sarifDriver{Name: c.Tool, Version: c.Version, InformationURI: "https://github.com/evidencepack/evidence", Rules: []sarifRule{}}},
		Language: string(c.Lang), Properties: map[string]any{"period": c.Period, "asOf": c.Results.AsOf, "open": c.Results.Open},
	}
	invocation := sarifInvocation{Successful: true}
	for i := range c.Results.Controls {
		tested := &c.Results.Controls[i]
		control, err := c.Library.Find(tested.ID)
		if err != nil {
			return nil, err
		}
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, c.rule(control, tested))
		if why := c.why(tested); len(why) > 0 {
			invocation.Successful = false
			invocation.Notifications = append(invocation.Notifications, sarifNotification{"error",
				sarifText{plain(control.ID + ": " + tested.Result.Name().In(c.Lang) + "\n" + strings.Join(why, "\n"))}, sarifReference{control.ID, i}})
		}
	}
	run.Invocations = []sarifInvocation{invocation}
	return run, nil
}

// results are what was found, in the order of the controls.
func (c *Check) results() iter.Seq2[sarifResult, error] {
	return func(yield func(sarifResult, error) bool) {
		for i := range c.Results.Controls {
			tested := &c.Results.Controls[i]
			control, err := c.Library.Find(tested.ID)
			if err != nil {
				yield(sarifResult{}, err)
				return
			}
			for item, err := range tested.AllExceptions() {
				if err != nil {
					err = fmt.Errorf("exceptions of %s: %w", control.ID, err)
				}
				if !yield(c.failed(control, i, item), err) || err != nil {
					return
				}
			}
			for _, item := range slices.Concat(tested.Undecided, tested.Pending) {
				if !yield(c.found(control, i, item, "open", "none"), nil) {
					return
				}
			}
		}
	}
}

// plain keeps a message from having links, which SARIF's plain text can have.
func plain(s string) string { return strings.ReplaceAll(s, "](", `\](`) }

func (c *Check) rule(control *controls.Control, tested *evaluation.Control) sarifRule {
	return sarifRule{
		ID: control.ID, Short: sarifText{control.Title.In(c.Lang)}, Full: sarifText{control.Activity.In(c.Lang)}, Help: sarifText{control.Procedure.In(c.Lang)},
		Properties: map[string]any{"result": tested.Result, "counts": tested.Counts, "owner": tested.Owner},
	}
}

func (c *Check) failed(control *controls.Control, rule int, item evaluation.Item) sarifResult {
	r := c.found(control, rule, item, "fail", "error")
	if a := c.Answers.Of(control.ID, item.ID); a != nil {
		r.Properties["response"] = map[string]any{"kind": a.Kind, "text": a.Text.In(c.Lang), "owner": a.Owner, "approver": a.Approver}
	}
	return r
}

func (c *Check) found(control *controls.Control, rule int, item evaluation.Item, kind, level string) sarifResult {
	sum := sha256.Sum256([]byte(control.ID + "\x00" + item.Kind + "\x00" + item.ID))
	r := sarifResult{
		RuleID: control.ID, RuleIndex: rule, Kind: kind, Level: level, Message: sarifText{plain(strings.Join(c.reasons(control, item), "\n"))},
		Locations:    []sarifLocation{{[]sarifLogical{{item.Name(), control.ID + "/" + item.ID, "resource"}}}},
		Fingerprints: map[string]string{fingerprint: hex.EncodeToString(sum[:])},
		Properties:   map[string]any{"time": item.Time.UTC(), "recordSha256": item.SHA256, "verdict": item.Verdict},
	}
	// Where it leads was chosen outside.
	if u, err := url.Parse(item.Link); err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil {
		r.Viewer = u.String()
	}
	return r
}
