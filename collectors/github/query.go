package github

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"sync"
)

//go:embed queries/*.graphql
var queryFiles embed.FS

var (
	fragmentHead = regexp.MustCompile(`(?m)^fragment (\w+) on `)
	spread       = regexp.MustCompile(`\.\.\.(\w+)`)
)

// fragments are the texts of all fragments by name.
var fragments = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	text := document("fragments")
	heads := fragmentHead.FindAllStringSubmatchIndex(text, -1)
	for i, h := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		all[text[h[2]:h[3]]] = strings.TrimSpace(text[h[0]:end])
	}
	return all
})

func document(name string) string {
	b, err := fs.ReadFile(queryFiles, "queries/"+name+".graphql")
	if err != nil { // a name that the folder does not have
		panic("github: " + err.Error())
	}
	return string(b)
}

// query is a document of the folder with the fragments that it uses.
func query(name string) string { return complete(document(name)) }

// complete adds the fragments that a document uses, and those that they use.
func complete(doc string) string {
	have := map[string]bool{"on": true}
	for rest := doc; rest != ""; {
		var added strings.Builder
		for _, m := range spread.FindAllStringSubmatch(rest, -1) {
			if name := m[1]; !have[name] {
				have[name] = true
				added.WriteString("\n" + fragments()[name] + "\n")
			}
		}
		rest = added.String()
		doc += rest
	}
	return doc
}

// aliased writes a query that asks a repository for several things at a time,
// each under an alias: the prefix and its place in the list.
func aliased(name, prefix, field string, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "query %s($owner: String!, $name: String!", name)
	for i := range n {
		fmt.Fprintf(&b, ", $%s%d: %s", prefix, i, aliasTypes[prefix])
	}
	b.WriteString(") { repository(owner: $owner, name: $name) {\n")
	for i := range n {
		fmt.Fprintf(&b, "%s%d: %s\n", prefix, i, strings.ReplaceAll(field, "$", fmt.Sprintf("$%s%d", prefix, i)))
	}
	b.WriteString("} }\n")
	doc := complete(b.String())
	if strings.Contains(doc, "$owners") {
		doc = strings.Replace(doc, "$name: String!", "$name: String!, $owners: Boolean!", 1)
	}
	return doc
}

// aliasTypes are the types of the variables of aliased queries.
var aliasTypes = map[string]string{"pull": "Int!", "issue": "Int!", "blob": "GitObjectID!", "branch": "String!", "commit": "GitObjectID!"}

// The fields that aliased queries ask for; $ stands for the variable.
const (
	pullField   = `pullRequest(number: $) { ...pull }`
	issueField  = `issueOrPullRequest(number: $) { __typename ... on Issue { ...issue } }`
	blobField   = `object(oid: $) { __typename ... on Blob { ...blob } }`
	commitField = `object(oid: $) { __typename ... on Commit { ...commit } }`
	branchField = `ref(qualifiedName: $) { ...branch }`
)
