package demo

import (
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// routine is what somebody does all the time in one place.
type routine struct {
	who      actor
	where    place
	perHour  float64 // mean number of calls in any hour
	inOffice float64 // and that many more in office hours
	calls    []template
}

// template makes a call, its identifiers drawn from r.
type template func(r *rand.Rand) call

// read is a call that changes nothing: its response is not recorded.
func read(service, name string, request func(r *rand.Rand) fields) template {
	return func(r *rand.Rand) call {
		c := call{service: service, name: name, readOnly: true}
		if request != nil {
			c.request = request(r)
		}
		return c
	}
}

func write(service, name string, request, response func(r *rand.Rand) fields) template {
	return func(r *rand.Rand) call {
		c := call{service: service, name: name, request: request(r)}
		if response != nil {
			c.response = response(r)
		}
		return c
	}
}

func instance(r *rand.Rand) string { return resourceID("i", strconv.Itoa(r.IntN(40))) }

func instanceSet(r *rand.Rand) fields {
	return fields{"instancesSet": fields{"items": []fields{{"instanceId": instance(r)}}}, "filterSet": fields{}}
}

func cluster(r *rand.Rand) fields {
	return fields{"cluster": "payments-prod", "services": []string{services[r.IntN(len(services))]}}
}

var services = []string{"merchant-api", "settlement-batch", "issuer-gateway", "bizops-console", "ledger"}

func serviceUpdate(r *rand.Rand) fields {
	s := services[r.IntN(len(services))]
	return fields{"cluster": "payments-prod", "service": s, "taskDefinition": s + ":" + strconv.Itoa(400+r.IntN(90))}
}

func bucket(r *rand.Rand) fields {
	name := []string{"sample-payments-settlement", "sample-payments-artifacts", "sample-payments-statements"}[r.IntN(3)]
	return fields{"bucketName": name, "Host": name + ".s3.ap-northeast-1.amazonaws.com"}
}

func keyUse(*rand.Rand) fields {
	return fields{"keyId": "arn:aws:kms:ap-northeast-1:" + productionAccount + ":key/6f1d2c3b-9a8e-4d7c-b1a0-5e4f3d2c1b0a", "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
}

func groupFilter(*rand.Rand) fields {
	return fields{"securityGroupSet": fields{}, "securityGroupIdSet": fields{}, "filterSet": fields{"items": []fields{
		{"name": "vpc-id", "valueSet": fields{"items": []fields{{"value": resourceID("vpc", "prod")}}}}}}}
}

func launch(r *rand.Rand) fields {
	return fields{
		"instancesSet":       fields{"items": []fields{{"imageId": resourceID("ami", "base"), "minCount": 1, "maxCount": 1}}},
		"instanceType":       "m7g.large",
		"launchTemplate":     fields{"launchTemplateId": resourceID("lt", "workers"), "version": strconv.Itoa(30 + r.IntN(5))},
		"monitoring":         fields{"enabled": true},
		"disableApiStop":     false,
		"metadataOptions":    fields{"httpTokens": "required"},
		"blockDeviceMapping": fields{},
	}
}

func launched(r *rand.Rand) fields {
	return fields{"reservationId": resourceID("r", strconv.Itoa(r.IntN(1e9))), "ownerId": productionAccount, "groupSet": fields{},
		"instancesSet": fields{"items": []fields{{"instanceId": instance(r), "imageId": resourceID("ami", "base"), "instanceState": fields{"code": 0, "name": "pending"}}}}}
}

func agentReport(r *rand.Rand) fields {
	return fields{"instanceId": instance(r), "agentVersion": "3.3.3050.0", "agentStatus": "Active", "platformType": "Linux", "platformName": "Amazon Linux", "platformVersion": "2023"}
}

func roleName(r *rand.Rand) fields {
	return fields{"roleName": []string{"payments-task", "terraform-apply", "terraform-plan", "backup"}[r.IntN(4)]}
}

func noFields(*rand.Rand) fields { return fields{} }

// serviceRole is a role that an AWS service takes for itself.
func serviceRole(service, name string) actor {
	a := workload(name, service)
	a.from, a.agent = service+".amazonaws.com", service+".amazonaws.com"
	return a
}

func assumedBy(role string) template {
	return func(r *rand.Rand) call {
		arn := "arn:aws:iam::" + productionAccount + ":role/" + role
		session := resourceID("s", strconv.Itoa(r.IntN(1e9)))
		return call{service: "sts", name: "AssumeRole", readOnly: true,
			request: fields{"roleArn": arn, "roleSessionName": session, "durationSeconds": 3600},
			response: fields{
				"credentials":     fields{"accessKeyId": awsID("ASIA", session), "expiration": "Oct 31, 2026, 3:00:00 PM"},
				"assumedRoleUser": fields{"assumedRoleId": awsID("AROA", role) + ":" + session, "arn": "arn:aws:sts::" + productionAccount + ":assumed-role/" + role + "/" + session},
			}}
	}
}

var (
	production      = place{productionAccount, tokyo}
	productionBack  = place{productionAccount, osaka}
	productionWorld = place{productionAccount, virginia}
	audit           = place{auditAccount, tokyo}
	auditWorld      = place{auditAccount, virginia}
	auditBack       = place{auditAccount, osaka}
)

// routines is the company's ordinary life. None of it is of interest to a
// control but the exempt service user's calls, which ACC-08 counts.
var routines = []routine{
	{who: awsService("ecs-tasks"), where: production, perHour: 5, calls: []template{assumedBy("payments-task")}},
	{who: awsService("lambda"), where: production, perHour: 2, calls: []template{assumedBy("settlement-notify")}},
	{who: awsService("config"), where: production, perHour: 1, calls: []template{read("s3", "GetBucketAcl", bucket)}},
	{who: serviceRole("config", "AWSServiceRoleForConfig"), where: production, perHour: 6, calls: []template{
		read("ec2", "DescribeInstances", instanceSet), read("ec2", "DescribeSecurityGroups", groupFilter),
		read("rds", "DescribeDBInstances", nil), read("s3", "GetBucketPolicyStatus", bucket), read("elasticloadbalancing", "DescribeLoadBalancers", nil)}},
	{who: workload("payments-task", "9b0c4f2e7d8a4c1f"), where: production, perHour: 8, calls: []template{
		read("kms", "Decrypt", keyUse), read("kms", "GenerateDataKey", keyUse), read("ssm", "GetParameters", noFields),
		read("secretsmanager", "GetSecretValue", func(*rand.Rand) fields { return fields{"secretId": "prod/settlement/db"} })}},
	{who: workload("ec2-base", "i-0f3a9c2d1e4b5a697"), where: production, perHour: 4, calls: []template{
		write("ssm", "UpdateInstanceInformation", agentReport, nil), read("sts", "GetCallerIdentity", nil)}},
	{who: workload("monitoring-integration", "monitoring"), where: production, perHour: 5, calls: []template{
		read("ec2", "DescribeInstances", instanceSet), read("ecs", "DescribeServices", cluster), read("rds", "DescribeDBClusters", nil),
		read("sqs", "ListQueues", nil), read("monitoring", "DescribeAlarms", nil)}},
	{who: serviceRole("autoscaling", "AWSServiceRoleForAutoScaling"), where: production, perHour: 0.4, inOffice: 0.6, calls: []template{
		write("ec2", "RunInstances", launch, launched),
		write("ec2", "TerminateInstances", instanceSet, instanceSet), read("ec2", "DescribeInstances", instanceSet)}},
	{who: ciRole("terraform-plan", "plan"), where: production, inOffice: 12, calls: []template{
		read("ec2", "DescribeSecurityGroups", groupFilter), read("ec2", "DescribeVpcs", nil), read("ec2", "DescribeRouteTables", nil),
		read("ec2", "DescribeSubnets", nil), read("ecs", "DescribeClusters", nil), read("s3", "GetBucketPublicAccessBlock", bucket),
		read("kms", "DescribeKey", keyUse), read("logs", "DescribeLogGroups", nil)}},
	{who: ciRole("github-deploy", "GitHubActions"), where: production, inOffice: 8, calls: []template{
		read("ecr", "GetAuthorizationToken", noFields), read("ecr", "BatchCheckLayerAvailability", nil),
		read("ecs", "DescribeServices", cluster), write("ecs", "UpdateService", serviceUpdate, nil)}},
	{who: iamUser("ci-artifacts").with(botocore), where: production, perHour: 0.1, inOffice: 0.6, calls: []template{
		read("ecr", "DescribeRepositories", nil), read("ecr", "GetAuthorizationToken", noFields), read("s3", "GetBucketLocation", bucket)}},
	{who: person("sre-01", "Operator"), where: production, inOffice: 5, calls: consoleReads},
	{who: person("sre-02", "Operator"), where: production, inOffice: 4, calls: consoleReads},
	{who: person("bizops-01", "ReadOnly"), where: production, inOffice: 2, calls: consoleReads},
	{who: person("dba-01", "Database"), where: production, inOffice: 2, calls: []template{
		read("rds", "DescribeDBInstances", nil), read("rds", "DescribeDBLogFiles", nil), read("pi", "GetResourceMetrics", nil)}},
	{who: serviceRole("backup", "AWSBackupDefaultServiceRole"), where: productionBack, perHour: 0.5, calls: []template{
		write("ec2", "CopySnapshot", func(r *rand.Rand) fields {
			return fields{"sourceRegion": tokyo, "sourceSnapshotId": resourceID("snap", strconv.Itoa(r.IntN(200))), "encrypted": true}
		}, nil), read("ec2", "DescribeSnapshots", nil)}},
	{who: ciRole("terraform-plan", "plan"), where: productionWorld, inOffice: 4, calls: []template{
		read("iam", "GetRole", roleName), read("iam", "ListAttachedRolePolicies", roleName), read("iam", "ListRolePolicies", roleName),
		read("cloudfront", "GetDistribution", nil), read("route53", "ListHostedZones", nil)}},
	{who: serviceRole("access-analyzer", "AWSServiceRoleForAccessAnalyzer"), where: productionWorld, perHour: 1.5, calls: []template{
		read("iam", "GetRole", roleName), read("iam", "ListRoles", nil), read("organizations", "DescribeOrganization", nil)}},
	{who: awsService("cloudtrail"), where: audit, perHour: 1, calls: []template{read("s3", "GetBucketAcl", func(*rand.Rand) fields {
		return fields{"bucketName": trailBucket, "Host": trailBucket + ".s3.ap-northeast-1.amazonaws.com", "acl": ""}
	})}},
	{who: workload("siem-reader", "siem"), where: audit, perHour: 2, calls: []template{
		read("kms", "Decrypt", keyUse), read("sqs", "GetQueueAttributes", nil), read("sts", "GetCallerIdentity", nil)}},
	{who: person("audit-01", "Auditor"), where: audit, inOffice: 1.5, calls: []template{
		read("cloudtrail", "GetTrailStatus", func(*rand.Rand) fields { return fields{"name": trailName} }),
		read("cloudtrail", "DescribeTrails", nil), read("securityhub", "GetFindings", nil), read("athena", "ListWorkGroups", nil)}},
	{who: serviceRole("access-analyzer", "AWSServiceRoleForAccessAnalyzer"), where: auditWorld, perHour: 0.3, calls: []template{read("iam", "ListRoles", nil)}},
}

var consoleReads = []template{
	read("ec2", "DescribeInstances", instanceSet), read("ec2", "DescribeSecurityGroups", groupFilter),
	read("ecs", "DescribeServices", cluster), read("ecs", "ListTasks", cluster), read("logs", "DescribeLogGroups", nil),
	read("monitoring", "DescribeAlarms", nil), read("health", "DescribeEventAggregates", nil), read("s3", "ListBuckets", nil),
}

// recorded is an event and where it is recorded.
type recorded struct {
	place
	event event
	twice bool // delivered in two log files
}

// routineEvents is the company's ordinary life from one time to another, in
// order of time within each routine. Equal seeds give equal events.
func routineEvents(seed uint64, from, to time.Time) []recorded {
	var out []recorded
	for i, routine := range routines {
		// A stream of its own: changing one routine leaves the others alone.
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		for hour := from; hour.Before(to); hour = hour.Add(time.Hour) {
			mean := routine.perHour
			if officeHour(hour) {
				mean += routine.inOffice
			}
			for range poisson(r, mean) {
				at := hour.Add(time.Duration(r.IntN(3600)) * time.Second)
				c := routine.calls[r.IntN(len(routine.calls))](r)
				e := newEvent(randomID(r), at, routine.where, routine.who, c)
				if routine.who.console {
					e.FromConsole = "true"
				}
				out = append(out, recorded{place: routine.where, event: e})
			}
		}
	}
	return out
}

// poisson draws how often something of a mean rate happens (Knuth's method,
// good for small means).
func poisson(r *rand.Rand, mean float64) int {
	limit, p, n := math.Exp(-mean), 1.0, 0
	for mean > 0 {
		if p *= r.Float64(); p <= limit {
			break
		}
		n++
	}
	return n
}

// officeHour reports whether people are at work: nine to seven on working days.
func officeHour(t time.Time) bool {
	local := t.In(japan)
	return workingDay(local) && local.Hour() >= 9 && local.Hour() < 19
}

// workingDay knows Japan's one public holiday of October 2026.
func workingDay(local time.Time) bool {
	sportsDay := local.Month() == time.October && local.Day() == 12
	return local.Weekday() != time.Saturday && local.Weekday() != time.Sunday && !sportsDay
}
