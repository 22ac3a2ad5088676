package graph

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/tidwall/gjson"
)

// loginError is the failure to get a token at all. It holds no error of the identity
// library: those hold the request, and with it the client secret.
type loginError struct {
	text    string
	pass    bool // it may pass
	header  http.Header
	refused string // the AADSTS code, where there is one
}

func (e *loginError) Error() string { return e.text }

// LoginFailed reports whether an error says that there was no logging in: nothing
// else will work either.
func LoginFailed(err error) bool {
	var e *loginError
	return errors.As(err, &e)
}

// aadsts is how Entra ID numbers its reasons.
var aadsts = regexp.MustCompile(`AADSTS\d+`)

// advice is what to do about the reasons that are met most.
var advice = map[string]string{
	"AADSTS7000215": "the client secret is wrong: it must be the secret's value, and not its ID",
	"AADSTS7000222": "the client secret has expired: make a new one",
	"AADSTS700016":  "the tenant has no application with this client ID: check client and tenant",
	"AADSTS7000229": "the tenant has no service principal of this application: an administrator must consent to it",
	"AADSTS7000112": "the application is disabled in the tenant",
	"AADSTS90002":   "there is no such tenant in this cloud: check tenant and cloud",
	"AADSTS900023":  "there is no such tenant: check tenant",
	"AADSTS900382":  "the application is of another cloud: check cloud",
	"AADSTS700027":  "the certificate is not registered with the application, or has expired",
	"AADSTS7000214": "the certificate is not registered with the application",
	"AADSTS70021":   "the application has no federated credential for this workload",
	"AADSTS700211":  "the application has no federated credential with this issuer",
	"AADSTS700212":  "the application has no federated credential with this audience",
	"AADSTS700213":  "the application has no federated credential with this subject",
	"AADSTS700024":  "the workload's token has expired, or this machine's clock is wrong",
	"AADSTS53003":   "a Conditional Access policy for workload identities blocks the login",
}

// failed makes a loginError of what the identity library says.
func (t *tokens) failed(err error) error {
	e := &loginError{}
	at := "log in to tenant " + t.settings.Tenant
	if t.settings.Client != "" {
		at += " as application " + t.settings.Client
	}
	at += " (" + t.settings.login() + ")"
	var auth *azidentity.AuthenticationFailedError
	var why string
	switch {
	case errors.As(err, &auth) && auth.RawResponse != nil:
		resp := auth.RawResponse
		e.header = resp.Header
		e.pass = passing(resp.StatusCode) || t.settings.ManagedIdentity && (resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusGone)
		why, e.refused = reason(resp)
	case errors.As(err, &auth):
		e.pass = true // a connection, or an answer that was cut
		why = firstLine(err.Error())
	default:
		why = firstLine(err.Error())
	}
	if a := advice[e.refused]; a != "" {
		why += ": " + a
	}
	e.text = at + ": " + t.secrets.clean(why)
	return e
}

// reason reads an answer of the login endpoint: which error it is, by the name that
// OAuth has for it, and by Entra ID's number and words. Its first sentence says it;
// what follows is of use to Microsoft.
func reason(resp *http.Response) (why, code string) {
	body, err := runtime.Payload(resp)
	if err != nil || !gjson.ValidBytes(body) {
		return fmt.Sprintf("the login endpoint answers with status %d", resp.StatusCode), ""
	}
	said := gjson.ParseBytes(body)
	text := said.Get("error_description").String()
	code = aadsts.FindString(text)
	text = strings.TrimSpace(firstLine(text))
	for _, end := range []string{" Trace ID:", " Correlation ID:", " Timestamp:"} {
		text, _, _ = strings.Cut(text, end)
	}
	name := said.Get("error").String()
	if text == "" && name == "" {
		return fmt.Sprintf("the login endpoint answers with status %d", resp.StatusCode), code
	}
	return short(strings.Trim(name+": "+text, ": ")), code
}

// passing: a status that says nothing of the request itself.
func passing(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return short(strings.TrimSpace(line))
}

// longestText bounds what is repeated of somebody else's words.
const longestText = 500

func short(s string) string {
	if r := []rune(s); len(r) > longestText {
		return string(r[:longestText]) + "…"
	}
	return s
}
