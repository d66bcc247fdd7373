package protocol

import (
	_ "embed"
	"strings"
)

// cpanelText is made from protocol/uapi.json and protocol/vectors.json as text is: a
// line a function, with tabs between API, module and name.
//
//go:embed cpanel.txt
var cpanelText string

// CPanelFunction is a function of cPanel's APIs that clients were seen to call, or
// that the public description has and hosting companies use.
type CPanelFunction struct{ API, Module, Name string }

// CPanelFunctions lists them by API, module and name.
func CPanelFunctions() []CPanelFunction {
	lines := strings.Split(strings.TrimSuffix(cpanelText, "\n"), "\n")
	list := make([]CPanelFunction, len(lines))
	for i, line := range lines {
		var parts [3]string
		copy(parts[:], strings.Split(line, "\t"))
		list[i] = CPanelFunction{parts[0], parts[1], parts[2]}
	}
	return list
}

func (f CPanelFunction) line() string { return f.API + "\t" + f.Module + "\t" + f.Name }
