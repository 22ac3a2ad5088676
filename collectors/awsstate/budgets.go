package awsstate

import (
	"context"
	"fmt"
	"strings"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// budget is how many requests an API takes: a bucket of burst, refilled at rate
// (per second).
type budget struct {
	rate       rate.Limit
	burst      int
	collective bool // one bucket for all calls of the service
}

// limits are by service, or by service and operation. EC2's are those of its
// documentation for calls that read by filter or page ("Request throttling for the
// Amazon EC2 API": a bucket of 100, refilled by 20). Where AWS documents no figure
// for a call, what is here is a restraint of our own, below what these services are
// known to bear: audits share the limit with what the organisation runs. Identity
// Center takes 20 calls a second of all operations together ("AWS IAM Identity Center
// endpoints and quotas"), of which half are left to those who sign in and administer.
// IAM has one endpoint for all regions of an account, so deployments everywhere share
// it: all our calls of it are held together.
var limits = map[string]budget{
	"":                    {rate: 5, burst: 10},
	"Config Service":      {rate: 3, burst: 6},
	"EC2":                 {rate: 20, burst: 100},
	"EC2 DescribeRegions": {rate: 10, burst: 50},
	"Organizations":       {rate: 4, burst: 8},
	"IAM":                 {rate: 5, burst: 10, collective: true},
	"SSO Admin":           {rate: 10, burst: 10, collective: true},
	"identitystore":       {rate: 10, burst: 10, collective: true},
}

// budgets holds requests to the limits: whoever asks the same API of the same
// account and region shares one bucket, as AWS counts them together too.
type budgets struct {
	unlimited bool

	mu sync.Mutex
	of map[string]*rate.Limiter
}

// shared is for all collectors of the process.
var shared = &budgets{}

func (b *budgets) limiter(account, region, service, operation string) *rate.Limiter {
	limit, ok := limits[service+" "+operation]
	if !ok {
		if limit, ok = limits[service]; !ok {
			limit = limits[""]
		}
	}
	if b.unlimited {
		limit.rate = rate.Inf
	}
	if limit.collective {
		operation = ""
	}
	key := strings.Join([]string{account, region, service, operation}, " ")
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.of == nil {
		b.of = map[string]*rate.Limiter{}
	}
	if b.of[key] == nil {
		b.of[key] = rate.NewLimiter(limit.rate, limit.burst)
	}
	return b.of[key]
}

// hold is an API option that lets every attempt wait for its turn.
func (b *budgets) hold(account string) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		wait := func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			l := b.limiter(account, awsmiddleware.GetRegion(ctx), awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx))
			if err := l.Wait(ctx); err != nil {
				return middleware.FinalizeOutput{}, middleware.Metadata{}, fmt.Errorf("waiting for the account's turn: %w", err)
			}
			return next.HandleFinalize(ctx, in)
		}
		return stack.Finalize.Insert(middleware.FinalizeMiddlewareFunc("EvidenceBudget", wait), "Retry", middleware.After)
	}
}
