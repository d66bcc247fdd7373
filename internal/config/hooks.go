package config

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hostkeep/hostkeep"
)

// The time that a hook has.
const (
	hookTimeout    = 10 * time.Second // when nothing else is said
	hookTimeoutMax = 5 * time.Minute
)

// hooks is the [[hooks]] of the file. Whether the programs are there is asked by
// whoever runs them.
func hooks() Setting {
	return Setting{
		take: func(c *Config, value any) error {
			list, ok := value.([]map[string]any)
			if !ok {
				return errors.New("hooks are tables, each headed [[hooks]]")
			}
			c.Hooks = nil
			for i, t := range list {
				h, err := hookOf(t)
				if err != nil {
					return fmt.Errorf("hook %d: %w", i+1, err)
				}
				c.Hooks = append(c.Hooks, h)
			}
			return nil
		},
		Set: func(*Config, string) error { return errors.New("hooks are tables of the file") },
		show: func(c Config) string {
			var list []string
			for _, h := range c.Hooks {
				list = append(list, fmt.Sprintf("%s %s %s (%s, secrets %v)", h.Stage, h.Function, h.Command[0], h.Timeout, h.Secrets))
			}
			return strings.Join(list, ", ")
		},
	}
}

func hookOf(t map[string]any) (Hook, error) {
	h := Hook{Timeout: hookTimeout}
	for name, value := range t {
		if err := h.set(name, value); err != nil {
			return h, fmt.Errorf("%s: %w", quote(name), err)
		}
	}
	return h, h.verify()
}

func (h *Hook) set(name string, value any) (err error) {
	ok := false
	switch name {
	case "function":
		h.Function, ok = value.(string)
	case "stage":
		h.Stage, ok = value.(string)
	case "secrets":
		h.Secrets, ok = value.(bool)
	case "timeout":
		var text string
		if text, ok = value.(string); ok {
			h.Timeout, err = time.ParseDuration(text)
		}
	case "command":
		h.Command, ok = words(value)
	default:
		return errors.New("a hook has function, stage, command, timeout and secrets")
	}
	if !ok || err != nil {
		return errors.New("the value does not fit: function and stage are strings, command is a list of strings, timeout is a duration such as \"10s\", secrets is true or false")
	}
	return nil
}

// words reads a command: its path, or a list of it and its arguments.
func words(value any) (list []string, ok bool) {
	if s, ok := value.(string); ok {
		return []string{s}, true
	}
	elems, ok := value.([]any)
	for _, e := range elems {
		s, isText := e.(string)
		list, ok = append(list, s), ok && isText
	}
	return list, ok
}

func (h *Hook) verify() error {
	_, badGlob := path.Match(h.Function, "")
	switch {
	case h.Function == "" || badGlob != nil:
		return fmt.Errorf("function: %s is no pattern of function names", quote(h.Function))
	case !slices.Contains([]string{StagePre, StagePost}, h.Stage):
		return fmt.Errorf("stage: %s is neither pre nor post", quote(h.Stage))
	case len(h.Command) == 0 || !filepath.IsAbs(h.Command[0]):
		return errors.New("command: the program is named by its absolute path")
	case slices.ContainsFunc(h.Command, func(s string) bool { return strings.Contains(s, "\x00") }):
		return errors.New("command: a word has a NUL character in it")
	case h.Timeout <= 0 || h.Timeout > hookTimeoutMax:
		return fmt.Errorf("timeout: %s is not between 0 and %s", strconv.Quote(hostkeep.Clip(h.Timeout.String(), 30)), hookTimeoutMax)
	}
	return nil
}
