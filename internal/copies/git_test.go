package copies

import (
	"slices"
	"strings"
	"testing"
)

// TestNoSecretIsShown: a user of https may be a token, which stands in no error.
func TestNoSecretIsShown(t *testing.T) {
	for _, place := range []string{"git+https://ghp_SECRET@127.0.0.1:1/x.git", "git+https://user:ghp_SECRET@127.0.0.1:1/x.git", "git+ssh://git:ghp_SECRET@127.0.0.1:1/x.git"} {
		if _, err := openRepository(t.Context(), place); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%v", err)
		}
	}
}

// TestHooksOfOtherRepositories: what git sets for a hook does not reach our own commands.
func TestHooksOfOtherRepositories(t *testing.T) {
	t.Setenv("GIT_INDEX_FILE", "/elsewhere/index")
	t.Setenv("GIT_WORK_TREE", "/elsewhere")
	t.Setenv("GIT_SSH_COMMAND", "ssh -4")
	env := environment()
	if slices.ContainsFunc(env, func(v string) bool { return strings.Contains(v, "/elsewhere") }) || !slices.Contains(env, "GIT_SSH_COMMAND=ssh -4") {
		t.Errorf("%q", env)
	}
}
