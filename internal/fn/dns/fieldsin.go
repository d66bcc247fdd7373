package dns

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hostkeep/hostkeep"
	"github.com/hostkeep/hostkeep/internal/zonefile"
)

// fieldsIn are the fields of a record as the older functions take them.
type fieldsIn struct {
	Class      string `whm:"class,enum=IN|in,default=IN"`
	TTL        *int64 `whm:"ttl" doc:"seconds; without it the zone's default, or what it was"`
	Address    string `whm:"address,max=45" doc:"A, AAAA"`
	CName      string `whm:"cname,max=1024" doc:"CNAME"`
	TXTData    string `whm:"txtdata,multiline,max=65536" doc:"TXT: the text itself, without quotes around it; however long"`
	Exchange   string `whm:"exchange,max=1024" doc:"MX"`
	Preference *int64 `whm:"preference" doc:"MX"`
	NSDName    string `whm:"nsdname,max=1024" doc:"NS"`
	PTRDName   string `whm:"ptrdname,max=1024" doc:"PTR"`
	Priority   *int64 `whm:"priority" doc:"SRV"`
	Weight     *int64 `whm:"weight" doc:"SRV"`
	Port       *int64 `whm:"port" doc:"SRV"`
	Target     string `whm:"target,max=1024" doc:"SRV"`
	Flag       *int64 `whm:"flag" doc:"CAA"`
	Tag        string `whm:"tag" doc:"CAA"`
	Value      string `whm:"value,max=4096" doc:"CAA"`
	Seen       string `whm:"serialnum" doc:"the zone's serial; when it is another by now, nothing is changed"`
}

// given lists the fields that were given.
func (in fieldsIn) given() (list []zonefile.Field) {
	for _, f := range []zonefile.Field{
		{Name: "address", Value: in.Address}, {Name: "cname", Value: in.CName}, {Name: "txtdata", Value: in.TXTData}, {Name: "exchange", Value: in.Exchange},
		{Name: "nsdname", Value: in.NSDName}, {Name: "ptrdname", Value: in.PTRDName}, {Name: "target", Value: in.Target}, {Name: "tag", Value: in.Tag},
		{Name: "value", Value: in.Value}, {Name: "preference", Value: digits(in.Preference)}, {Name: "priority", Value: digits(in.Priority)},
		{Name: "weight", Value: digits(in.Weight)}, {Name: "port", Value: digits(in.Port)}, {Name: "flag", Value: digits(in.Flag)},
	} {
		if f.Value != "" {
			list = append(list, f)
		}
	}
	return list
}

func digits(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// seen is the serial that the editor saw; nil: none was given.
func (in fieldsIn) seen() (*uint32, error) { return seenSerial(in.Seen) }

func seenSerial(text string) (*uint32, error) {
	if text == "" {
		return nil, nil
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return nil, hostkeep.Errorf(hostkeep.Invalid, "The parameter \"serialnum\" is no serial: those are whole numbers from 0 to 4294967295.")
	}
	serial := uint32(n)
	return &serial, nil
}

// Fields that are names, and those that are 0 where they are not given.
var (
	nameFields = []string{"cname", "nsdname", "exchange", "ptrdname", "target"}
	zeroFields = []string{"preference", "priority", "weight", "flag"}
)

// data makes the data of a record of the type of what was given, and of old where
// something was not. warn is told what had to be guessed.
func (in fieldsIn) data(recordType string, old []string, zone string, warn func(format string, args ...any)) ([]string, error) {
	names := zonefile.FieldNames(recordType)
	given := in.given()
	if names == nil || recordType == "SOA" {
		return nil, invalid("Records of the type %q are not made or changed here: call mass_edit_dns_zone.", hostkeep.Clip(recordType, 20))
	}
	for _, f := range given {
		if !slices.Contains(names, f.Name) {
			warn("A record of the type %s has no %q; it was ignored.", recordType, f.Name)
		}
	}
	if recordType == "TXT" {
		return in.text(old)
	}
	data := make([]string, len(names))
	for i, name := range names {
		at := slices.IndexFunc(given, func(f zonefile.Field) bool { return f.Name == name })
		switch {
		case at >= 0:
			data[i] = given[at].Value
			if slices.Contains(nameFields, name) {
				data[i] = target(name, data[i], zone, warn)
			}
		case i < len(old):
			data[i] = old[i]
		case slices.Contains(zeroFields, name):
			data[i] = "0"
			warn("The parameter %q was not given; it was taken for 0.", name)
		default:
			return nil, invalid("A record of the type %s needs the parameter %q.", recordType, name)
		}
	}
	return data, nil
}

// text is the data of a TXT record: one text here, character-strings of at most 255
// bytes in it.
func (in fieldsIn) text(old []string) (data []string, err error) {
	if in.TXTData == "" && old == nil {
		return nil, invalid("A record of the type TXT needs the parameter %q.", "txtdata")
	}
	if in.TXTData == "" {
		return old, nil
	}
	return strung(in.TXTData), nil
}

// strung cuts a text into character-strings.
func strung(text string) (list []string) {
	for len(text) > maxString {
		list, text = append(list, text[:maxString]), text[maxString:]
	}
	return append(list, text)
}

// maxString is how long a character-string can be (RFC 1035).
const maxString = 255

// target reads a name that a record points at. Clients of these functions leave the
// dot at the end out, as the answers do, and mean an absolute name all the same; a
// single label can only be meant below the zone.
func target(field, name, zone string, warn func(format string, args ...any)) string {
	switch {
	case strings.HasSuffix(name, "."), name == "@":
		return name
	case strings.Contains(name, "."):
		return name + "."
	}
	full := fmt.Sprintf("%s.%s.", name, zone)
	warn("The %s %q was taken for %q.", field, hostkeep.Clip(name, 80), hostkeep.Clip(full, 160))
	return full
}

// owner reads the name of a record: what ends in the zone's name is absolute, with
// or without the dot.
func owner(name, zone string) string {
	folded := strings.ToLower(name)
	if folded == zone || strings.HasSuffix(folded, "."+zone) {
		return name + "."
	}
	return name
}
