package pack

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/evidencepack/evidence/internal/sign"
	"github.com/evidencepack/evidence/internal/sign/tsa"
)

// clocksApart is how far a signer's clock may be ahead of an authority's.
const clocksApart = 5 * time.Minute

// signature checks who signed the list of files, and when. Whoever the verifier did not
// name is reported, and never called trusted.
func (w *verifier) signature(context.Context) error {
	w.begin(CheckSignature)
	envelope, err := fs.ReadFile(w.fsys, SignatureFile)
	if err != nil {
		return err
	}
	manifest, err := fs.ReadFile(w.fsys, ManifestFile)
	if err != nil {
		return err
	}
	signed, m, err := signedManifest(envelope, manifest, w.Trust)
	if err != nil && !errors.Is(err, sign.ErrUntrusted) {
		return err
	}
	w.manifest = m
	for _, s := range signed.Signatures {
		w.begin(CheckSignature)
		w.ok("%s %s %s", s.Algorithm, s.Fingerprint, s.Subject)
		w.certificate(s)
		w.timestamps(s, signed.Statement.Predicate.SignedAt)
		w.signer(s)
	}
	w.begin(CheckSigner)
	if m.Signer.Ephemeral {
		w.report(Noted, w.say("デモ用の使い捨ての鍵による署名であり、署名者を証明しない", "signed by a throw-away demonstration key: it proves nothing about who signed"))
	}
	return err
}

func (w *verifier) signer(s sign.SignatureInfo) {
	w.begin(CheckSigner)
	switch {
	case s.Chain == sign.ChainTrusted:
		w.ok(w.say("%s (指定されたルート証明書に至る証明書による)", "%s, by a certificate below a root that was given"), s.Subject)
	case s.Trusted:
		w.ok(w.say("指定された公開鍵又は証明書の鍵 %s", "the key that was given, %s"), s.Fingerprint)
	case len(w.Trust.Keys)+len(w.Trust.Roots) > 0:
		w.report(Noted, fmt.Sprintf(w.say("%s は、指定された鍵、証明書及びルート証明書のいずれによっても特定されない", "%s is none of those whom the key, certificate or root that was given identifies"), s.Fingerprint))
	default:
		w.report(Noted, w.say(
			"署名者は特定されていない(--key、--certificate、--trust-root のいずれも指定していない)。上記の指紋を、署名者から別途受け取ったものと照合すること",
			"the signer is not identified (no --key, --certificate or --trust-root given): compare the fingerprint above with the one the signer gave you"))
	}
}

// certificate reports what the signer's certificate comes to.
func (w *verifier) certificate(s sign.SignatureInfo) {
	w.begin(CheckCertificate)
	until := s.NotAfter.UTC().Format(time.RFC3339)
	switch s.Chain {
	case sign.ChainTrusted:
		w.ok(w.say("%s (発行者 %s、有効期限 %s)は指定されたルート証明書に至り、署名の時点で有効であった", "%s, issued by %s, valid until %s, leads to a root that was given and was valid when it signed"),
			s.Subject, s.Issuer, until)
	case sign.NoCertificate:
		w.report(Noted, w.say("証明書のない鍵による署名である。署名者は鍵の指紋のみにより特定される", "a key without a certificate signed: its fingerprint alone identifies the signer"))
	case sign.NoRoot:
		w.report(Noted, fmt.Sprintf(w.say("%s (%s、有効期限 %s): ルート証明書が指定されていない(--trust-root)ため、証明書の記載を裏付けるものはない", "%s (%s, valid until %s): no root was given (--trust-root), so that nothing bears out what it says"),
			s.Subject, w.issuer(s), until))
	case sign.ChainUnknown:
		w.report(Noted, fmt.Sprintf(w.say("%s (%s)は、指定されたルート証明書のいずれにも至らない", "%s (%s) leads to none of the roots that were given"), s.Subject, w.issuer(s)))
	case sign.ChainExpired:
		w.report(Noted, fmt.Sprintf(w.say(
			"%s (有効期限 %s)又はその上位の証明書は期限が切れている。期限内に署名されたことを証明する、信頼できるタイムスタンプはない",
			"%s (valid until %s), or a certificate above it, has expired, and no timestamp that can be trusted shows that it signed before"), s.Subject, until))
	case sign.ChainNotYetValid:
		w.report(Noted, fmt.Sprintf(w.say("%s 又はその上位の証明書は、署名の時点でまだ有効でなかった", "%s, or a certificate above it, was not valid yet when it signed"), s.Subject))
	}
}

func (w *verifier) issuer(s sign.SignatureInfo) string {
	if s.SelfSigned {
		return w.say("自己署名", "self-signed")
	}
	return w.say("発行者 ", "issued by ") + s.Issuer
}

// timestamps reports when a signature was made, and who says so.
func (w *verifier) timestamps(s sign.SignatureInfo, said time.Time) {
	w.begin(CheckTimestamp)
	if len(s.Stamps) == 0 {
		w.report(Noted, w.unstamped(said))
	}
	for _, stamp := range s.Stamps {
		w.timestamp(stamp, said)
	}
}

func (w *verifier) unstamped(said time.Time) string {
	at := said.UTC().Format(time.RFC3339)
	text := fmt.Sprintf(w.say("タイムスタンプなし。署名の時刻(%s)は署名者の申告による", "not time-stamped: that it signed at %s is the signer's word"), at)
	if len(w.manifest.Signer.Timestamps) > 0 {
		text += w.say("。作成時に、設定されたタイムスタンプ局から得られなかったか、後に除かれたものである。evidence timestamp で付与できる",
			". The authorities that were to confirm it gave none when the pack was made, or it was taken away; evidence timestamp adds one")
	}
	return text
}

func (w *verifier) timestamp(s tsa.Stamp, said time.Time) {
	at := s.At.Format(time.RFC3339)
	switch {
	case s.Trusted:
		w.ok(w.say("%s %s (指定されたルート証明書に至る)", "%s by %s, whose certificate leads to a root that was given"), at, s.Authority)
	case errors.Is(s.Untrusted, tsa.ErrNoRoots):
		w.report(Noted, fmt.Sprintf(w.say("%s %s: タイムスタンプ局のルート証明書が指定されていない(--tsa-root)ため、局の名を裏付けるものはない", "%s by %s: no root of an authority was given (--tsa-root), so that nothing bears out who that is"),
			at, s.Authority))
	default:
		w.report(Noted, fmt.Sprintf(w.say("%s %s: 指定されたタイムスタンプ局のルート証明書に至らない(%v)", "%s by %s: it does not lead to the roots of authorities that were given (%v)"), at, s.Authority, s.Untrusted))
	}
	if s.At.Add(s.Accuracy + clocksApart).Before(said) {
		w.report(Noted, fmt.Sprintf(w.say("署名者の申告する時刻 %s は、タイムスタンプの時刻より後である", "the signer says that it signed at %s, which is after the timestamp"), said.UTC().Format(time.RFC3339)))
	}
}
