package opc

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"time"
)

// values are those of a signature's XML from which document follows.
type values struct {
	SignatureValue string
	Certificate    string `xml:"KeyInfo>X509Data>X509Certificate"`
	Objects        []struct {
		References []struct {
			URI           string `xml:"URI,attr"`
			DigestValue   string
			Relationships []struct {
				ID string `xml:"SourceId,attr"`
			} `xml:"Transforms>Transform>RelationshipReference"`
		} `xml:"Manifest>Reference"`
		Time    string   `xml:"SignatureProperties>SignatureProperty>SignatureTime>Value"`
		Comment string   `xml:"SignatureProperties>SignatureProperty>SignatureInfoV1>SignatureComments"`
		Token   string   `xml:"QualifyingProperties>UnsignedProperties>UnsignedSignatureProperties>SignatureTimeStamp>EncapsulatedTimeStamp"`
		Further []string `xml:"QualifyingProperties>UnsignedProperties>UnsignedSignatureProperties>CertificateValues>EncapsulatedX509Certificate"`
	} `xml:"Object"`
}

// parse reads sigN.xml and refuses every byte that encode would not have written. So
// nothing in it needs to be understood but the values.
func parse(data []byte) (*document, error) {
	var v values
	if err := xml.Unmarshal(data, &v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	d, err := v.document()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	if again, err := d.encode(); err != nil || !bytes.Equal(again, data) {
		return nil, fmt.Errorf("%w: a signature's XML", ErrForeign)
	}
	return d, nil
}

func (v *values) document() (*document, error) {
	if len(v.Objects) != 3 {
		return nil, fmt.Errorf("%d objects in the signature", len(v.Objects))
	}
	signed, office, properties := v.Objects[0], v.Objects[1], v.Objects[2]
	d := &document{comment: office.Comment}
	for _, r := range signed.References {
		ref := reference{uri: r.URI, digest: r.DigestValue}
		for _, rel := range r.Relationships {
			ref.ids = append(ref.ids, rel.ID)
		}
		d.manifest = append(d.manifest, ref)
	}
	var err error
	if d.at, err = time.Parse(timeFormat, signed.Time); err != nil {
		return nil, err
	}
	if d.value, err = base64.StdEncoding.DecodeString(v.SignatureValue); err != nil {
		return nil, fmt.Errorf("signature value: %w", err)
	}
	if d.token, err = base64.StdEncoding.DecodeString(properties.Token); err != nil {
		return nil, fmt.Errorf("time stamp: %w", err)
	}
	for _, encoded := range append([]string{v.Certificate}, properties.Further...) {
		der, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, err
		}
		d.chain = append(d.chain, c)
	}
	return d, nil
}
