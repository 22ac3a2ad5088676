// Package s3test runs tests against a real S3 that others wrote: versitygw, with
// versions and Object Lock, on loopback.
package s3test

import (
	"bytes"
	"crypto/rand"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// Region is the server's.
const Region = "us-east-1"

const (
	install = "go install github.com/versity/versitygw/cmd/versitygw@v1.8.0"
	user    = "test"
	secret  = "of-no-use-elsewhere"
)

// Environment is what makes the AWS SDK a user of the server, whatever the machine
// has in its own files.
func Environment() map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID": user, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": Region,
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	}
}

// find looks for the server on the path and where go install puts it.
func find() (string, error) {
	path, err := exec.LookPath("versitygw")
	if err == nil {
		return path, nil
	}
	out, err := exec.Command("go", "env", "GOPATH").Output()
	if err != nil {
		return "", err
	}
	return exec.LookPath(filepath.Join(strings.TrimSpace(string(out)), "bin", "versitygw"))
}

// Installed reports whether tests can run, and how to make it so.
func Installed() (ok bool, how string) {
	_, err := find()
	return err == nil, install
}

// Start runs a server for one test and returns its address. Where it is not
// installed, the test is skipped and says so.
func Start(t testing.TB) (endpoint string) {
	t.Helper()
	path, err := find()
	if err != nil {
		t.Skipf("NOT TESTED against versitygw: it is not installed (%s)", install)
	}
	data, versions := t.TempDir(), t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	cmd := exec.Command(path, "--port", address, "--health", "/health", "posix", "--versioning-dir", versions, data)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+user, "ROOT_SECRET_KEY="+secret)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	endpoint = "http://" + address
	for range 400 {
		if response, err := http.Get(endpoint + "/health"); err == nil {
			response.Body.Close()
			return endpoint
		}
		time.Sleep(25 * time.Millisecond)
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // nothing is written to said any more
	t.Fatalf("versitygw does not answer: %s", said.String())
	return ""
}

// Client is a client with every right.
func Client(endpoint string) *s3.Client {
	return s3.New(s3.Options{
		Region: Region, BaseEndpoint: &endpoint, UsePathStyle: true, Credentials: credentials.NewStaticCredentialsProvider(user, secret, ""),
	})
}

// Bucket makes a bucket with Object Lock and returns its name.
func Bucket(t testing.TB, endpoint string) string {
	t.Helper()
	name := "bucket-" + strings.ToLower(rand.Text())
	if _, err := Client(endpoint).CreateBucket(t.Context(), Creation(name)); err != nil {
		t.Fatal(err)
	}
	return name
}

// Creation asks for a bucket with Object Lock.
func Creation(name string) *s3.CreateBucketInput {
	return &s3.CreateBucketInput{Bucket: &name, ObjectLockEnabledForBucket: aws.Bool(true)}
}

// Deletion asks to lay a delete marker over an object.
func Deletion(bucket, key string) *s3.DeleteObjectInput {
	return &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}
}
