package visible

import "net/url"

// maxAddress is how long a link may be: Excel follows none that is longer than
// 2,079 characters.
const maxAddress = 2000

// Address returns s when it is a link that may be clicked: https with a host and
// no password in it, since where it leads was chosen outside.
func Address(s string) (string, bool) {
	if s == "" || len(s) > maxAddress {
		return "", false
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", false
	}
	link := u.String()
	return link, len(link) <= maxAddress
}
