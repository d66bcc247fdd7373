// Package protocol lists the functions of WHM API 1 as its public description
// has them: names, and what a table of them needs. It refuses to know which of
// them Hostkeep answers.
package protocol

import (
	_ "embed"
	"strings"
)

// text is made from protocol/functions.json by `go test ./internal/protocol
// -update`: a line a function, with tabs between name, version, group,
// privileges, and ? where nobody documented these.
//
//go:embed functions.txt
var text string

// Function is a function of WHM API 1.
type Function struct {
	Name       string
	Since      string // the version that brought it, "" where it is not said
	Group      string // of the description, such as "resellers"
	Privileges []string
	Guessed    bool // nothing public names the privileges
}

// Functions lists them by name.
func Functions() []Function {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	list := make([]Function, len(lines))
	for i, line := range lines {
		list[i] = read(line)
	}
	return list
}

func read(line string) Function {
	var parts [5]string
	copy(parts[:], strings.Split(line, "\t"))
	return Function{
		Name: parts[0], Since: parts[1], Group: parts[2],
		Privileges: strings.Split(parts[3], ","), Guessed: parts[4] != "",
	}
}

// line is how a function stands in the text.
func (f Function) line() string {
	mark := ""
	if f.Guessed {
		mark = "?"
	}
	return strings.Join([]string{f.Name, f.Since, f.Group, strings.Join(f.Privileges, ","), mark}, "\t")
}
