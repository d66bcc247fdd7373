package dns

import (
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

// all lists the fields; the value of one that was not given is empty.
func (in fieldsIn) all() []zonefile.Field {
	return []zonefile.Field{
		{Name: "address", Value: in.Address},
		{Name: "cname", Value: in.CName},
		{Name: "txtdata", Value: in.TXTData},
		{Name: "exchange", Value: in.Exchange},
		{Name: "nsdname", Value: in.NSDName},
		{Name: "ptrdname", Value: in.PTRDName},
		{Name: "target", Value: in.Target},
		{Name: "tag", Value: in.Tag},
		{Name: "value", Value: in.Value},
		{Name: "preference", Value: digits(in.Preference)},
		{Name: "priority", Value: digits(in.Priority)},
		{Name: "weight", Value: digits(in.Weight)},
		{Name: "port", Value: digits(in.Port)},
		{Name: "flag", Value: digits(in.Flag)},
	}
}

// given maps the fields that were given to their values.
func (in fieldsIn) given() map[string]string {
	given := map[string]string{}
	for _, f := range in.all() {
		if f.Value != "" {
			given[f.Name] = f.Value
		}
	}
	return given
}

func digits(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

// seenSerial is the serial that the editor saw; nil: none was given.
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

// warnf tells the caller what had to be guessed.
type warnf func(format string, args ...any)

// data makes the data of a record of what was given, and of old where something was
// not.
func (in fieldsIn) data(recordType string, old []string, zone string, warn warnf) ([]string, error) {
	names, given := zonefile.FieldNames(recordType), in.given()
	if !in.knows(names) {
		return nil, invalid("Records of the type %q are not made or changed here; mass_edit_dns_zone does it.", hostkeep.Clip(recordType, 20))
	}
	for _, f := range in.all() {
		if f.Value != "" && !slices.Contains(names, f.Name) {
			warn("A record of the type %s has no %q; it was ignored.", recordType, f.Name)
		}
	}
	if recordType == "TXT" && given["txtdata"] == "" && old != nil {
		return old, nil // in its character-strings, which are one text here
	}
	values := make([]string, len(names))
	for i, name := range names {
		switch {
		case given[name] != "":
			values[i] = given[name]
		case i < len(old):
		case slices.Contains(zeroFields(), name):
			values[i] = "0"
			warn("The parameter %q was not given; it was taken for 0.", name)
		default:
			return nil, invalid("A record of the type %s needs the parameter %q.", recordType, name)
		}
	}
	absolute := zonefile.Absolute(recordType, values)
	for i, name := range names {
		switch {
		case values[i] == "":
			absolute[i] = old[i]
		case slices.Contains(nameFields(), name) && !strings.Contains(values[i], ".") && values[i] != "@":
			warn("The %s %q was taken for %q.", name, hostkeep.Clip(values[i], 80), hostkeep.Clip(values[i]+"."+zone+".", 160))
		}
	}
	return absolute, nil
}

// knows reports whether there are parameters for all fields of a type.
func (in fieldsIn) knows(names []string) bool {
	return names != nil && !slices.ContainsFunc(names, func(name string) bool {
		return !slices.ContainsFunc(in.all(), func(f zonefile.Field) bool { return f.Name == name })
	})
}

// nameFields are the fields that are names of hosts, zeroFields those that are 0
// where they are not given.
func nameFields() []string { return []string{"cname", "nsdname", "exchange", "ptrdname", "target"} }
func zeroFields() []string { return []string{"preference", "priority", "weight", "flag"} }

// owner reads the name of a record: what ends in the zone's name is absolute, with
// or without the dot.
func owner(name, zone string) string {
	folded := strings.ToLower(name)
	if folded == zone || strings.HasSuffix(folded, "."+zone) {
		return name + "."
	}
	return name
}
