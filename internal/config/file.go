package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// file reads the TOML file. Each value is decoded by itself, through a leaf, for
// two reasons: settings stay declared in one place, and the decoder adds the
// line to what a leaf complains about.
func (l *loader) file(path, from string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%s: reading the settings: %w", from, err)
	}
	var top map[string]toml.Primitive
	meta, err := toml.Decode(string(data), &top)
	if err != nil {
		return fmt.Errorf("reading the settings in %s: %w", path, err)
	}
	return l.table(&meta, path, nil, top)
}

func (l *loader) table(meta *toml.MetaData, path string, at toml.Key, entries map[string]toml.Primitive) error {
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		where := append(slices.Clone(at), name)
		if err := l.entry(meta, path, where, entries[name]); err != nil {
			return err
		}
	}
	return nil
}

// entry descends into any table, known or not, because a dotted key has a line
// but the tables that it implies have none.
func (l *loader) entry(meta *toml.MetaData, path string, where toml.Key, p toml.Primitive) error {
	var inner map[string]toml.Primitive
	if err := meta.PrimitiveDecode(p, &inner); err == nil && (len(inner) > 0 || inner != nil && l.isSection(where)) {
		return l.table(meta, path, where, inner)
	}
	v := leaf{set: func(value any) error { return l.fromFile(path, where, value) }}
	err := meta.PrimitiveDecode(p, &v)
	var at toml.ParseError
	if errors.As(err, &at) {
		return fmt.Errorf("file %s, line %d, key %s: %s", path, at.Position.Line, where, at.Message)
	}
	return err
}

func (l *loader) isSection(where toml.Key) bool {
	return slices.ContainsFunc(l.settings, func(s Setting) bool { return strings.HasPrefix(s.Key, where.String()+".") })
}

func (l *loader) fromFile(path string, where toml.Key, value any) error {
	i := slices.IndexFunc(l.settings, func(s Setting) bool { return s.Key != "" && s.Key == where.String() })
	if i < 0 {
		return errors.New("there is no such setting")
	}
	s := l.settings[i]
	l.source[s.name()] = "file " + path + ", key " + s.Key
	if s.take != nil {
		return s.take(&l.config, value)
	}
	text, err := asText(value)
	if err != nil {
		return err
	}
	return s.Set(&l.config, text)
}

// leaf hands a value of any TOML type over.
type leaf struct{ set func(any) error }

// UnmarshalTOML is how the decoder calls.
func (l *leaf) UnmarshalTOML(value any) error { return l.set(value) }

// asText writes a value as a flag would have it: a list with commas.
func asText(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case []any:
		words := make([]string, len(v))
		for i, e := range v {
			s, ok := e.(string)
			if !ok {
				return "", errors.New("a list holds strings only")
			}
			words[i] = s
		}
		return strings.Join(words, ","), nil
	}
	return "", errors.New("a setting is a string, a number, true, false or a list of strings")
}
