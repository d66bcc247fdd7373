package zonefile

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/miekg/dns"
)

// typeOf reads the name of a record type, or TYPEnnn (RFC 3597), in upper case, and
// refuses types that a zone of ours does not hold.
func typeOf(word string) (uint16, error) {
	rtype, ok := dns.StringToType[word]
	if digits, is := strings.CutPrefix(word, "TYPE"); !ok && is && startsWithDigit(digits) {
		n, err := strconv.ParseUint(digits, 10, 16)
		rtype, ok = uint16(n), err == nil
	}
	if !ok {
		return 0, fmt.Errorf("there is no record type %q", hostkeep.Clip(word, 40))
	}
	switch rtype {
	case dns.TypeNone, dns.TypeNULL, dns.TypeOPT, dns.TypeReserved:
		return 0, fmt.Errorf("records of the type %s stand in no zone", typeName(rtype))
	case dns.TypeSIG, dns.TypeNXT, dns.TypeRRSIG, dns.TypeNSEC, dns.TypeNSEC3, dns.TypeNSEC3PARAM:
		// They are a signer's, and wrong after the next edit.
		return 0, fmt.Errorf("records of the type %s are not kept: zones are not signed here", typeName(rtype))
	}
	if rtype >= 128 && rtype <= 255 { // RFC 6895: types of questions
		return 0, fmt.Errorf("records of the type %s stand in no zone", typeName(rtype))
	}
	return rtype, nil
}

func typeName(rtype uint16) string { return dns.Type(rtype).String() }

// isString says whether a field of a type's data is a character-string. The others
// are names, numbers and the like, which stand in a zone as they are.
func isString(rtype uint16, field int) bool {
	switch rtype {
	case dns.TypeTXT, dns.TypeSPF, dns.TypeAVC, dns.TypeNINFO, dns.TypeRESINFO,
		dns.TypeHINFO, dns.TypeISDN, dns.TypeUINFO:
		return true
	case dns.TypeCAA, dns.TypeURI:
		return field == 2
	case dns.TypeNAPTR:
		return field >= 2 && field <= 4
	}
	return false
}

// hasStrings says that a type's data are any number of character-strings.
func hasStrings(rtype uint16) bool {
	switch rtype {
	case dns.TypeTXT, dns.TypeSPF, dns.TypeAVC, dns.TypeNINFO, dns.TypeRESINFO:
		return true
	}
	return false
}

// hasPairs says that a field may be key="value", which is one word.
func hasPairs(rtype uint16) bool { return rtype == dns.TypeSVCB || rtype == dns.TypeHTTPS }

// nameStart is where, in a type's packed data, what is compared without regard to
// case begins: a name, up to the end. It is -1 for the others.
func nameStart(rtype uint16) int {
	switch rtype {
	case dns.TypeNS, dns.TypeCNAME, dns.TypePTR, dns.TypeDNAME, dns.TypeMB, dns.TypeMD,
		dns.TypeMF, dns.TypeMG, dns.TypeMR, dns.TypeMINFO, dns.TypeRP, dns.TypeNSAPPTR:
		return 0
	case dns.TypeMX, dns.TypeKX, dns.TypeAFSDB, dns.TypeRT, dns.TypePX, dns.TypeLP:
		return 2
	case dns.TypeSRV:
		return 6
	}
	return -1
}
