package awsauth

import (
	"strings"

	"github.com/evidencepack/evidence"
	"github.com/evidencepack/evidence/collectors"
)

// Permissions adds to what a source reads what reaching it takes: assuming the
// role, which is for another identity to be permitted.
func (s Settings) Permissions(reads ...collectors.Permission) []collectors.Permission {
	if s.Role == "" {
		return reads
	}
	return append(reads, collectors.Permission{System: collectors.AWSCaller, Name: "sts:AssumeRole", Resource: s.Role})
}

// ReadBucket is what listing and reading the objects below a prefix of a bucket
// takes.
func ReadBucket(name, prefix string) []collectors.Permission {
	arn := "arn:aws:s3:::" + name
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		prefix += "/"
	}
	return []collectors.Permission{
		{System: collectors.AWS, Name: "s3:ListBucket", Resource: arn},
		{System: collectors.AWS, Name: "s3:GetObject", Resource: arn + "/" + prefix + "*", Note: evidence.Text{
			JA: "AWS KMS の鍵で暗号化されている場合は、その鍵に対する kms:Decrypt", EN: "with encryption by an AWS KMS key also kms:Decrypt on that key",
		}},
	}
}
