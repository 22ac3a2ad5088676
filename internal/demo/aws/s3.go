package aws

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// s3Operation names the S3 operation of a request, as far as this server has it.
func s3Operation(r *http.Request) string {
	q := r.URL.Query()
	_, key := bucketAndKey(r, nil)
	switch {
	case key != "" && r.Method == http.MethodHead:
		return "HeadObject"
	case key != "" && r.Method == http.MethodGet:
		return "GetObject"
	case key != "":
		return r.Method + "Object"
	case r.Method == http.MethodHead:
		return "HeadBucket"
	case q.Has("location"):
		return "GetBucketLocation"
	case q.Get("list-type") == "2":
		return "ListObjectsV2"
	}
	return "ListObjects"
}

// bucketAndKey reads path-style addresses, and virtual-host-style ones of the
// buckets given. Without buckets, any host that is neither an IP address nor
// "localhost" alone is taken for virtual-host style.
func bucketAndKey(r *http.Request, buckets []string) (bucket, key string) {
	host, _, _ := strings.Cut(r.Host, ":")
	path := strings.TrimPrefix(r.URL.Path, "/")
	if buckets == nil {
		if label, _, ok := strings.Cut(host, "."); ok && !isIP(host) {
			return label, path
		}
	}
	for _, b := range buckets {
		if strings.HasPrefix(host, b+".") {
			return b, path
		}
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key
}

func isIP(host string) bool {
	return strings.Trim(host, "0123456789.") == "" || strings.HasPrefix(host, "[")
}

func (s *Server) s3(c *call) response {
	buckets := []string{}
	for _, a := range s.opt.Archives {
		buckets = append(buckets, a.opt.Bucket)
	}
	bucket, key := bucketAndKey(c.Request, buckets)
	i := slices.Index(buckets, bucket)
	if bucket == "" || i < 0 {
		return c.s3Error(http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist")
	}
	a := s.opt.Archives[i]
	switch c.operation {
	case "GetObject", "HeadObject":
		return c.getObject(a, key)
	case "ListObjectsV2", "ListObjects":
		return c.listObjects(a, s.opt.MaxKeys)
	case "GetBucketLocation":
		return c.bucketLocation(a)
	case "HeadBucket":
		return response{header: http.Header{"X-Amz-Bucket-Region": {a.opt.HomeRegion}}}
	}
	return c.s3Error(http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.")
}

// getObject answers GetObject and HeadObject. Log files and digests carry the
// Content-Encoding that CloudTrail gives them: a client must not inflate them unasked.
func (c *call) getObject(a *Archive, key string) response {
	o := a.Get(key)
	if o == nil {
		return c.s3Error(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	h := http.Header{
		"Accept-Ranges": {"bytes"},
		"Etag":          {`"` + o.ETag + `"`},
		"Last-Modified": {o.LastModified.UTC().Format(http.TimeFormat)},
		"Content-Type":  {"binary/octet-stream"},
	}
	if strings.HasSuffix(key, ".json.gz") {
		h.Set("Content-Type", "application/json")
		h.Set("Content-Encoding", "gzip")
	}
	for name, value := range o.Metadata {
		h["x-amz-meta-"+name] = []string{value} // lower case, as S3 writes it: botocore keeps the case
	}
	resp := response{status: http.StatusOK, header: h, body: o.Body}
	if spec := c.Header.Get("Range"); spec != "" {
		from, to, ok := parseRange(spec, len(o.Body))
		if !ok {
			return c.s3Error(http.StatusRequestedRangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable")
		}
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(o.Body)))
		resp.status, resp.body = http.StatusPartialContent, o.Body[from:to]
	}
	h.Set("Content-Length", strconv.Itoa(len(resp.body)))
	return resp
}

// parseRange reads one byte range of RFC 9110 into a half-open interval of size bytes.
func parseRange(spec string, size int) (from, to int, ok bool) {
	first, last, ok := strings.Cut(strings.TrimPrefix(spec, "bytes="), "-")
	if !ok || !strings.HasPrefix(spec, "bytes=") {
		return 0, 0, false
	}
	if first == "" {
		n, err := strconv.Atoi(last)
		return max(0, size-n), size, err == nil && n > 0 && size > 0
	}
	from, err := strconv.Atoi(first)
	if err != nil || from < 0 || from >= size {
		return 0, 0, false
	}
	if last == "" {
		return from, size, true
	}
	n, err := strconv.Atoi(last)
	return from, min(n, size-1) + 1, err == nil && n >= from
}

type listResult struct {
	XMLName               xml.Name      `xml:"ListBucketResult"`
	Namespace             string        `xml:"xmlns,attr"`
	Name                  string        `xml:"Name"`
	Prefix                string        `xml:"Prefix"`
	Marker                *string       `xml:"Marker"`
	NextMarker            string        `xml:"NextMarker,omitempty"`
	StartAfter            string        `xml:"StartAfter,omitempty"`
	ContinuationToken     string        `xml:"ContinuationToken,omitempty"`
	NextContinuationToken string        `xml:"NextContinuationToken,omitempty"`
	KeyCount              *int          `xml:"KeyCount"`
	MaxKeys               int           `xml:"MaxKeys"`
	Delimiter             string        `xml:"Delimiter,omitempty"`
	EncodingType          string        `xml:"EncodingType,omitempty"`
	IsTruncated           bool          `xml:"IsTruncated"`
	Contents              []listContent `xml:"Contents"`
	CommonPrefixes        []listPrefix  `xml:"CommonPrefixes"`
}

type listContent struct {
	Key          string `xml:"Key"`
	LastModified string `xml:"LastModified"`
	ETag         string `xml:"ETag"`
	Size         int    `xml:"Size"`
	StorageClass string `xml:"StorageClass"`
}

type listPrefix struct {
	Prefix string `xml:"Prefix"`
}

const tokenPrefix = "1:" // of a continuation token, before it is encoded

// listObjects answers both versions of the listing.
func (c *call) listObjects(a *Archive, limit int) response {
	q := c.URL.Query()
	v2 := c.operation == "ListObjectsV2"
	out := listResult{
		Namespace: s3Namespace, Name: a.opt.Bucket, Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"),
		EncodingType: q.Get("encoding-type"), MaxKeys: 1000,
	}
	if spec := q.Get("max-keys"); spec != "" {
		n, err := strconv.Atoi(spec)
		if err != nil || n < 0 {
			return c.s3Error(http.StatusBadRequest, "InvalidArgument", "Argument max-keys must be an integer between 0 and 2147483647")
		}
		out.MaxKeys = min(n, 1000)
	}
	if limit > 0 {
		out.MaxKeys = min(out.MaxKeys, limit)
	}
	after := q.Get("marker")
	if v2 {
		out.StartAfter = q.Get("start-after")
		after = out.StartAfter
		if token := q.Get("continuation-token"); token != "" {
			raw, err := base64.URLEncoding.DecodeString(token)
			if err != nil || !strings.HasPrefix(string(raw), tokenPrefix) {
				return c.s3Error(http.StatusBadRequest, "InvalidArgument", "The continuation token provided is incorrect")
			}
			after, out.ContinuationToken = string(raw[len(tokenPrefix):]), token
		}
	}
	last := out.fill(a, after)
	count := len(out.Contents) + len(out.CommonPrefixes)
	switch {
	case v2:
		out.KeyCount = &count
		if out.IsTruncated {
			out.NextContinuationToken = base64.URLEncoding.EncodeToString([]byte(tokenPrefix + last))
		}
	default:
		marker := q.Get("marker")
		out.Marker = &marker
		if out.IsTruncated && out.Delimiter != "" {
			out.NextMarker = last
		}
	}
	out.encodeKeys()
	return xmlResponse(http.StatusOK, out)
}

// fill lists what comes after a key, or after all keys below a common prefix,
// and returns the last key or common prefix of the page.
func (l *listResult) fill(a *Archive, after string) (last string) {
	keys := a.sortedKeys()
	i, _ := slices.BinarySearch(keys, max(l.Prefix, after))
	for ; i < len(keys) && strings.HasPrefix(keys[i], l.Prefix); i++ {
		key := keys[i]
		if key <= after && after != "" {
			continue
		}
		common := l.common(key)
		if common != "" && (common == last || common == after) {
			continue // already listed, on this page or the one before
		}
		if len(l.Contents)+len(l.CommonPrefixes) == l.MaxKeys {
			l.IsTruncated = l.MaxKeys > 0
			return last
		}
		if common != "" {
			l.CommonPrefixes = append(l.CommonPrefixes, listPrefix{common})
			last = common
			continue
		}
		o := a.Get(key)
		if o == nil {
			continue // deleted while listing
		}
		l.Contents = append(l.Contents, listContent{
			Key: key, LastModified: o.LastModified.UTC().Truncate(time.Second).Format("2006-01-02T15:04:05.000Z"),
			ETag: `"` + o.ETag + `"`, Size: len(o.Body), StorageClass: "STANDARD",
		})
		last = key
	}
	return last
}

// common is the common prefix that a key is rolled up into, if any.
func (l *listResult) common(key string) string {
	if l.Delimiter == "" {
		return ""
	}
	rest := key[len(l.Prefix):]
	if i := strings.Index(rest, l.Delimiter); i >= 0 {
		return l.Prefix + rest[:i+len(l.Delimiter)]
	}
	return ""
}

// encodeKeys does what encoding-type=url asks for.
func (l *listResult) encodeKeys() {
	if l.EncodingType != "url" {
		return
	}
	encode := func(s *string) { *s = strings.ReplaceAll(url.QueryEscape(*s), "%2F", "/") }
	for _, s := range []*string{&l.Prefix, &l.Delimiter, &l.StartAfter, &l.NextMarker} {
		encode(s)
	}
	if l.Marker != nil {
		encode(l.Marker)
	}
	for i := range l.Contents {
		encode(&l.Contents[i].Key)
	}
	for i := range l.CommonPrefixes {
		encode(&l.CommonPrefixes[i].Prefix)
	}
}

func (c *call) bucketLocation(a *Archive) response {
	location := struct {
		XMLName   xml.Name `xml:"LocationConstraint"`
		Namespace string   `xml:"xmlns,attr"`
		Region    string   `xml:",chardata"`
	}{Namespace: s3Namespace, Region: a.opt.HomeRegion}
	if location.Region == "us-east-1" { // the region that S3 does not name
		location.Region = ""
	}
	return xmlResponse(http.StatusOK, location)
}

func (c *call) s3Error(status int, code, message string) response {
	return xmlResponse(status, struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string   `xml:"Code"`
		Message   string   `xml:"Message"`
		Resource  string   `xml:"Resource"`
		RequestID string   `xml:"RequestId"`
		HostID    string   `xml:"HostId"`
	}{Code: code, Message: message, Resource: c.URL.Path, RequestID: c.id, HostID: c.id})
}

func xmlResponse(status int, v any) response {
	b, err := xml.Marshal(v)
	if err != nil { // the types here can all be encoded
		panic("aws: " + err.Error())
	}
	return response{
		status: status, header: http.Header{"Content-Type": {"application/xml"}},
		body: append([]byte(xml.Header), b...),
	}
}
