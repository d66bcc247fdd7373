package web

import (
	"strings"
	"testing"

	"github.com/hostkeep/hostkeep"
)

// ofPrivilege reports whether a text is what a privilege lets somebody do.
func ofPrivilege(key string) bool {
	name, is := strings.CutPrefix(key, "can.")
	return is && hostkeep.Everything().With(hostkeep.Privilege(name)) != hostkeep.Everything() || name == string(hostkeep.All)
}

func TestEveryPrivilegeIsSaidInWords(t *testing.T) {
	t.Parallel()
	p := newPages(t)
	for _, g := range hostkeep.PrivilegeTable() {
		if _, ok := p.texts["can."+string(g.Name)]; !ok {
			t.Errorf("no text for can.%s", g.Name)
		}
	}
}
