package entraidexport

import (
	"strings"

	"github.com/tidwall/gjson"
)

// envelope is an element as the diagnostic settings write it: what is the same of
// all categories, around the properties, which are Graph's object in the main.
type envelope struct {
	category, tenant, operation, result, description, correlation string
	properties                                                    string // JSON
}

// envelopeOf reads an envelope. It is false of what is none.
func envelopeOf(element gjson.Result) (e envelope, ok bool) {
	resource := ""
	element.ForEach(func(k, v gjson.Result) bool {
		switch strings.ToLower(k.Str) {
		case "category":
			e.category = v.String()
		case "tenantid":
			e.tenant = v.String()
		case "resourceid":
			resource = v.String()
		case "operationname":
			e.operation = v.String()
		case "resulttype":
			e.result = v.String()
		case "resultdescription":
			e.description = v.String()
		case "correlationid":
			e.correlation = v.String()
		case "properties":
			e.properties = parsed(as)(v.Raw)
		}
		return true
	})
	if e.tenant == "" {
		e.tenant = tenantIn(resource)
	}
	e.tenant = strings.ToLower(e.tenant)
	return e, e.category != "" && strings.HasPrefix(e.properties, "{")
}

// graph is the properties as Graph writes the same thing.
func (e envelope) graph(c category) string {
	switch c.kind {
	case SignIn:
		return filled(signInRules(e), e.signInLacking(c))(e.properties)
	case DirectoryAudit:
		return filled(auditRules, e.auditLacking())(e.properties)
	case RiskDetection:
		return members(detectionRules)(e.properties)
	default:
		return members(riskyUserRules)(e.properties)
	}
}

// place is where something happened.
var place = parsed(members(rules{
	"geoCoordinates": parsed(members(rules{"latitude": number, "longitude": number, "altitude": number})),
}))

// policies are the conditional access policies that applied to a sign-in.
var policies = parsed(each(parsed(members(rules{
	"conditionsSatisfied":         flags,
	"conditionsNotSatisfied":      flags,
	"includeRulesSatisfied":       parsed(each(parsed(as))),
	"excludeRulesSatisfied":       parsed(each(parsed(as))),
	"enforcedGrantControls":       parsed(as),
	"enforcedSessionControls":     parsed(as),
	"sessionControlsNotSatisfied": parsed(as),
	"authenticationStrength":      parsed(as),
}))))

// steps are what a sign-in's authentication consisted of.
var steps = parsed(each(parsed(members(rules{"authenticationStepDateTime": moment, "succeeded": boolean}))))

// signInRules are those of a sign-in of any category. Its status is completed out
// of the envelope, which says the result too.
func signInRules(e envelope) rules {
	return rules{
		"createdDateTime":                          moment,
		"userType":                                 enumerated,
		"status":                                   parsed(filled(rules{"errorCode": number}, e.statusLacking())),
		"location":                                 place,
		"deviceDetail":                             parsed(members(rules{"isCompliant": boolean, "isManaged": boolean})),
		"appliedConditionalAccessPolicies":         policies,
		"authenticationDetails":                    steps,
		"processingTimeInMilliseconds":             number,
		"autonomousSystemNumber":                   number,
		"isInteractive":                            boolean,
		"flaggedForReview":                         boolean,
		"isTenantRestricted":                       boolean,
		"isThroughGlobalSecureAccess":              boolean,
		"mfaDetail":                                parsed(as),
		"privateLinkDetails":                       parsed(as),
		"managedServiceIdentity":                   parsed(as),
		"tokenProtectionStatusDetails":             parsed(as),
		"authenticationAppDeviceDetails":           parsed(as),
		"appliedEventListeners":                    parsed(each(parsed(as))),
		"authenticationProcessingDetails":          parsed(each(parsed(as))),
		"authenticationRequirementPolicies":        parsed(each(parsed(as))),
		"networkLocationDetails":                   parsed(each(parsed(as))),
		"sessionLifetimePolicies":                  parsed(each(parsed(as))),
		"conditionalAccessAudiences":               parsed(each(parsed(as))),
		"authenticationAppPolicyEvaluationDetails": parsed(each(parsed(as))),
		"authenticationContextClassReferences":     parsed(each(parsed(as))),
		"authenticationMethodsUsed":                parsed(as),
		"riskEventTypes":                           parsed(as),
		"riskEventTypes_v2":                        parsed(as),
		"signInEventTypes":                         parsed(as),
	}
}

// statusLacking is what a sign-in's status must have of what the envelope says.
func (e envelope) statusLacking() []member {
	if !numberPattern.MatchString(e.result) {
		return nil
	}
	lacking := []member{{"errorCode", e.result}}
	if e.description != "" {
		lacking = append(lacking, member{"failureReason", encode(e.description)})
	}
	return lacking
}

// signInLacking is what Graph says of a sign-in in itself, and the diagnostic
// settings around it: the result, and the category.
func (e envelope) signInLacking(c category) []member {
	var lacking []member
	if status := e.statusLacking(); len(status) > 0 {
		lacking = append(lacking, member{"status", filled(nil, status)("{}")})
	}
	interactive := "false"
	if c.event == "interactiveUser" {
		interactive = "true"
	}
	return append(lacking, member{"signInEventTypes", `["` + c.event + `"]`}, member{"isInteractive", interactive})
}

// auditRules are those of a directory audit. The old and new values of what was
// modified are strings of JSON in Graph too.
var auditRules = rules{
	"activityDateTime": moment,
	"result":           enumerated,
	// Graph writes both, one of them null.
	"initiatedBy": parsed(filled(rules{"user": parsed(as), "app": parsed(as)}, []member{{"user", "null"}, {"app", "null"}})),
	"targetResources": parsed(each(parsed(members(rules{
		"modifiedProperties": parsed(each(parsed(members(rules{"oldValue": text, "newValue": text})))),
	})))),
	"additionalDetails": parsed(each(parsed(as))),
}

// auditLacking is what a directory audit must have of what the envelope says.
func (e envelope) auditLacking() []member {
	var lacking []member
	for _, m := range []member{{"activityDisplayName", e.operation}, {"correlationId", e.correlation}, {"resultReason", e.description}} {
		if m.raw != "" {
			lacking = append(lacking, member{m.name, encode(m.raw)})
		}
	}
	return lacking
}

var detectionRules = rules{
	"activityDateTime":    moment,
	"detectedDateTime":    moment,
	"lastUpdatedDateTime": moment,
	"location":            place,
	"additionalInfo":      text,
}

var riskyUserRules = rules{
	"riskLastUpdatedDateTime": moment,
	"isDeleted":               boolean,
	"isGuest":                 boolean,
	"isProcessing":            boolean,
}
