package graph

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Client is an application's registration as far as logging in needs it.
type Client struct {
	ID          string
	Name        string
	Secret      string            // empty: it has none
	Certificate *x509.Certificate // nil: it has none
	Roles       []string          // permissions of Microsoft Graph that an administrator consented to
}

func randomKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	return key
}

// login answers the login endpoint: what MSAL asks before it asks for a token, and tokens.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Del("OData-Version")
	tenant, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case path == "discovery/instance":
		s.count("GET discovery/instance")
		send(w, Object{"tenant_discovery_endpoint": s.authority(r) + "/common/v2.0/.well-known/openid-configuration", "api-version": "1.1", "metadata": []any{}})
	case !s.isTenant(tenant):
		s.refuseLogin(w, http.StatusBadRequest, "invalid_tenant", 90002, "Tenant '"+tenant+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.")
	case path == "v2.0/.well-known/openid-configuration":
		s.count("GET openid-configuration")
		s.configuration(w, r, tenant)
	case path == "oauth2/v2.0/token" && r.Method == http.MethodPost:
		s.count("POST token")
		s.token(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// isTenant: a tenant is asked for by its id or by a domain.
func (s *Server) isTenant(name string) bool {
	t := s.opt.Tenant
	return strings.EqualFold(name, t.ID) || strings.EqualFold(name, t.Domain) || strings.EqualFold(name, t.initial())
}

// authority is the endpoint's address. A client that asks for another host by name, and
// is led here by a transport of its own, is led here again.
func (s *Server) authority(r *http.Request) string {
	switch {
	case s.opt.Authority != "":
		return s.opt.Authority
	case strings.HasPrefix(r.Host, "127.0.0.1") || strings.HasPrefix(r.Host, "localhost"):
		return "http://" + r.Host
	}
	return "https://" + r.Host
}

// configuration is the tenant's OpenID configuration.
func (s *Server) configuration(w http.ResponseWriter, r *http.Request, tenant string) {
	at := s.authority(r) + "/" + tenant
	send(w, Object{
		"token_endpoint": at + "/oauth2/v2.0/token", "authorization_endpoint": at + "/oauth2/v2.0/authorize", "jwks_uri": at + "/discovery/v2.0/keys",
		"issuer": "https://login.microsoftonline.com/" + s.opt.Tenant.ID + "/v2.0", "token_endpoint_auth_methods_supported": list("client_secret_post", "private_key_jwt", "client_secret_basic"),
		"response_types_supported": list("code"), "subject_types_supported": list("pairwise"), "id_token_signing_alg_values_supported": list("RS256"), "tenant_region_scope": "AS",
		"cloud_instance_name": "microsoftonline.com", "cloud_graph_host_name": "graph.windows.net", "msgraph_host": "graph.microsoft.com",
	})
}

// token gives an access token for client credentials.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		s.refuseLogin(w, http.StatusBadRequest, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'.")
		return
	}
	id := r.PostForm.Get("client_id")
	i := slices.IndexFunc(s.opt.Clients, func(c Client) bool { return strings.EqualFold(c.ID, id) })
	switch {
	case r.PostForm.Get("grant_type") != "client_credentials":
		s.refuseLogin(w, http.StatusBadRequest, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '"+r.PostForm.Get("grant_type")+"'.")
		return
	case i < 0:
		s.refuseLogin(w, http.StatusBadRequest, "unauthorized_client", 700016, "Application with identifier '"+id+"' was not found in the directory '"+s.opt.Tenant.Name+"'.")
		return
	case !slices.Contains(strings.Fields(r.PostForm.Get("scope")), "https://graph.microsoft.com/.default"):
		s.refuseLogin(w, http.StatusBadRequest, "invalid_scope", 70011, "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope "+r.PostForm.Get("scope")+" is not valid.")
		return
	}
	c := s.opt.Clients[i]
	how := "1"
	if assertion := r.PostForm.Get("client_assertion"); assertion != "" {
		how = "2"
		if err := c.proves(assertion); err != nil {
			s.refuseLogin(w, http.StatusUnauthorized, "invalid_client", 700027, "The certificate with identifier used to sign the client assertion is not registered on application. "+err.Error())
			return
		}
	} else if secret := r.PostForm.Get("client_secret"); secret == "" || secret != c.Secret {
		s.refuseLogin(w, http.StatusUnauthorized, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+c.ID+"'.")
		return
	}
	life := int(s.opt.TokenLifetime / time.Second)
	send(w, Object{"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": s.mint(c, how)})
}

// proves checks a client assertion: that the application's certificate signed it, for
// the application and for not too long. The client's clock is the machine's.
func (c Client) proves(assertion string) error {
	if c.Certificate == nil {
		return errors.New("the application has no certificate")
	}
	claims := &jwt.RegisteredClaims{}
	token, err := jwt.ParseWithClaims(assertion, claims, func(*jwt.Token) (any, error) {
		key, ok := c.Certificate.PublicKey.(*rsa.PublicKey)
		if !ok {
			return nil, errors.New("the certificate's key is not RSA")
		}
		return key, nil
	}, jwt.WithValidMethods([]string{"RS256", "PS256"}), jwt.WithExpirationRequired())
	if err != nil {
		return err
	}
	if !strings.EqualFold(claims.Issuer, c.ID) || claims.Issuer != claims.Subject || len(claims.Audience) != 1 || !strings.Contains(claims.Audience[0], "/oauth2/v2.0/token") {
		return errors.New("issuer, subject or audience of the assertion are not as they must be")
	}
	one, other := sha1.Sum(c.Certificate.Raw), sha256.Sum256(c.Certificate.Raw)
	if !thumbprint(token.Header["x5t"], one[:]) && !thumbprint(token.Header["x5t#S256"], other[:]) {
		return errors.New("the assertion names another certificate")
	}
	return nil
}

// thumbprint compares a thumbprint in either alphabet of base64, padded or not.
func thumbprint(said any, sum []byte) bool {
	s, _ := said.(string)
	s = strings.NewReplacer("+", "-", "/", "_", "=", "").Replace(s)
	return s == base64.RawURLEncoding.EncodeToString(sum)
}

// mint makes an access token for an application.
func (s *Server) mint(c Client, how string) string {
	now := s.opt.Now()
	t := s.opt.Tenant
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"aud": "https://graph.microsoft.com", "iss": "https://sts.windows.net/" + t.ID + "/", "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(s.opt.TokenLifetime).Unix(),
		"app_displayname": c.Name, "appid": c.ID, "appidacr": how, "idp": "https://sts.windows.net/" + t.ID + "/", "idtyp": "app", "oid": t.id("service principal", c.Name),
		"sub": t.id("service principal", c.Name), "roles": list(c.Roles...), "tenant_region_scope": "AS", "tid": t.ID, "uti": identity("uti", fmt.Sprint(now.UnixNano()))[:22], "ver": "1.0",
	})
	signed, err := token.SignedString(s.key)
	if err != nil {
		panic(fmt.Sprintf("graph: a token cannot be signed: %v", err)) // a key of bytes signs anything
	}
	return signed
}

// authorized are the permissions of the request's token.
func (s *Server) authorized(r *http.Request) ([]string, *failure) {
	said, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok || said == "" {
		return nil, refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty.")
	}
	claims := &struct {
		jwt.RegisteredClaims
		Roles []string `json:"roles"`
	}{}
	_, err := jwt.ParseWithClaims(said, claims, func(*jwt.Token) (any, error) { return s.key, nil }, jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(s.opt.Now))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
	case err != nil:
		return nil, refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "CompactToken validation failed with reason code: 80049217.")
	}
	return claims.Roles, nil
}

// refuseLogin answers as Entra's login endpoint does when something is wrong.
func (s *Server) refuseLogin(w http.ResponseWriter, status int, name string, code int, message string) {
	at := s.opt.Now().UTC().Format("2006-01-02 15:04:05Z")
	trace := w.Header().Get("request-id")
	w.WriteHeader(status)
	send(w, Object{
		"error": name, "error_description": fmt.Sprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", code, message, trace, trace, at), "error_codes": []int{code},
		"timestamp": at, "trace_id": trace, "correlation_id": trace, "error_uri": fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", code),
	})
}
