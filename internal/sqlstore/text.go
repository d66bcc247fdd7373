package sqlstore

import (
	"database/sql/driver"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/hostkeep/hostkeep"
)

// maxText is the longest text that is written, in bytes, where it is not a long one.
const maxText = 64 << 10

// long is a text that may be as long as a zone.
type long string

// Value is the plain text for the database's driver.
func (l long) Value() (driver.Value, error) { return string(l), nil }

// checkText is the door: SQLite would keep in silence what PostgreSQL refuses.
// The text may be a secret, so it is not shown.
func checkText(s string) error { return checkLength(s, maxText) }

func checkLength(s string, most int) error {
	switch {
	case len(s) > most:
		return hostkeep.Errorf(hostkeep.Invalid, "A text is longer than %d bytes.", most)
	case strings.IndexByte(s, 0) >= 0:
		return hostkeep.Errorf(hostkeep.Invalid, "A text has a NUL character in it.")
	case !utf8.ValidString(s):
		return hostkeep.Errorf(hostkeep.Invalid, "A text is not valid UTF-8.")
	}
	return nil
}

func checkArgs(args []any) error {
	for _, a := range args {
		var err error
		switch s := a.(type) {
		case string:
			err = checkText(s)
		case long:
			err = checkLength(string(s), hostkeep.MaxZoneText)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkChange looks at what the record will keep of the call.
func checkChange(c hostkeep.Change) error {
	return checkArgs([]any{c.Function, c.Args, c.Caller.User.Name, string(c.Caller.Via), c.Caller.RequestID, c.Caller.RealUser})
}

// Times are microseconds since 1970 UTC; 0 is no time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// scanned adapts a function to what Scan takes.
type scanned func(value any) error

func (f scanned) Scan(value any) error { return f(value) }

func intoTime(t *time.Time) scanned {
	return func(v any) error {
		n, ok := v.(int64)
		if !ok {
			return fmt.Errorf("time is %T", v)
		}
		*t = time.Time{}
		if n != 0 {
			*t = time.UnixMicro(n).UTC()
		}
		return nil
	}
}

func intoBool(b *bool) scanned {
	return func(v any) error {
		n, ok := v.(int64)
		if !ok {
			return fmt.Errorf("boolean is %T", v)
		}
		*b = n != 0
		return nil
	}
}

// addrText is an address as it is kept; "" for none.
func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func intoAddr(a *netip.Addr) scanned {
	return func(v any) (err error) {
		text, ok := v.(string)
		if !ok {
			return fmt.Errorf("address is %T", v)
		}
		*a = netip.Addr{}
		if text != "" {
			*a, err = netip.ParseAddr(text)
		}
		return err
	}
}

func intoHash(h *[32]byte) scanned {
	return func(v any) error {
		b, ok := v.([]byte)
		if !ok || len(b) != len(h) {
			return fmt.Errorf("hash is %T of the wrong length", v)
		}
		copy(h[:], b)
		return nil
	}
}

// intoPrivileges leaves out names of a newer version: narrower, never wider.
func (r *Reader) intoPrivileges(p *hostkeep.Privileges) scanned {
	return func(v any) error {
		text, ok := v.(string)
		if !ok {
			return fmt.Errorf("privileges are %T", v)
		}
		set, known := r.privileges[text]
		if !known {
			set = hostkeep.KnownPrivileges(strings.Split(text, ","))
			r.privileges[text] = set
		}
		*p = set
		return nil
	}
}

// intoAddresses shares one list among all rows with the same text. A list that
// cannot be read is an error: leaving it out would open the token to everywhere.
func (r *Reader) intoAddresses(l *hostkeep.AddressList) scanned {
	return func(v any) (err error) {
		text, ok := v.(string)
		if !ok {
			return fmt.Errorf("addresses are %T", v)
		}
		list, known := r.addresses[text]
		if !known && text != "" {
			if list, err = hostkeep.ParseAddresses(strings.Split(text, ",")); err != nil {
				return fmt.Errorf("stored addresses: %w", err)
			}
			r.addresses[text] = list
		}
		*l = list
		return nil
	}
}
