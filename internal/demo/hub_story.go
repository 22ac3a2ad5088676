package demo

import (
	"sync"

	"github.com/evidencepack/evidence/internal/demo/github"
)

// hubMonth is the company's GitHub with all of its month.
var hubMonth = sync.OnceValue(func() *hub {
	h := newHub()
	h.everydayChanges()
	h.approvalStory()
	h.mergeStory()
	h.selfMergeStory()
	h.ownerStory()
	h.ticketStory()
	h.pushStory()
	h.protectionStory()
	h.checkStory()
	h.deploymentStory()
	h.memberStory()
	h.edgeStory()
	h.applyStory()
	h.checkDaily()
	h.credentialChange(tenantMonth().settlement.AppID)
	h.org.Root() // nothing is told after this
	return h
})

// Organization is the company's GitHub.
func Organization() *github.Organization { return hubMonth().org }
