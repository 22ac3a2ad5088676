package github

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/evidencepack/evidence"
)

// owners remembers a CODEOWNERS file, "oid:path", that some commit was made on.
func (r *run) owners(file string) {
	list := &r.at.History.Owners
	if at, found := slices.BinarySearch(*list, file); !found {
		*list = slices.Insert(*list, at, file)
	}
}

// ownersFiles reads the texts of the CODEOWNERS files, each once: it changes
// seldom, whatever number of commits were made on it.
func (r *run) ownersFiles(ctx context.Context) error {
	if !r.wants(Codeowners) {
		return nil
	}
	files := r.at.History.Owners
	for r.at.Place < len(files) {
		part := files[r.at.Place:min(r.at.Place+20, len(files))]
		v := r.of()
		for i, f := range part {
			oid, _, _ := strings.Cut(f, ":")
			v[fmt.Sprintf("blob%d", i)] = oid
		}
		a, err := r.whole(ctx, fmt.Sprintf("GraphQL CODEOWNERS of %s: %s", r.name(), strings.Join(part, " ")), aliased("blobs", "blob", blobField, len(part)), v)
		if err != nil {
			return err
		}
		r.refusedParts(a)
		b := r.batch(Codeowners)
		for i, f := range part {
			oid, name, _ := strings.Cut(f, ":")
			r.tally(Codeowners).Expected++
			blob := a.data.Get(fmt.Sprintf("repository.blob%d", i))
			if blob.Get("__typename").Str != "Blob" {
				r.gap(Codeowners, evidence.Finding{Code: "file_unreadable", Object: r.name() + "/" + name + "@" + oid})
				continue
			}
			r.tally(Codeowners).Found++
			body := fmt.Appendf(nil, `{"repository":{"id":%s,"nameWithOwner":%s},"path":%s,"blob":%s}`,
				quoted(r.at.Repository.ID), quoted(r.at.Repository.Name), quoted(name), blob.Raw)
			if err := b.add(r.at.Repository.ID+":"+name+"@"+oid, r.at.Taken, a.origin, body); err != nil {
				return err
			}
		}
		r.at.Place += len(part)
		if err := b.flush(); err != nil {
			return err
		}
	}
	return nil
}
