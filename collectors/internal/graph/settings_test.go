package graph

import (
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const someone = "tenant: 11111111-2222-3333-4444-555555555555\nclient: aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee\n"

func TestSettings(t *testing.T) {
	secret := someone + "client_secret_env: X\n"
	for _, c := range []struct {
		name, yaml string
		location   string // of what is accepted
		refused    string // the setting that an error names
	}{
		{"a secret", secret, "https://graph.microsoft.com tenant 11111111-2222-3333-4444-555555555555", ""},
		{"a domain", strings.Replace(secret, "11111111-2222-3333-4444-555555555555", "corp.example", 1), "https://graph.microsoft.com tenant corp.example", ""},
		{"a file", someone + "client_secret_file: x\n", "https://graph.microsoft.com tenant", ""},
		{"a certificate", someone + "certificate: x.pfx\ncertificate_password_env: Y\n", "https://graph.microsoft.com tenant", ""},
		{"a workload", someone + "workload_identity: true\n", "https://graph.microsoft.com tenant", ""},
		{"a managed identity", someone + "managed_identity: true\n", "https://graph.microsoft.com tenant", ""},
		{"a managed identity of the system", "tenant: corp.example\nmanaged_identity: true\n", "https://graph.microsoft.com tenant", ""},
		{"usgov", secret + "cloud: usgov\n", "https://graph.microsoft.us tenant", ""},
		{"usgov-dod", secret + "cloud: usgov-dod\n", "https://dod-graph.microsoft.us tenant", ""},
		{"china", secret + "cloud: china\n", "https://microsoftgraph.chinacloudapi.cn tenant", ""},
		{"another Graph", secret + "base_url: https://graph.example/\n", "https://graph.example tenant", ""},
		{"a simulated one", secret + "base_url: http://127.0.0.1:1/\nlogin_url: http://localhost:2/x/\n", "http://127.0.0.1:1 tenant", ""},

		{"no tenant", "client_secret_env: X\n", "", "tenant"},
		{"a tenant with a path", "tenant: corp.example/x\nclient_secret_env: X\n", "", "tenant"},
		{"common", "tenant: common\nclient_secret_env: X\n", "", "tenant"},
		{"no client", "tenant: corp.example\nclient_secret_env: X\n", "", "client"},
		{"a client's name", "tenant: corp.example\nclient: evidence\nclient_secret_env: X\n", "", "client"},
		{"no login", someone, "", "client_secret_env"},
		{"two logins", secret + "workload_identity: true\n", "", "alternatives"},
		{"a password for nothing", secret + "certificate_password_env: Y\n", "", "certificate_password_env"},
		{"no such cloud", secret + "cloud: germany\n", "", "cloud"},
		{"a rate below zero", secret + "requests_per_10s: -1\n", "", "requests_per_10s"},
		{"unencrypted", secret + "base_url: http://graph.example/\n", "", "base_url"},
		{"no URL", secret + "base_url: graph.example\n", "", "base_url"},
		{"a URL with a password", secret + "base_url: https://user:password@graph.example/\n", "", "base_url"},
		{"a real login for a simulated Graph", secret + "base_url: http://127.0.0.1:1/\n", "", "login_url"},
		{"a simulated login for Graph", secret + "login_url: http://127.0.0.1:1/\n", "", "login_url"},
		{"a simulated login for another Graph", secret + "base_url: https://graph.example/\nlogin_url: http://127.0.0.1:1/\n", "", "login_url"},
		{"a login elsewhere", secret + "base_url: http://127.0.0.1:1/\nlogin_url: https://login.example/\n", "", "login_url"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s Settings
			if err := yaml.UnmarshalWithOptions([]byte(c.yaml), &s, yaml.Strict()); err != nil {
				t.Fatal(err)
			}
			err := s.Validate()
			switch {
			case c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused) || strings.Contains(err.Error(), "password@")):
				t.Errorf("error %v, want one that names %s", err, c.refused)
			case c.refused == "" && (err != nil || !strings.HasPrefix(s.Location(), c.location) || s.RequestsPer10s != 5):
				t.Errorf("location %q, %d requests, error %v", s.Location(), s.RequestsPer10s, err)
			}
		})
	}
}

// A token is asked for the Graph that it is sent to.
func TestScope(t *testing.T) {
	for yamlSettings, want := range map[string]string{
		"":                                  "https://graph.microsoft.com/.default",
		"cloud: usgov-dod":                  "https://dod-graph.microsoft.us/.default",
		"base_url: https://graph.example/":  "https://graph.example/.default",
		"base_url: https://graph.example/x": "https://graph.example/x/.default",
		"base_url: http://127.0.0.1:1/\nlogin_url: http://127.0.0.1:1/": "https://graph.microsoft.com/.default",
	} {
		var s Settings
		if err := yaml.Unmarshal([]byte(someone+"client_secret_env: X\n"+yamlSettings), &s); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		if got := s.scope(); got != want {
			t.Errorf("%q: scope %s, want %s", yamlSettings, got, want)
		}
	}
}
