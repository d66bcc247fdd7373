// Package peak tells of the memory that a measured process took. It refuses to know
// what is measured.
package peak

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// Resident is the most resident memory that the process has had, in bytes.
func Resident(pid int) (n int64, err error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			_, err = fmt.Sscan(rest, &n)
			return n << 10, err
		}
	}
	return 0, errors.New("the kernel does not say how much memory the process has had")
}
