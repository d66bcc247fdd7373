package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/hostkeep/hostkeep/internal/api"
)

// outputs are the forms that WHM's own command can print an answer in.
func outputs() map[string]func(*api.Reply) ([]byte, error) {
	return map[string]func(*api.Reply) ([]byte, error){
		"yaml":       func(r *api.Reply) ([]byte, error) { return yamlOf(r.AppendJSON(nil)) },
		"json":       func(r *api.Reply) ([]byte, error) { return append(r.AppendJSON(nil), '\n'), nil },
		"jsonpretty": prettyJSON,
		"xml":        func(r *api.Reply) ([]byte, error) { return append(r.AppendXML(nil), '\n'), nil },
	}
}

// prettyJSON indents by three blanks, as WHM's does.
func prettyJSON(r *api.Reply) ([]byte, error) {
	var b bytes.Buffer
	if err := json.Indent(&b, r.AppendJSON(nil), "", "   "); err != nil {
		return nil, fmt.Errorf("indenting the answer: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
