package graph

import (
	"context"

	kiota "github.com/microsoft/kiota-abstractions-go"
)

// Path makes a request for a path below the base that the SDK has no builder for, or
// none in the version that is wanted.
func Path(path string) Request {
	return func(_ context.Context, base string, _ kiota.RequestAdapter) (*kiota.RequestInformation, error) {
		info := kiota.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(kiota.GET, "{+baseurl}"+path, map[string]string{"baseurl": base})
		info.Headers.TryAdd("Accept", "application/json")
		return info, nil
	}
}
