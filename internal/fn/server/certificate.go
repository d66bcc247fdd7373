package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/api"
)

func (f family) certificates() *api.Function {
	return api.Define(api.Decl{
		Name: "fetch_service_ssl_components", Summary: "The certificate that the API ports show.", Since: "11.40",
		Opens: []hostkeep.Privilege{hostkeep.All}, Touches: api.NoCredentials,
	}, f.components)
}

type certificate struct {
	Domains    []string `whm:"domains"`
	SelfSigned bool     `whm:"is_self_signed"`
	NotBefore  int64    `whm:"not_before"`
	NotAfter   int64    `whm:"not_after"`
	Issuer     string   `whm:"issuer_text"`
	IssuerName *string  `whm:"issuer.commonName"`
	IssuerOrg  *string  `whm:"issuer.organizationName"`
	Algorithm  string   `whm:"key_algorithm" doc:"rsaEncryption or id-ecPublicKey"`
	Curve      *string  `whm:"ecdsa_curve_name" doc:"null for other keys"`
	Point      *string  `whm:"ecdsa_public" doc:"hexadecimal, uncompressed"`
	Modulus    *string  `whm:"modulus" doc:"hexadecimal; null for other keys"`
	Length     *int64   `whm:"modulus_length" doc:"bits"`
}

type component struct {
	Service     string      `whm:"service"`
	Certificate string      `whm:"certificate" doc:"PEM"`
	Chain       string      `whm:"cabundle" doc:"PEM"`
	Key         string      `whm:"key" doc:"always empty: the private key leaves the machine by no function"`
	Info        certificate `whm:"certificate_info"`
}

type componentsOut struct {
	Services []component `whm:"services,list"`
}

// components answers nothing where no server has run yet: it has no certificate.
func (f family) components(context.Context, api.Call, struct{}) (out componentsOut, err error) {
	text, err := f.Certificate()
	if err != nil || len(text) == 0 {
		return out, err
	}
	block, rest := pem.Decode(text)
	if block == nil {
		return out, hostkeep.Errorf(hostkeep.Unavailable, "The certificate's file holds no certificate.")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return out, hostkeep.Errorf(hostkeep.Unavailable, "The certificate's file holds a certificate that cannot be read.")
	}
	out.Services = []component{{
		Service: "cpanel", Certificate: string(pem.EncodeToMemory(block)), Chain: chain(rest), Info: described(cert),
	}}
	return out, nil
}

// chain keeps the certificates of a text and nothing else: a file may hold the
// key as well.
func chain(text []byte) string {
	var b strings.Builder
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return b.String()
		}
		if block.Type == "CERTIFICATE" {
			b.Write(pem.EncodeToMemory(block))
		}
	}
}

func described(c *x509.Certificate) certificate {
	d := certificate{
		Domains: c.DNSNames, NotBefore: c.NotBefore.Unix(), NotAfter: c.NotAfter.Unix(), Issuer: c.Issuer.String(),
		SelfSigned: string(c.RawIssuer) == string(c.RawSubject), IssuerName: given(c.Issuer.CommonName),
	}
	if len(c.Issuer.Organization) > 0 {
		d.IssuerOrg = given(c.Issuer.Organization[0])
	}
	switch key := c.PublicKey.(type) {
	case *ecdsa.PublicKey:
		d.Algorithm, d.Curve = "id-ecPublicKey", given(curve(key.Params().Name))
		if point, err := key.Bytes(); err == nil {
			d.Point = given(hex.EncodeToString(point))
		}
	case *rsa.PublicKey:
		n := int64(key.N.BitLen())
		d.Algorithm, d.Modulus, d.Length = "rsaEncryption", given(key.N.Text(16)), &n
	default:
		d.Algorithm = c.PublicKeyAlgorithm.String()
	}
	return d
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// curve is a curve's name as OpenSSL has it, which WHM shows.
func curve(name string) string {
	if known, ok := map[string]string{"P-256": "prime256v1", "P-384": "secp384r1", "P-521": "secp521r1"}[name]; ok {
		return known
	}
	return name
}
