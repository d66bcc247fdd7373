package config

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// loader remembers where each setting's value came from, so that an error can
// say so.
type loader struct {
	config   Config
	settings []Setting
	source   map[string]string // by Setting.name
}

// Load reads the settings. flags are those that were given, by name without
// dashes; getenv answers "" for what is not set; the file is the one that flag
// or variable names. Every error says which flag, variable or key is wrong.
func Load(flags map[string]string, getenv func(string) string) (Config, error) {
	l := &loader{settings: Settings(), source: map[string]string{}}
	if err := l.defaults(getenv); err != nil {
		return Config{}, err
	}
	if path, from := configFile(flags, getenv); path != "" {
		if err := l.file(path, from); err != nil {
			return Config{}, err
		}
	}
	if err := l.given(flags, getenv); err != nil {
		return Config{}, err
	}
	l.config.resolve()
	if err := l.verify(); err != nil {
		return Config{}, err
	}
	return l.config, nil
}

func configFile(flags map[string]string, getenv func(string) string) (path, from string) {
	if path, ok := flags["config"]; ok {
		return path, "flag --config"
	}
	return getenv("HOSTKEEP_CONFIG"), "variable HOSTKEEP_CONFIG"
}

func (l *loader) defaults(getenv func(string) string) error {
	for _, s := range l.settings {
		if s.Default == "" {
			continue
		}
		if err := l.set(s, s.Default, "default of "+s.name()); err != nil {
			return err
		}
	}
	l.config.Data = dataFolder(os.Geteuid(), getenv)
	l.config.Node, _ = os.Hostname() // none is reported by checkNode, if nothing else names the node
	return nil
}

// dataFolder is where state belongs by default; XDG wants relative paths ignored.
func dataFolder(euid int, getenv func(string) string) string {
	if euid == 0 {
		return "/var/lib/hostkeep"
	}
	if xdg := getenv("XDG_DATA_HOME"); filepath.IsAbs(xdg) {
		return filepath.Join(xdg, "hostkeep")
	}
	if home := getenv("HOME"); home != "" {
		return filepath.Join(home, ".local", "share", "hostkeep")
	}
	return ""
}

// given applies the environment and then the flags.
func (l *loader) given(flags map[string]string, getenv func(string) string) error {
	left := maps.Clone(flags)
	for _, s := range l.settings {
		if s.Flag == "" {
			continue
		}
		if v := getenv(s.Env); v != "" {
			if err := l.set(s, v, "variable "+s.Env); err != nil {
				return err
			}
		}
		if v, ok := flags[s.Flag]; ok {
			if err := l.set(s, v, "flag --"+s.Flag); err != nil {
				return err
			}
			delete(left, s.Flag)
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("flag --%s is no setting", slices.Min(slices.Collect(maps.Keys(left))))
	}
	return nil
}

func (l *loader) set(s Setting, value, source string) error {
	l.source[s.name()] = source
	if err := s.Set(&l.config, value); err != nil {
		return fmt.Errorf("%s: %w", source, err)
	}
	return nil
}

func (l *loader) verify() error {
	for _, s := range l.settings {
		if err := s.verify(l.config); err != nil {
			source, ok := l.source[s.name()]
			if !ok {
				source = s.name()
			}
			return fmt.Errorf("%s: %w", source, err)
		}
	}
	return nil
}
