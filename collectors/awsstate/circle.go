package awsstate

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

var errCircle = errors.New("its pages do not end: the token of the next page is that of the last")

// tokens are what AWS's APIs call the token of a page.
var tokens = []string{"NextToken", "Marker", "NextMarker", "Position"}

// uncircled is an API option that refuses an answer whose next page is the one that was
// asked for: no paginator of the SDK would end, and what it read would grow for ever. (To stop
// there, as the SDK offers, would take a part for the whole.)
func uncircled(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("EvidenceUncircled",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleInitialize(ctx, in)
			if asked := tokenIn(in.Parameters); err == nil && asked != "" && asked == tokenIn(out.Result) {
				err = fmt.Errorf("%s %s: %w", awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx), errCircle)
			}
			return out, metadata, err
		}), middleware.After)
}

// tokenIn is the token in a request or an answer of the SDK; empty: there is none.
func tokenIn(v any) string {
	rv := reflect.Indirect(reflect.ValueOf(v))
	if rv.Kind() != reflect.Struct {
		return ""
	}
	for _, name := range tokens {
		if f := rv.FieldByName(name); f.IsValid() && f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.String && f.Elem().Len() > 0 {
			return f.Elem().String()
		}
	}
	return ""
}
