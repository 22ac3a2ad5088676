package locker

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Names of objects in a locker.
const (
	configName  = "locker.json"
	latestName  = "checkpoint"
	keptFolder  = "checkpoints/"
	batchFolder = "batches/"
	tileFolder  = "tile/"
	pendFolder  = "pending/"
	lockFolder  = "lock/"
	tempFolder  = "tmp/"

	objectSuffix = ".jsonl.zst"
	groupSuffix  = ".jsonl"
)

func keptName(size int64) string   { return keptFolder + strconv.FormatInt(size, 10) }
func objectName(sha string) string { return batchFolder + sha + objectSuffix }
func stagedName(sha string) string { return pendFolder + sha + objectSuffix }
func groupName(g group) string {
	return fmt.Sprintf("%s%020d-%s%s", pendFolder, g.first, g.sha, groupSuffix)
}

// parseKept reads the size out of the name of a kept checkpoint.
func parseKept(name string) (int64, error) {
	size, err := strconv.ParseInt(strings.TrimPrefix(name, keptFolder), 10, 64)
	if err != nil || size < 1 || keptName(size) != name {
		return 0, fmt.Errorf("%s is not the name of a checkpoint", name)
	}
	return size, nil
}

// parseStaged reads the hash out of the name of an object that is pending.
func parseStaged(name string) (sha string, ok bool) {
	sha = strings.TrimSuffix(strings.TrimPrefix(name, pendFolder), objectSuffix)
	return sha, isHexSHA256(sha) && stagedName(sha) == name
}

// group names a file of pending manifests that were appended together.
type group struct {
	first int64  // the index in the log that its first manifest is going to have
	sha   string // hex SHA-256 of the file
}

var errNotGroup = errors.New("not the name of a group of pending manifests")

func parseGroup(name string) (group, error) {
	index, sha, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(name, pendFolder), groupSuffix), "-")
	first, err := strconv.ParseInt(index, 10, 64)
	g := group{first, sha}
	if err != nil || first < 0 || !isHexSHA256(sha) || groupName(g) != name {
		return group{}, fmt.Errorf("%s: %w", name, errNotGroup)
	}
	return g, nil
}
