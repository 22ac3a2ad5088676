package awsauth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// responseLimit bounds an answer that is held whole. AWS's pages are below 10 MB.
const responseLimit = 64 << 20

// Response describes an answer as it came over the wire.
type Response struct {
	SHA256 string // lower-case hex
	Size   int64
}

type responseKey struct{}

// WholeBody is an API option for operations whose answers are documents. It reads
// an answer whole before it is parsed, so that one that is cut off is asked for
// again, which the SDK by itself does not do, and remembers its hash for ResponseOf.
func WholeBody(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("EvidenceWholeBody", readWhole), middleware.After)
}

// ResponseOf returns the description of the answer that metadata belongs to.
func ResponseOf(metadata middleware.Metadata) Response {
	r, _ := metadata.Get(responseKey{}).(Response)
	return r
}

func readWhole(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (
	out middleware.DeserializeOutput, metadata middleware.Metadata, err error) {
	out, metadata, err = next.HandleDeserialize(ctx, in)
	resp, ok := out.RawResponse.(*smithyhttp.Response)
	if err != nil || !ok {
		return out, metadata, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, responseLimit+1))
	if err != nil {
		// Of this type the SDK knows that trying again may help.
		return out, metadata, &smithyhttp.RequestSendError{Err: fmt.Errorf("the answer broke off: %w", err)}
	}
	if len(body) > responseLimit {
		return out, metadata, fmt.Errorf("the answer is longer than %d bytes", responseLimit)
	}
	_ = resp.Body.Close() // all of it is read
	resp.Body = io.NopCloser(bytes.NewReader(body))
	sum := sha256.Sum256(body)
	metadata.Set(responseKey{}, Response{SHA256: hex.EncodeToString(sum[:]), Size: int64(len(body))})
	return out, metadata, nil
}
