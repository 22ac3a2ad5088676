package opc

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	dsigNS   = "http://www.w3.org/2000/09/xmldsig#"
	mdssiNS  = "http://schemas.openxmlformats.org/package/2006/digital-signature"
	xadesNS  = "http://uri.etsi.org/01903/v1.3.2#"
	officeNS = "http://schemas.microsoft.com/office/2006/digsig"

	canonical    = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	relTransform = "http://schemas.openxmlformats.org/package/2006/RelationshipTransform"
	sha256Method = "http://www.w3.org/2001/04/xmlenc#sha256"

	timeFormat = "2006-01-02T15:04:05Z"
)

// document is a signature: the values that sigN.xml has. All else in it follows from them.
//
// It is written as canonical XML throughout, so that the bytes of an element that is
// signed are those in the file, but for the namespaces that it inherits.
type document struct {
	manifest []reference
	at       time.Time
	comment  string
	chain    []*x509.Certificate // leaf first
	value    []byte              // over signedInfo; of ECDSA, r and s as XML-DSig has them
	token    []byte              // RFC 3161, over stamped; empty: none
}

// encode writes sigN.xml.
func (d *document) encode() ([]byte, error) {
	info, err := d.signedInfo()
	if err != nil {
		return nil, err
	}
	properties, err := d.signedProperties()
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString(xmlHead + `<Signature xmlns="` + dsigNS + `" Id="idPackageSignature">`)
	b.WriteString(info)
	b.WriteString(d.signatureValue())
	b.WriteString(`<KeyInfo><X509Data><X509Certificate>` + base64.StdEncoding.EncodeToString(d.chain[0].Raw) + `</X509Certificate></X509Data></KeyInfo>`)
	b.WriteString(d.packageObject())
	b.WriteString(d.officeObject())
	b.WriteString(`<Object><xd:QualifyingProperties xmlns:xd="` + xadesNS + `" Target="#idPackageSignature">`)
	b.WriteString(properties + d.unsignedProperties())
	b.WriteString(`</xd:QualifyingProperties></Object></Signature>`)
	return []byte(b.String()), nil
}

// inherit gives the canonical form of an element alone, whose first tag is as long as
// name: what it has of its ancestors is written into it.
func inherit(element, name, namespaces string) []byte {
	return []byte("<" + name + namespaces + strings.TrimPrefix(element, "<"+name))
}

const (
	inDsig  = ` xmlns="` + dsigNS + `"`
	inXades = inDsig + ` xmlns:xd="` + xadesNS + `"`
)

func digestOf(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return `<DigestMethod Algorithm="` + sha256Method + `"></DigestMethod><DigestValue>` + base64.StdEncoding.EncodeToString(sum[:]) + `</DigestValue>`
}

// signedInfo is what the signature is over, once it is canonical: toSign.
func (d *document) signedInfo() (string, error) {
	method, err := methodOf(d.chain[0].PublicKey)
	if err != nil {
		return "", err
	}
	properties, err := d.signedProperties()
	if err != nil {
		return "", err
	}
	object := func(id, element string) string {
		return `<Reference Type="` + dsigNS + `Object" URI="#` + id + `">` + digestOf(inherit(element, "Object", inDsig)) + `</Reference>`
	}
	return `<SignedInfo><CanonicalizationMethod Algorithm="` + canonical + `"></CanonicalizationMethod>` +
		`<SignatureMethod Algorithm="` + method + `"></SignatureMethod>` +
		object("idPackageObject", d.packageObject()) + object("idOfficeObject", d.officeObject()) +
		`<Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#idSignedProperties"><Transforms><Transform Algorithm="` + canonical + `"></Transform></Transforms>` +
		digestOf(inherit(properties, "xd:SignedProperties", inXades)) + `</Reference></SignedInfo>`, nil
}

func (d *document) toSign() ([]byte, error) {
	info, err := d.signedInfo()
	return inherit(info, "SignedInfo", inDsig), err
}

func (d *document) signatureValue() string {
	return `<SignatureValue>` + base64.StdEncoding.EncodeToString(d.value) + `</SignatureValue>`
}

// stamped is what a time stamp is over: the canonical signature value (XAdES 7.3).
func (d *document) stamped() []byte { return inherit(d.signatureValue(), "SignatureValue", inDsig) }

// packageObject has the manifest and the time, as ECMA-376 Part 2 asks for.
func (d *document) packageObject() string {
	var b strings.Builder
	b.WriteString(`<Object Id="idPackageObject"><Manifest>`)
	for _, r := range d.manifest {
		b.WriteString(`<Reference URI="` + attribute(r.uri) + `">`)
		if len(r.ids) > 0 {
			b.WriteString(`<Transforms><Transform Algorithm="` + relTransform + `">`)
			for _, id := range r.ids {
				b.WriteString(`<mdssi:RelationshipReference xmlns:mdssi="` + mdssiNS + `" SourceId="` + attribute(id) + `"></mdssi:RelationshipReference>`)
			}
			b.WriteString(`</Transform><Transform Algorithm="` + canonical + `"></Transform></Transforms>`)
		}
		b.WriteString(`<DigestMethod Algorithm="` + sha256Method + `"></DigestMethod><DigestValue>` + text(r.digest) + `</DigestValue></Reference>`)
	}
	b.WriteString(`</Manifest><SignatureProperties><SignatureProperty Id="idSignatureTime" Target="#idPackageSignature">` +
		`<mdssi:SignatureTime xmlns:mdssi="` + mdssiNS + `"><mdssi:Format>YYYY-MM-DDThh:mm:ssTZD</mdssi:Format><mdssi:Value>` + d.at.Format(timeFormat) +
		`</mdssi:Value></mdssi:SignatureTime></SignatureProperty></SignatureProperties></Object>`)
	return b.String()
}

// officeObject has what Office shows beside the signature. Of the machine that signed, which
// Office tells too, it says nothing.
func (d *document) officeObject() string {
	return `<Object Id="idOfficeObject"><SignatureProperties><SignatureProperty Id="idOfficeV1Details" Target="#idPackageSignature">` +
		`<SignatureInfoV1 xmlns="` + officeNS + `"><SignatureComments>` + text(d.comment) + `</SignatureComments><SignatureType>1</SignatureType>` +
		`<ManifestHashAlgorithm>` + sha256Method + `</ManifestHashAlgorithm></SignatureInfoV1></SignatureProperty></SignatureProperties></Object>`
}

// signedProperties are those of XAdES-EPES: the time, the certificate, and that the policy is implied.
func (d *document) signedProperties() (string, error) {
	issuer, err := distinguishedName(d.chain[0].RawIssuer)
	if err != nil {
		return "", err
	}
	return `<xd:SignedProperties Id="idSignedProperties"><xd:SignedSignatureProperties><xd:SigningTime>` + d.at.Format(timeFormat) + `</xd:SigningTime>` +
		`<xd:SigningCertificate><xd:Cert><xd:CertDigest>` + digestOf(d.chain[0].Raw) + `</xd:CertDigest><xd:IssuerSerial><X509IssuerName>` + text(issuer) +
		`</X509IssuerName><X509SerialNumber>` + d.chain[0].SerialNumber.String() + `</X509SerialNumber></xd:IssuerSerial></xd:Cert></xd:SigningCertificate>` +
		`<xd:SignaturePolicyIdentifier><xd:SignaturePolicyImplied></xd:SignaturePolicyImplied></xd:SignaturePolicyIdentifier>` +
		`</xd:SignedSignatureProperties></xd:SignedProperties>`, nil
}

// unsignedProperties have the time stamp, and the certificates between the signer's and its root.
func (d *document) unsignedProperties() string {
	if len(d.token) == 0 && len(d.chain) == 1 {
		return ""
	}
	var b strings.Builder
	b.WriteString(`<xd:UnsignedProperties><xd:UnsignedSignatureProperties>`)
	if len(d.token) > 0 {
		b.WriteString(`<xd:SignatureTimeStamp><CanonicalizationMethod Algorithm="` + canonical + `"></CanonicalizationMethod><xd:EncapsulatedTimeStamp>` +
			base64.StdEncoding.EncodeToString(d.token) + `</xd:EncapsulatedTimeStamp></xd:SignatureTimeStamp>`)
	}
	if len(d.chain) > 1 {
		b.WriteString(`<xd:CertificateValues>`)
		for _, c := range d.chain[1:] {
			b.WriteString(`<xd:EncapsulatedX509Certificate>` + base64.StdEncoding.EncodeToString(c.Raw) + `</xd:EncapsulatedX509Certificate>`)
		}
		b.WriteString(`</xd:CertificateValues>`)
	}
	b.WriteString(`</xd:UnsignedSignatureProperties></xd:UnsignedProperties>`)
	return b.String()
}

// distinguishedName writes a name as Office does: the last part first, with a comma and a space between.
func distinguishedName(der []byte) (string, error) {
	var parts pkix.RDNSequence
	if rest, err := asn1.Unmarshal(der, &parts); err != nil || len(rest) > 0 {
		return "", fmt.Errorf("the certificate's issuer cannot be read: %w", err)
	}
	var names []string
	for _, part := range slices.Backward(parts) {
		names = append(names, pkix.RDNSequence{part}.String())
	}
	return strings.Join(names, ", "), nil
}
