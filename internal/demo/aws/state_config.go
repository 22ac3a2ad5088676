package aws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// The collections of AWS Config.
const (
	ConfigRecorders = "config recorders" // ConfigRecorder
	ConfigItems     = "config items"     // ConfigItem
	ConfigRetention = "config retention" // int: days that items are kept; none: AWS's default, which is not told
)

// ConfigRecorder is an account and region's configuration recorder with its delivery
// channel, as the four calls that describe them answer.
type ConfigRecorder struct {
	Recorder, Status       map[string]any
	Channel, ChannelStatus map[string]any // nil: there is none
}

// ConfigItem is a configuration item. The latest of a resource tells whether it exists.
type ConfigItem struct {
	ResourceType, ResourceID string
	Captured                 float64        // seconds since 1970
	Deleted                  bool           // of status ResourceDeleted
	More                     map[string]any // the other members
}

func (i ConfigItem) wire() map[string]any {
	out := map[string]any{
		"version": "1.3", "resourceType": i.ResourceType, "resourceId": i.ResourceID, "configurationItemCaptureTime": i.Captured,
		"configurationItemStatus": "OK", "configurationStateId": fmt.Sprintf("%.0f", i.Captured*1000),
	}
	if i.Deleted {
		out["configurationItemStatus"] = "ResourceDeleted"
	}
	for k, v := range i.More {
		out[k] = v
	}
	return out
}

func (s *Server) config(c *call) response {
	recorders := listOf[ConfigRecorder](s.opt.State, c.account, c.region, ConfigRecorders)
	list := func(name string, of func(ConfigRecorder) map[string]any) response {
		all := []any{}
		for _, r := range recorders {
			if v := of(r); v != nil {
				all = append(all, v)
			}
		}
		return jsonResponse(http.StatusOK, map[string]any{name: all})
	}
	switch c.operation {
	case "DescribeConfigurationRecorders":
		return list("ConfigurationRecorders", func(r ConfigRecorder) map[string]any { return r.Recorder })
	case "DescribeConfigurationRecorderStatus":
		return list("ConfigurationRecordersStatus", func(r ConfigRecorder) map[string]any { return r.Status })
	case "DescribeDeliveryChannels":
		return list("DeliveryChannels", func(r ConfigRecorder) map[string]any { return r.Channel })
	case "DescribeDeliveryChannelStatus":
		return list("DeliveryChannelsStatus", func(r ConfigRecorder) map[string]any { return r.ChannelStatus })
	case "DescribeRetentionConfigurations":
		return s.configRetention(c)
	case "ListDiscoveredResources", "BatchGetResourceConfig", "GetResourceConfigHistory":
	default:
		return c.unknownOperation()
	}
	if len(recorders) == 0 {
		return c.fail(http.StatusBadRequest, "NoAvailableConfigurationRecorderException", "Configuration recorder is not available to put delivery channel.")
	}
	items := listOf[ConfigItem](s.opt.State, c.account, c.region, ConfigItems)
	slices.SortStableFunc(items, func(a, b ConfigItem) int {
		if n := strings.Compare(a.ResourceID, b.ResourceID); n != 0 {
			return n
		}
		return int(b.Captured - a.Captured) // the latest of a resource first
	})
	switch c.operation {
	case "ListDiscoveredResources":
		return s.configResources(c, items)
	case "BatchGetResourceConfig":
		return configCurrent(c, items)
	}
	return s.configHistory(c, items)
}

func (s *Server) configRetention(c *call) response {
	all := []any{}
	for _, days := range listOf[int](s.opt.State, c.account, c.region, ConfigRetention) {
		all = append(all, map[string]any{"Name": "default", "RetentionPeriodInDays": days})
	}
	return jsonResponse(http.StatusOK, map[string]any{"RetentionConfigurations": all})
}

// latestItems are the latest of each resource.
func latestItems(items []ConfigItem) []ConfigItem {
	return slices.CompactFunc(slices.Clone(items), func(a, b ConfigItem) bool { return a.ResourceType == b.ResourceType && a.ResourceID == b.ResourceID })
}

func (s *Server) configResources(c *call, items []ConfigItem) response {
	var in struct {
		ResourceType            string `json:"resourceType"`
		IncludeDeletedResources bool   `json:"includeDeletedResources"`
		Limit                   int    `json:"limit"`
		NextToken               string `json:"nextToken"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.unknownOperation()
	}
	list := []map[string]any{}
	for _, i := range latestItems(items) {
		id := map[string]any{"resourceType": i.ResourceType, "resourceId": i.ResourceID}
		if i.Deleted {
			id["resourceDeletionTime"] = i.Captured
		}
		if i.ResourceType == in.ResourceType && (in.IncludeDeletedResources || !i.Deleted) {
			list = append(list, id)
		}
	}
	page, next, bad := pageOf(s.opt.State, list, in.NextToken, in.Limit)
	if bad {
		return c.fail(http.StatusBadRequest, "InvalidNextTokenException", "The specified next token is not valid.")
	}
	out := map[string]any{"resourceIdentifiers": page}
	if next != "" {
		out["nextToken"] = next
	}
	return jsonResponse(http.StatusOK, out)
}

func configCurrent(c *call, items []ConfigItem) response {
	var in struct {
		ResourceKeys []struct {
			ResourceType string `json:"resourceType"`
			ResourceID   string `json:"resourceId"`
		} `json:"resourceKeys"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.unknownOperation()
	}
	found := []any{}
	for _, i := range latestItems(items) {
		for _, k := range in.ResourceKeys {
			if k.ResourceType == i.ResourceType && k.ResourceID == i.ResourceID && !i.Deleted {
				base := i.wire()
				delete(base, "relatedEvents")
				delete(base, "relationships")
				delete(base, "tags")
				found = append(found, base)
			}
		}
	}
	return jsonResponse(http.StatusOK, map[string]any{"baseConfigurationItems": found, "unprocessedResourceKeys": []any{}})
}

// configHistory gives a resource's items in reverse chronological order. A call spans
// seven days: a page may hold nothing and yet be followed by another.
func (s *Server) configHistory(c *call, items []ConfigItem) response {
	var in struct {
		ResourceType string  `json:"resourceType"`
		ResourceID   string  `json:"resourceId"`
		LaterTime    float64 `json:"laterTime"`
		Limit        int     `json:"limit"`
		NextToken    string  `json:"nextToken"`
	}
	if err := json.Unmarshal(c.body, &in); err != nil {
		return c.unknownOperation()
	}
	items = slices.DeleteFunc(items, func(i ConfigItem) bool { return i.ResourceType != in.ResourceType || i.ResourceID != in.ResourceID })
	if len(items) == 0 {
		return c.fail(http.StatusBadRequest, "ResourceNotDiscoveredException", "Resource "+in.ResourceID+" of resourceType:"+in.ResourceType+" is unknown or has not been discovered")
	}
	const week = 7 * 24 * 60 * 60
	later, from := in.LaterTime, 0
	if in.NextToken != "" {
		if n, err := fmt.Sscanf(in.NextToken, "before %f from %d", &later, &from); n != 2 || err != nil {
			return c.fail(http.StatusBadRequest, "InvalidNextTokenException", "The specified next token is not valid.")
		}
	}
	within := slices.DeleteFunc(slices.Clone(items), func(i ConfigItem) bool { return i.Captured > later || i.Captured <= later-week })
	size := max(in.Limit, 1)
	if s.opt.State.PageSize > 0 {
		size = min(size, s.opt.State.PageSize)
	}
	page := []any{}
	for _, i := range within[min(from, len(within)):min(from+size, len(within))] {
		page = append(page, i.wire())
	}
	out := map[string]any{"configurationItems": page}
	switch {
	case from+size < len(within):
		out["nextToken"] = fmt.Sprintf("before %f from %d", later, from+size)
	case slices.ContainsFunc(items, func(i ConfigItem) bool { return i.Captured <= later-week }):
		out["nextToken"] = fmt.Sprintf("before %f from 0", later-week)
	}
	return jsonResponse(http.StatusOK, out)
}
