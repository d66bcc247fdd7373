package config

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

func flag(name, usage string, s Setting) Setting {
	s.Flag, s.Usage = name, usage
	s.Key = strings.ReplaceAll(name, "-", "_")
	s.Env = "HOSTKEEP_" + strings.ToUpper(s.Key)
	return s
}

func key(name string, s Setting) Setting {
	s.Key = name
	return s
}

func text(field func(*Config) *string, def string, check func(Config) error) Setting {
	return Setting{
		Default: def, check: check,
		Set:  func(c *Config, s string) error { *field(c) = s; return nil },
		show: func(c Config) string { return *field(&c) },
	}
}

// address is a text for which "off" is another way to say none.
func address(field func(*Config) *string, def string, check func(Config) error) Setting {
	s := text(field, def, check)
	s.Set = func(c *Config, s string) error {
		if s == "off" {
			s = ""
		}
		*field(c) = s
		return nil
	}
	return s
}

func database() Setting {
	s := text(func(c *Config) *string { return &c.Database }, "sqlite:", checkDatabase)
	s.show = func(c Config) string { return showDatabase(c.Database) }
	return s
}

func truth(field func(*Config) *bool) Setting {
	return Setting{
		Default: "false", Bool: true,
		Set: func(c *Config, s string) error {
			b, err := strconv.ParseBool(s)
			if err != nil {
				return fmt.Errorf("%s is neither true nor false", quote(s))
			}
			*field(c) = b
			return nil
		},
		show: func(c Config) string { return strconv.FormatBool(*field(&c)) },
	}
}

// on is a truth of the file that is true when nothing else is said.
func on(field func(*Config) *bool) Setting {
	s := truth(field)
	s.Default, s.Bool = "true", false
	return s
}

func number(field func(*Config) *int, def string, low, high int) Setting {
	return Setting{
		Default: def,
		Set: func(c *Config, s string) error {
			n, err := strconv.Atoi(s)
			if err != nil {
				return fmt.Errorf("%s is not a whole number", quote(s))
			}
			*field(c) = n
			return nil
		},
		check: func(c Config) error {
			if n := *field(&c); n < low || n > high {
				return fmt.Errorf("%d is not between %d and %d", n, low, high)
			}
			return nil
		},
		show: func(c Config) string { return strconv.Itoa(*field(&c)) },
	}
}

func duration(field func(*Config) *time.Duration, def string, low, high time.Duration) Setting {
	return Setting{
		Default: def,
		Set: func(c *Config, s string) error {
			d, err := time.ParseDuration(s)
			if err != nil {
				return fmt.Errorf("%s is not a duration such as 30s or 5m", quote(s))
			}
			*field(c) = d
			return nil
		},
		check: func(c Config) error {
			if d := *field(&c); d < low || d > high {
				return fmt.Errorf("%s is not between %s and %s", d, low, high)
			}
			return nil
		},
		show: func(c Config) string { return field(&c).String() },
	}
}

// proxies is a list with commas; its entries are read as those of a token's
// address list are.
func proxies() Setting {
	return Setting{
		Set: func(c *Config, s string) error {
			c.Proxies = nil
			if strings.TrimSpace(s) == "" {
				return nil
			}
			list, err := hostkeep.ParseAddresses(strings.Split(s, ","))
			if err != nil {
				return err
			}
			c.Proxies = []netip.Prefix(list)
			return nil
		},
		show: func(c Config) string { return hostkeep.AddressList(c.Proxies).String() },
	}
}

func quote(s string) string { return strconv.Quote(hostkeep.Clip(s, 60)) }
