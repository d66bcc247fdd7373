package config

import "testing"

func TestDataFolder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		euid int
		vars map[string]string
		want string
	}{
		{0, map[string]string{"HOME": "/root", "XDG_DATA_HOME": "/x"}, "/var/lib/hostkeep"},
		{1000, map[string]string{"HOME": "/home/a", "XDG_DATA_HOME": "/x"}, "/x/hostkeep"},
		{1000, map[string]string{"HOME": "/home/a", "XDG_DATA_HOME": "x"}, "/home/a/.local/share/hostkeep"},
		{1000, map[string]string{"HOME": "/home/a"}, "/home/a/.local/share/hostkeep"},
		{1000, nil, ""},
	}
	for _, tt := range tests {
		if got := dataFolder(tt.euid, func(k string) string { return tt.vars[k] }); got != tt.want {
			t.Errorf("uid %d with %v: %q, want %q", tt.euid, tt.vars, got, tt.want)
		}
	}
}
