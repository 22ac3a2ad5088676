package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/controls"
	"github.com/evidencepack/evidence/internal/evaluation"
	"github.com/evidencepack/evidence/internal/locker"
	"github.com/evidencepack/evidence/internal/pack"
	"github.com/evidencepack/evidence/internal/sealed"
	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// AllFrameworks asks for a pack for every framework that the library has.
const AllFrameworks = "all"

// Pack makes one signed pack for each framework, in dir or, when that is empty,
// where the configuration says. It returns the paths of the zips.
func (r *Run) Pack(ctx context.Context, p evidence.Period, results *evaluation.Results, view *sealed.View, cp locker.Checkpoint, frameworks []string, dir string) (paths []string, err error) {
	l, err := r.openLocker(ctx)
	if err != nil {
		return nil, err
	}
	preparer := r.Config.Sign.Preparer
	signer, err := r.signer(ctx, preparer)
	if err != nil {
		return nil, fmt.Errorf("preparer: %w", err)
	}
	validation, err := revocation(preparer)
	if err != nil {
		return nil, fmt.Errorf("preparer: %w", err)
	}
	if err := sign.SignsDocuments(signer); err != nil {
		r.Log.Info("packs are made without signatures in their documents; manifest.sig.json covers all files", "reason", err)
	}
	list, err := r.frameworks(frameworks)
	if err != nil {
		return nil, err
	}
	if dir == "" {
		dir = r.Config.Packs
	}
	window, err := r.window(ctx, p, view, atCheckpoint{l, cp})
	if err != nil {
		return nil, err
	}
	log, err := r.sampleLog(p)
	if err != nil {
		return nil, err
	}
	samples, err := r.samplePlans(log)
	if err != nil {
		return nil, err
	}
	seal, err := r.sampleSeal(ctx, log, cp)
	if err != nil {
		return nil, err
	}
	authorities, err := r.Authorities()
	if err != nil {
		return nil, err
	}
	before := r.previousOf(p)
	defer func() { err = errors.Join(err, before.close()) }()
	for _, f := range list {
		tested := results.Only(serving(f))
		answers, err := r.Responses(p, tested)
		if err != nil {
			return paths, err
		}
		window, err := r.monthResults(*window, p, f.ID)
		if err != nil {
			return paths, err
		}
		previous, notCompared, err := before.of(ctx, f)
		if err != nil {
			return paths, err
		}
		in := pack.Input{
			Manifest: r.manifest(p, f), Location: r.Config.Calendar.Location,
			Locker: l, Checkpoint: cp, LockerKey: l.VerifierKey(),
			View: view, Results: tested, Answers: answers, Window: window, Previous: previous, Library: r.Library, Framework: f, Drivers: r.Drivers,
			SampleSeal: seal, Samples: samples, Nonce: log.Nonce,
			Signer: signer, SignerName: signerName(signer), Person: preparer.Name, Role: preparer.Role, Ephemeral: r.Config.Demo, SignedAt: r.Now(),
			Authorities: authorities, Validation: validation,
		}
		in.Manifest.NotCompared = notCompared
		path, err := r.build(ctx, in, dir)
		if err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// build makes the pack, or, of an auditor's copy, redacts what it is made of before.
func (r *Run) build(ctx context.Context, in pack.Input, dir string) (path string, err error) {
	name := pack.Name(r.Config.Organisation, in.Framework.ID, in.Manifest.PeriodName)
	if r.Redacted {
		name += pack.RedactedSuffix
		var redacted *pack.Redacted
		if redacted, err = r.redact(ctx, &in); err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, redacted.Close()) }()
	}
	if r.Unanswered != nil {
		in.Unanswered = func(why pack.Unanswered) { r.Unanswered(filepath.Join(dir, name+".zip"), why) }
	}
	return pack.Build(ctx, in, dir, name)
}

// Authorities are those that the configuration has packs time-stamped by.
func (r *Run) Authorities() ([]pack.Authority, error) {
	var all []pack.Authority
	for _, c := range r.Config.Timestamps {
		roots, err := sign.LoadRoots(c.Roots)
		if err != nil {
			return nil, fmt.Errorf("sign: timestamps: %w", err)
		}
		server, err := tsa.NewServer(c.URL, roots)
		if err != nil {
			return nil, err
		}
		server.Policy = c.Policy
		all = append(all, server)
	}
	return all, nil
}

func (r *Run) manifest(p evidence.Period, f *controls.Framework) pack.Manifest {
	c := r.Config
	m := pack.Manifest{
		Organisation: c.Organisation, Framework: f.ID, Period: p, PeriodName: c.Calendar.Name(p),
		Timezone: c.Calendar.Location.String(), Lang: c.Lang, PreparedBy: c.PreparedBy, Distribution: c.Distribution, Demo: c.Demo, Tool: r.Tool,
	}
	for _, to := range c.Recipients {
		m.Recipients = append(m.Recipients, pack.Recipient(to))
	}
	if c.Assertion != nil {
		a := pack.Assertion(*c.Assertion)
		m.Assertion = &a
	}
	return m
}

func (r *Run) frameworks(ids []string) ([]*controls.Framework, error) {
	if len(ids) == 0 {
		ids = r.Config.Frameworks
	}
	if slices.Equal(ids, []string{AllFrameworks}) {
		return r.Library.Frameworks, nil
	}
	var list []*controls.Framework
	for _, id := range ids {
		f, err := r.Library.Framework(id)
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

// serving lists the controls that any item of the framework names.
func serving(f *controls.Framework) []string {
	var ids []string
	for _, i := range f.Items {
		for _, id := range i.Controls {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// signerName is what readers know the signer by.
func signerName(s sign.Signer) string {
	if certs := s.Certificates(); len(certs) > 0 {
		return certs[0].Subject.String()
	}
	return fmt.Sprintf("%s key", sign.Algorithm(s.Public()))
}
