package awsstate

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

var (
	errCircle = errors.New("its pages do not end: the token of the next page is that of the last")
	errCut    = errors.New("it says that there are more pages, and gives no token of the next")
)

// tokens are what AWS's APIs call the token of a page.
var tokens = []string{"NextToken", "Marker", "NextMarker", "Position"}

// pageable is an API option that refuses answers whose list cannot be followed to its end.
// Where the next page is the one that was asked for, no paginator of the SDK would end, and
// what it read would grow for ever. (To stop there, as the SDK offers, would take a part for
// the whole.) Where there is said to be more and not where, a paginator stops by itself.
func pageable(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("EvidencePageable",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleInitialize(ctx, in)
			if err == nil {
				if err = followable(in.Parameters, out.Result); err != nil {
					err = fmt.Errorf("%s %s: %w", awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx), err)
				}
			}
			return out, metadata, err
		}), middleware.After)
}

func followable(request, answer any) error {
	list := listIn(reflect.Indirect(reflect.ValueOf(answer)))
	token := tokenIn(list)
	if asked := tokenIn(reflect.Indirect(reflect.ValueOf(request))); asked != "" && asked == token {
		return errCircle
	}
	if list.Kind() == reflect.Struct && token == "" {
		if f := list.FieldByName("IsTruncated"); f.IsValid() && reflect.Indirect(f).Kind() == reflect.Bool && reflect.Indirect(f).Bool() {
			return errCut
		}
	}
	return nil
}

// listIn is what holds the token of an answer: itself, or as of CloudFront its list.
func listIn(answer reflect.Value) reflect.Value {
	if answer.Kind() != reflect.Struct {
		return answer
	}
	if f := answer.FieldByName("DistributionList"); f.IsValid() && !f.IsNil() {
		return f.Elem()
	}
	return answer
}

// tokenIn is the token in a request or an answer of the SDK; empty: there is none.
func tokenIn(v reflect.Value) string {
	if v.Kind() != reflect.Struct {
		return ""
	}
	for _, name := range tokens {
		if f := v.FieldByName(name); f.IsValid() && f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.String && f.Elem().Len() > 0 {
			return f.Elem().String()
		}
	}
	return ""
}
