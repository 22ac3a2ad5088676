package aws

import (
	"encoding/json"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// PublicKeysFile is the name, in a folder copy, of the digest signing keys in
// the form that `aws cloudtrail list-public-keys` prints.
const PublicKeysFile = "public-keys.json"

// SignatureSuffix is appended to the key of a chain's newest digest to name the
// file that holds its signature, in hex. Earlier signatures are in the digest
// that follows; this one is only in S3's metadata, which a folder copy loses.
const SignatureSuffix = ".signature"

// WriteDir writes the bucket as a folder copy: each object at its key, with its
// time; the public keys; and the signature of the newest digest of each chain.
func (a *Archive) WriteDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("folder copy: %w", err)
	}
	root, err := os.OpenRoot(dir) // keys are outside text: none may leave dir
	if err != nil {
		return fmt.Errorf("folder copy: %w", err)
	}
	defer root.Close()
	for key, o := range a.Objects() {
		if err := writeObject(root, key, o.Body); err != nil {
			return err
		}
		if err := root.Chtimes(filepath.FromSlash(key), o.LastModified, o.LastModified); err != nil {
			return fmt.Errorf("folder copy: %w", err)
		}
	}
	for key, signature := range a.newestSignatures() {
		if err := writeObject(root, key+SignatureSuffix, []byte(signature+"\n")); err != nil {
			return err
		}
	}
	keys, err := json.MarshalIndent(map[string]any{"PublicKeyList": a.PublicKeys()}, "", "    ")
	if err != nil {
		return fmt.Errorf("folder copy: %w", err)
	}
	return writeObject(root, PublicKeysFile, append(keys, '\n'))
}

func writeObject(root *os.Root, key string, body []byte) error {
	if err := root.MkdirAll(filepath.FromSlash(path.Dir(key)), 0o755); err != nil {
		return fmt.Errorf("folder copy: %w", err)
	}
	if err := root.WriteFile(filepath.FromSlash(key), body, 0o644); err != nil {
		return fmt.Errorf("folder copy: %w", err)
	}
	return nil
}

// newestSignatures finds the newest digest that each chain still has.
func (a *Archive) newestSignatures() map[string]string {
	newest := map[string]string{} // chain's folder → key; keys of a chain sort by time
	for _, key := range a.Keys("") {
		if folder, _, ok := strings.Cut(key, "/CloudTrail-Digest/"); ok && a.Get(key).Metadata["signature"] != "" {
			region, _, _ := strings.Cut(key[len(folder)+len("/CloudTrail-Digest/"):], "/")
			newest[folder+"/"+region] = key
		}
	}
	out := map[string]string{}
	for _, key := range newest {
		out[key] = a.Get(key).Metadata["signature"]
	}
	return out
}
