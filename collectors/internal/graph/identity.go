package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Identity says as whom the client asks: "application <client ID> of tenant <ID>", as
// the token has it.
func (c *Client) Identity(ctx context.Context) (string, error) {
	who, err := c.who(ctx)
	if err != nil {
		return "", err
	}
	app := who.Application
	if app == "" {
		app = c.settings.Client
	}
	if who.Name != "" {
		app += " (" + who.Name + ")"
	}
	return "application " + app + " of tenant " + who.Tenant, nil
}

// TenantID is the tenant's ID, which settings may name by a domain.
func (c *Client) TenantID(ctx context.Context) (string, error) {
	who, err := c.who(ctx)
	return who.Tenant, err
}

// Roles are the permissions that the application was given, as far as the token says:
// none is no proof that there are none.
func (c *Client) Roles(ctx context.Context) ([]string, error) {
	who, err := c.who(ctx)
	return slices.Clone(who.Roles), err
}

// who logs in, if that has not happened, and reads the token.
func (c *Client) who(ctx context.Context) (said, error) {
	for attempt := 1; ; attempt++ {
		_, err := c.tokens.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{c.settings.scope()}, EnableCAE: true})
		if err == nil {
			break
		}
		pause, again := c.again(err, nil, attempt)
		if ctx.Err() != nil || !again {
			return said{}, errors.Join(ctx.Err(), err)
		}
		c.log.Info("the login is tried again", "in", pause, "because", err)
		if err := c.sleep(ctx, pause); err != nil {
			return said{}, err
		}
	}
	if err := c.tokens.enter(ctx); err != nil {
		return said{}, err
	}
	defer c.tokens.leave()
	who := c.tokens.said
	if who.Tenant == "" && guid.MatchString(c.settings.Tenant) {
		who.Tenant = c.settings.Tenant
	}
	if who.Tenant == "" {
		return said{}, fmt.Errorf("the token does not say which tenant %s is: name it by its ID", c.settings.Tenant)
	}
	return who, nil
}
