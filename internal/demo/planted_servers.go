package demo

import (
	"fmt"
	"time"

	"github.com/evidencepack/evidence/internal/demo/aws"
)

// server is an instance with its root volume.
type server struct {
	name     string
	place    place
	launched string // its last start, in Japan
	since    string // when its volume was attached; empty: when it was launched
	state    string // empty: running
	agent    string // PingStatus; empty: there is none
	heard    string // when the agent was heard last, in Japan; empty: minutes ago
	copied   string // when the last snapshot of its volume was started; empty: never
	failed   bool   // and that snapshot failed

	agents, age, copies expectation // by INF-01, INF-02 and INF-03
}

func (s server) id() string     { return resourceID("i", "server", s.name) }
func (s server) volume() string { return resourceID("vol", "server", s.name) }

// wire is a time in Japan as EC2 writes it.
func wire(at string) string { return inJapan(at).UTC().Format("2006-01-02T15:04:05.000Z") }

func (s server) standings() []standing {
	state, since, heard := s.state, s.since, s.heard
	if state == "" {
		state = "running"
	}
	if since == "" {
		since = s.launched
	}
	if heard == "" {
		heard = "2026-11-02 08:55:00"
	}
	tags := "<tagSet><item><key>Name</key><value>" + s.name + "</value></item></tagSet>"
	code := map[string]int{"running": 16, "stopped": 80}[state]
	instance := stands(s.place, s.id(), aws.Reservations, aws.XML{Inner: fmt.Sprintf(
		"<reservationId>%s</reservationId><instancesSet><item><instanceId>%s</instanceId><imageId>%s</imageId><instanceType>m7g.large</instanceType>"+
			"<instanceState><code>%d</code><name>%s</name></instanceState><launchTime>%s</launchTime>%s"+
			"<blockDeviceMapping><item><deviceName>/dev/xvda</deviceName><ebs><volumeId>%s</volumeId><status>attached</status><attachTime>%s</attachTime>"+
			"<deleteOnTermination>true</deleteOnTermination></ebs></item></blockDeviceMapping></item></instancesSet>",
		resourceID("r", s.name), s.id(), resourceID("ami", "base"), code, state, wire(s.launched), tags, s.volume(), wire(since))}, s.agents, s.age)
	if s.agent != "" {
		instance.resources = append(instance.resources, resource{aws.Nodes, map[string]any{
			"InstanceId": s.id(), "PingStatus": s.agent, "LastPingDateTime": inJapan(heard).Unix(), "AgentVersion": "3.3.1957.0", "PlatformType": "Linux", "ResourceType": "EC2Instance",
		}})
	}
	volume := stands(s.place, s.volume(), aws.Volumes, aws.XML{Inner: fmt.Sprintf(
		"<volumeId>%s</volumeId><size>100</size><volumeType>gp3</volumeType><encrypted>true</encrypted><status>in-use</status><createTime>%s</createTime>%s"+
			"<attachmentSet><item><volumeId>%s</volumeId><instanceId>%s</instanceId><device>/dev/xvda</device><status>attached</status><attachTime>%s</attachTime></item></attachmentSet>",
		s.volume(), wire(since), tags, s.volume(), s.id(), wire(since))}, s.copies)
	if s.copied != "" {
		status := "completed"
		if s.failed {
			status = "error"
		}
		volume.resources = append(volume.resources, resource{aws.Snapshots, aws.XML{Inner: fmt.Sprintf(
			"<snapshotId>%s</snapshotId><volumeId>%s</volumeId><status>%s</status><startTime>%s</startTime><progress>100%%</progress><ownerId>%s</ownerId>"+
				"<volumeSize>100</volumeSize><encrypted>true</encrypted><storageTier>standard</storageTier>",
			resourceID("snap", s.name), s.volume(), status, wire(s.copied), s.place.account)}})
	}
	return []standing{instance, volume}
}

// serverStandings are for INF-01 (agents), INF-02 and INF-03. Servers are built anew
// every other week and copied every night, but for some.
func serverStandings() []standing {
	agents, age, copies := passes("INF-01"), passes("INF-02"), passes("INF-03")
	night := "2026-11-02 02:00:00"
	servers := []server{
		{name: "jump-2", place: productionBack, launched: "2026-10-20 10:00:00", agent: "Online", copied: night, agents: agents, age: age, copies: copies},
		{name: "collector-1", place: audit, launched: "2026-10-19 10:00:00", agent: "Online", copied: night, agents: agents, age: age, copies: copies},
		{name: "batch-1", place: production, launched: "2026-10-21 14:00:00", copied: night, age: age, copies: copies,
			agents: exception("INF-01", "インスタンス batch-1 に Systems Manager のエージェントが登録されていない。",
				"The instance batch-1 has no agent of Systems Manager.", "no_agent")},
		{name: "batch-2", place: production, launched: "2026-10-21 14:10:00", agent: "ConnectionLost", heard: "2026-10-28 03:12:00", copied: night, age: age, copies: copies,
			agents: exception("INF-01", "インスタンス batch-2 のエージェントは 10 月 28 日から応答していない。",
				"The agent of the instance batch-2 has not been heard since 28 October.", "agent_silent")},
		{name: "report-1", place: production, launched: "2026-10-18 22:00:00", since: "2026-03-02 11:30:00", agent: "Online", copied: night, agents: agents, copies: copies,
			age: exception("INF-02", "インスタンス report-1 は 10 月に再起動されたが、3 月から作り直されていない。",
				"The instance report-1 was started again in October, but has not been rebuilt since March.", "too_old")},
		{name: "legacy-1", place: production, launched: "2025-06-10 09:00:00", agent: "Online", copied: "2026-10-12 02:00:00", agents: agents,
			age: exception("INF-02", "インスタンス legacy-1 は 2025 年 6 月から作り直されていない。",
				"The instance legacy-1 has not been rebuilt since June 2025.", "too_old"),
			copies: exception("INF-03", "インスタンス legacy-1 のボリュームは 10 月 12 日を最後にスナップショットが取得されていない。",
				"No snapshot of the volume of legacy-1 has been taken since 12 October.", "copy_too_old")},
		{name: "search-1", place: production, launched: "2026-10-22 09:00:00", agent: "Online", copied: night, failed: true, agents: agents, age: age,
			copies: exception("INF-03", "インスタンス search-1 のボリュームのスナップショットは失敗しており、他にない。",
				"The only snapshot of the volume of search-1 failed.", "no_copy")},
		{name: "spare-1", place: production, launched: "2026-05-01 09:00:00", state: "stopped", copied: night,
			agents: notApplicable("INF-01"), age: notApplicable("INF-02"), copies: copies},
		{name: "canary-1", place: production, launched: "2026-11-02 08:50:00", agent: "Online",
			agents: notApplicable("INF-01"), age: age, copies: notApplicable("INF-03")},
	}
	for i := range 6 {
		servers = append(servers, server{name: fmt.Sprintf("web-%d", i+1), place: production, agent: "Online", copied: night,
			launched: inJapan("2026-10-26 10:00:00").Add(time.Duration(i) * 7 * time.Minute).In(japan).Format(time.DateTime),
			agents:   agents, age: age, copies: copies})
	}
	var all []standing
	for _, s := range servers {
		all = append(all, s.standings()...)
	}
	return all
}
