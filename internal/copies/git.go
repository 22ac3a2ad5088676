package copies

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/evidencepack/evidence/internal/locker"
)

// gitScheme begins the place of copies in a Git repository.
const gitScheme = "git+"

// repository is a branch of a Git repository. It is reached through the git command,
// which knows the user's keys, agents and credential helpers; nothing is checked
// out, so that what others put into the repository is read as bytes alone.
type repository struct {
	url, branch string
	folder      string // a bare repository of our own, for objects on their way
	tip         string // the branch's commit; empty: there is no such branch yet
}

const (
	defaultBranch = "main"
	pushAttempts  = 5 // others may push to the branch too
)

var branchName = regexp.MustCompile(`^[A-Za-z0-9][\w./-]*$`)

// openRepository reads git+ssh://host/path?branch=name and fetches the branch.
func openRepository(ctx context.Context, name string) (*repository, error) {
	u, err := url.Parse(strings.TrimPrefix(name, gitScheme))
	if err != nil {
		return nil, fmt.Errorf("git+…: not a URL") // not shown: it may hold a password
	}
	if _, secret := u.User.Password(); secret || u.User != nil && u.Scheme != "ssh" {
		u.User = nil // a user's name may be a token
		return nil, fmt.Errorf("%s%s: leave the user and the password to a credential helper of git", gitScheme, u)
	}
	query, err := url.ParseQuery(u.RawQuery)
	branch := defaultBranch
	if query.Has("branch") {
		branch = query.Get("branch")
		query.Del("branch")
	}
	u.RawQuery = ""
	r := &repository{url: u.String(), branch: branch}
	switch {
	case err != nil || len(query) > 0 || u.Fragment != "":
		return nil, fmt.Errorf("%s: behind the address there may be ?branch=name alone", r)
	case u.Scheme != "ssh" && u.Scheme != "https" && u.Scheme != "file" || u.Path == "" || strings.HasPrefix(u.Host, "-"):
		return nil, fmt.Errorf("%s: want git+ssh://host/path, git+https://host/path or git+file:///path", r)
	case !branchName.MatchString(branch) || strings.Contains(branch, "..") || strings.HasSuffix(branch, "/"):
		return nil, fmt.Errorf("%s: %q is no name of a branch", r, branch)
	}
	if r.folder, err = os.MkdirTemp("", "evidence-git-"); err != nil {
		return nil, err
	}
	_, err = r.git(ctx, nil, "init", "--quiet", "--bare", r.folder)
	if err == nil {
		err = r.fetch(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *repository) close() error { return os.RemoveAll(r.folder) }

func (r *repository) String() string { return gitScheme + r.url }

func (r *repository) ref() string { return "refs/heads/" + r.branch }

// fetch finds the branch's tip and gets its files.
func (r *repository) fetch(ctx context.Context) error {
	out, err := r.git(ctx, nil, "ls-remote", r.url, r.ref())
	if err != nil {
		return err
	}
	if len(out) == 0 {
		r.tip = ""
		return nil
	}
	if _, err := r.git(ctx, nil, "fetch", "--quiet", "--depth=1", "--no-tags", r.url, "+"+r.ref()+":refs/copies/tip"); err != nil {
		return err
	}
	r.tip, err = r.line(ctx, nil, "rev-parse", "refs/copies/tip")
	return err
}

func (r *repository) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if r.tip == "" {
			return
		}
		out, err := r.git(ctx, nil, "ls-tree", "-r", "-z", "--name-only", r.tip)
		if err != nil {
			yield("", err)
			return
		}
		for _, name := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
			if strings.HasPrefix(name, prefix) && !yield(name, nil) {
				return
			}
		}
	}
}

func (r *repository) Get(ctx context.Context, name string) (io.ReadCloser, error) {
	data, err := r.blob(ctx, name)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

func (r *repository) blob(ctx context.Context, name string) ([]byte, error) {
	missing := fmt.Errorf("read %s/%s: %w", r, name, fs.ErrNotExist)
	if r.tip == "" {
		return nil, missing
	}
	out, err := r.git(ctx, nil, "ls-tree", "-z", "--full-tree", r.tip, "--", name)
	if err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, missing
	}
	head, _, _ := strings.Cut(string(out), "\t") // mode, type, object
	fields := strings.Fields(head)
	if len(fields) != 3 || fields[0] != "100644" {
		return nil, fmt.Errorf("read %s/%s: it is no plain file", r, name)
	}
	return r.git(ctx, nil, "cat-file", "blob", fields[2])
}

// Put adds files in one commit and pushes it. When somebody else pushed meanwhile,
// it is made anew on top of that.
func (r *repository) Put(ctx context.Context, objects ...locker.Object) error {
	for attempt := 1; ; attempt++ {
		fresh, err := r.fresh(ctx, objects)
		if err != nil || len(fresh) == 0 {
			return err
		}
		commit, err := r.commit(ctx, fresh)
		if err != nil {
			return err
		}
		_, err = r.git(ctx, nil, "push", "--quiet", r.url, commit+":"+r.ref())
		if err == nil {
			r.tip = commit
			return nil
		}
		before := r.tip
		if ferr := r.fetch(ctx); ferr != nil || r.tip == before || attempt == pushAttempts {
			return errors.Join(err, ferr)
		}
	}
}

// fresh leaves out what the branch has already.
func (r *repository) fresh(ctx context.Context, objects []locker.Object) ([]locker.Object, error) {
	var list []locker.Object
	for _, o := range objects {
		data, err := r.blob(ctx, o.Name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			list = append(list, o)
		case err != nil:
			return nil, err
		case !bytes.Equal(data, o.Data):
			return nil, fmt.Errorf("write %s/%s: another has been written there: %w", r, o.Name, fs.ErrExist)
		}
	}
	return list, nil
}

// commit makes a commit of the branch's files and some more.
func (r *repository) commit(ctx context.Context, objects []locker.Object) (string, error) {
	if _, err := r.git(ctx, nil, "read-tree", "--empty"); err != nil {
		return "", err
	}
	parent := []string{}
	if r.tip != "" {
		if _, err := r.git(ctx, nil, "read-tree", r.tip); err != nil {
			return "", err
		}
		parent = []string{"-p", r.tip}
	}
	var names []string
	for _, o := range objects {
		blob, err := r.line(ctx, o.Data, "hash-object", "-w", "--stdin")
		if err != nil {
			return "", err
		}
		if _, err := r.git(ctx, nil, "update-index", "--add", "--cacheinfo", "100644,"+blob+","+o.Name); err != nil {
			return "", err
		}
		names = append(names, o.Name)
	}
	tree, err := r.line(ctx, nil, "write-tree")
	if err != nil {
		return "", err
	}
	message := "Checkpoints of a locker\n\n" + strings.Join(names, "\n") + "\n"
	return r.line(ctx, []byte(message), append([]string{"commit-tree", tree}, parent...)...)
}

func (r *repository) line(ctx context.Context, stdin []byte, args ...string) (string, error) {
	out, err := r.git(ctx, stdin, args...)
	return strings.TrimSpace(string(out)), err
}

// environment is the user's, without what git sets for the hooks of another repository.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		for _, kept := range []string{"GIT_SSH", "GIT_ASKPASS", "GIT_CONFIG_", "GIT_SSL_"} {
			if strings.HasPrefix(v, kept) {
				return false
			}
		}
		return strings.HasPrefix(v, "GIT_")
	})
}

// git runs a command. It asks nobody for a password, and reaches no other kinds of
// places than those that openRepository lets through.
func (r *repository) git(ctx context.Context, stdin []byte, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = r.folder
	cmd.Env = append(environment(), "GIT_INDEX_FILE="+filepath.Join(r.folder, "index"), "GIT_DIR="+r.folder, "GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL=ssh:https:file", "LC_ALL=C",
		"GIT_AUTHOR_NAME=evidence", "GIT_AUTHOR_EMAIL=evidence@localhost", "GIT_COMMITTER_NAME=evidence", "GIT_COMMITTER_EMAIL=evidence@localhost")
	if os.Getenv("GIT_SSH_COMMAND") == "" {
		cmd.Env = append(cmd.Env, "GIT_SSH_COMMAND=ssh -o BatchMode=yes")
	}
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(stdin), &out, &said
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: git %s: %w: %s", r, args[0], err, strings.TrimSpace(said.String()))
	}
	return out.Bytes(), nil
}
