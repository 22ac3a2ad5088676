package locker

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/evidencepack/evidence/internal/s3test"
)

// testBucket makes a bucket with Object Lock in a real S3 for one test.
func testBucket(t *testing.T) Bucket {
	t.Helper()
	endpoint := s3test.Start(t)
	for name, value := range s3test.Environment() {
		t.Setenv(name, value)
	}
	return Bucket{
		Location: Scheme + s3test.Bucket(t, endpoint) + "/audit", Endpoint: endpoint, PathStyle: true, Retention: retentionCompliance, Days: 1,
	}
}

func openBucket(t *testing.T, b Bucket) *bucket {
	t.Helper()
	s, err := b.Open(t.Context(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s.(*bucket)
}

// sealedBucket holds the locker that the crash tests' script makes.
func sealedBucket(t *testing.T, b Bucket) *bucket {
	t.Helper()
	s := openBucket(t, b)
	signer, vkey := testKey(t, "test-key")
	if err := CreateIn(t.Context(), s, testOrigin, signer, vkey); err != nil {
		t.Fatal(err)
	}
	if err := script(t, s, signer); err != nil {
		t.Fatal(err)
	}
	return s
}

// contents reads all objects of a store but its lock.
func contents(t *testing.T, s Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range collect(t, s.List(t.Context(), "")) {
		if !strings.HasPrefix(name, lockFolder) {
			all[name] = text(t, s, name)
		}
	}
	return all
}

// A locker in a bucket has, byte for byte, the objects of one in a folder.
func TestBucketIsTheFolder(t *testing.T) {
	inBucket := sealedBucket(t, testBucket(t))
	root, signer := created(t)
	inFolder := quickDir(root)
	if err := script(t, inFolder, signer); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(contents(t, inFolder), contents(t, inBucket)); d != "" {
		t.Errorf("(-folder +bucket):\n%s", d)
	}
	if failed, leftovers, err := verifyIn(t, inBucket); err != nil || len(leftovers) > 0 {
		t.Errorf("%v: failed %q, leftovers %q", err, failed, leftovers)
	}

	// Downloaded, lock and all, it verifies as a folder and can be gone on with.
	copied := t.TempDir()
	for name, data := range contents(t, inBucket) {
		write(t, copied, name, []byte(data))
	}
	write(t, copied, leaseName, []byte(text(t, inBucket, leaseName)))
	if failed, _, err := verify(t, copied); err != nil {
		t.Errorf("downloaded: %v: failed %q", err, failed)
	}
	then := time.Now().Add(-2 * LockSilence)
	if err := os.Chtimes(filepath.Join(copied, leaseName), then, then); err != nil {
		t.Fatal(err)
	}
	if err := script(t, quickDir(copied), signer); err != nil {
		t.Errorf("downloaded, and gone on with: %v", err)
	}
}

// What is sealed can be neither deleted nor kept for less long, by whatever right
// is used, and who writes over it is found out.
func TestObjectLock(t *testing.T) {
	for _, retention := range []string{retentionCompliance, retentionGovernance} {
		t.Run(retention, func(t *testing.T) {
			b := testBucket(t)
			b.Retention = retention
			s := sealedBucket(t, b)
			for o, err := range s.versions(t.Context(), "") {
				if err != nil {
					t.Fatal(err)
				}
				if !fixed(o.name) {
					continue
				}
				key, id := s.key(o.name), aws.String(o.versions[0].id)
				if _, err := s.client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &s.name, Key: key, VersionId: id}); code(err) != "AccessDenied" {
					t.Fatalf("%s: deleting its version: %v", o.name, err)
				}
				soon := &types.ObjectLockRetention{Mode: types.ObjectLockRetentionMode(b.lockMode()), RetainUntilDate: aws.Time(time.Now().Add(time.Hour))}
				if _, err := s.client.PutObjectRetention(t.Context(), &s3.PutObjectRetentionInput{Bucket: &s.name, Key: key, VersionId: id, Retention: soon}); code(err) != "AccessDenied" {
					t.Fatalf("%s: keeping it for an hour: %v", o.name, err)
				}
				got, err := s.client.GetObjectRetention(t.Context(), &s3.GetObjectRetentionInput{Bucket: &s.name, Key: key, VersionId: id})
				if err != nil {
					t.Fatal(err)
				}
				if left := time.Until(*got.Retention.RetainUntilDate); left < 23*time.Hour || got.Retention.Mode != types.ObjectLockRetentionMode(b.lockMode()) {
					t.Errorf("%s: kept for %v by %s", o.name, left, got.Retention.Mode)
				}
				if err := s.Put(t.Context(), Object{Name: o.name, Data: []byte("other")}); err == nil {
					t.Errorf("%s: it was overwritten", o.name)
				}
			}
			if _, _, err := verifyIn(t, s); err != nil {
				t.Errorf("after all that: %v", err)
			}
		})
	}
}

func TestLegalHold(t *testing.T) {
	b := testBucket(t)
	b.LegalHold = true
	s := sealedBucket(t, b)
	out, err := s.client.GetObjectLegalHold(t.Context(), &s3.GetObjectLegalHoldInput{Bucket: &s.name, Key: s.key(configName)})
	if err != nil || out.LegalHold.Status != types.ObjectLockLegalHoldStatusOn {
		t.Errorf("%+v, %v", out, err)
	}
}

// Nobody can take an object's first version away, but anybody with the permission
// to write can lay another version or a delete marker over it.
func TestOverlaidObjects(t *testing.T) {
	put := func(t *testing.T, s *bucket, name, data string) {
		t.Helper()
		if _, err := s.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &s.name, Key: s.key(name), Body: strings.NewReader(data)}); err != nil {
			t.Fatal(err)
		}
	}
	hide := func(t *testing.T, s *bucket, name string) {
		t.Helper()
		if _, err := s.client.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &s.name, Key: s.key(name)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"locker.json", "checkpoints/4", "tile/8/0/000", "tile/8/data/000", "batches/"} {
		t.Run(name, func(t *testing.T) {
			s := sealedBucket(t, testBucket(t))
			if name == "batches/" {
				name = collect(t, s.List(t.Context(), name))[0]
			}
			sound := text(t, s, name)
			put(t, s, name, sound) // even the same bytes
			if failed, _, _ := verifyIn(t, s); len(failed) != 1 || failed[0] != name {
				t.Errorf("overwritten by the same: failed on %q", failed)
			}
			hide(t, s, name)
			if _, err := s.Get(t.Context(), name); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), "delete marker") {
				t.Errorf("reading what is hidden: %v", err)
			}
			if failed, _, _ := verifyIn(t, s); len(failed) == 0 || failed[0] != name {
				t.Errorf("hidden: failed on %q", failed)
			}
			if !slices.Contains(collect(t, s.List(t.Context(), "")), name) {
				t.Error("what is hidden is not listed")
			}
		})
	}
}

// Whoever has the right to write lays another locker over the whole of this one:
// its first locker.json says otherwise.
func TestOverlaidLocker(t *testing.T) {
	s := sealedBucket(t, testBucket(t))
	root := t.TempDir()
	signer, vkey := testKey(t, "another")
	if err := Create(root, testOrigin, signer, vkey); err != nil {
		t.Fatal(err)
	}
	for name, data := range contents(t, quickDir(root)) {
		if _, err := s.client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &s.name, Key: s.key(name), Body: strings.NewReader(data)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := OpenIn(t.Context(), s); !errors.Is(err, ErrTampered) {
		t.Errorf("Open: %v", err)
	}
}

// A bucket that would not keep what is written to it is not written to, and the
// message says what mends it.
func TestBucketMustKeep(t *testing.T) {
	b := testBucket(t)
	s := openBucket(t, b)
	plain := "plain-" + s.name
	if _, err := s.client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &plain}); err != nil {
		t.Fatal(err)
	}
	signer, vkey := testKey(t, "test-key")
	unlocked := b
	unlocked.Location = Scheme + plain
	absent := b
	absent.Location = "s3://absent-" + s.name
	unretained := b
	unretained.Retention, unretained.Days = "", 0
	for want, b := range map[string]Bucket{
		"put-bucket-versioning": unlocked, "put-object-lock-configuration": unlocked, "create-bucket": absent, "set retention and days": unretained,
	} {
		err := CreateIn(t.Context(), openBucket(t, b), testOrigin, signer, vkey)
		bucket, _ := b.Split()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), bucket) {
			t.Errorf("%v: want %q", err, want)
		}
	}
}

// A writer sleeps after it has committed to a checkpoint and before it has stored
// it, and wakes up when another has sealed: both tell one history.
func TestSleepingWriter(t *testing.T) {
	b := testBucket(t)
	s := sealedBucket(t, b)
	signer, _ := testKey(t, "test-key")
	l, err := OpenIn(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	sleeper := newWriter(t, l)
	defer sleeper.Close()
	fill(t, sleeper, 7000, 2)
	slept := errors.New("slept")
	sleeper.l = &Locker{store: asleep{s, slept}, origin: l.origin, vkey: l.vkey, verifier: l.verifier}
	if _, err := sleeper.Seal(t.Context(), signer, testTime); !errors.Is(err, slept) {
		t.Fatal(err)
	}
	committed, err := ParseCheckpoint(sleeper.lock.Committed(), l.verifier)
	if err != nil {
		t.Fatal(err)
	}

	other := openBucket(t, b)
	other.silence = -time.Hour // it takes the lock over
	m, err := OpenIn(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	w := newWriter(t, m)
	fill(t, w, 8000, 2)
	after := seal(t, w, signer, testTime)
	if after.PreviousSize != committed.Size {
		t.Errorf("the next checkpoint follows %d entries, not the %d that were committed to", after.PreviousSize, committed.Size)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	// The sleeper wakes up: what it stores is there already, and the head stays.
	if err := s.Put(t.Context(), Object{Name: keptName(committed.Size), Data: committed.Note}); err != nil {
		t.Errorf("storing what was committed to: %v", err)
	}
	if err := s.Put(t.Context(), Object{Name: latestName, Data: committed.Note, Replace: true, Over: []byte("before")}); err == nil {
		t.Error("the head went back")
	}
	if err := sleeper.lock.Commit(t.Context(), []byte("another")); !errors.Is(err, ErrLocked) {
		t.Errorf("committing to another: %v", err)
	}
	fresh := openBucket(t, b)
	if failed, leftovers, err := verifyIn(t, fresh); err != nil || len(leftovers) > 0 {
		t.Errorf("%v: failed %q, leftovers %q", err, failed, leftovers)
	}
}

// asleep is a store to which no kept checkpoint can be written.
type asleep struct {
	Store
	err error
}

func (a asleep) Put(ctx context.Context, objects ...Object) error {
	for _, o := range objects {
		if strings.HasPrefix(o.Name, keptFolder) {
			return a.err
		}
	}
	return a.Store.Put(ctx, objects...)
}

func TestParseBucket(t *testing.T) {
	got, err := ParseBucket("s3://example-evidence/audit/2026?region=ap-northeast-1&path_style=true&retention=governance&days=400&endpoint=http%3A%2F%2F127.0.0.1%3A7071")
	want := Bucket{
		Location: "s3://example-evidence/audit/2026", Region: "ap-northeast-1", PathStyle: true, Retention: retentionGovernance, Days: 400,
		Endpoint: "http://127.0.0.1:7071",
	}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	for _, place := range []string{
		"s3://", "s3://A/b", "s3:///audit", "s3://example/a//b", "s3://example/../b?x=1", "s3://example?retention=legal&days=1", "s3://example?retention=compliance",
		"s3://example?days=3", "s3://example?retention=compliance&days=36501", "s3://example?regoin=x", "s3://example?region=a&region=b", "s3://example?days=x",
		"s3://example?endpoint=http%3A%2F%2Fuser%3Apassword%40host", "s3://example?external_id=x",
	} {
		if b, err := ParseBucket(place); err == nil {
			t.Errorf("%s: taken as %+v", place, b)
		} else if strings.Contains(err.Error(), "password") {
			t.Errorf("%s: the message shows a password: %v", place, err)
		}
	}
}
