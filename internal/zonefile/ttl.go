package zonefile

import "strings"

const maxTTL = 1<<31 - 1 // seconds, RFC 2181

// seconds reads a time as zone files have it: a number, or numbers with the units
// w, d, h, m and s.
func seconds(s string, limit uint64) (uint32, bool) {
	var sum, n uint64
	digits, units := 0, 0
	for _, c := range []byte(s) {
		if c >= '0' && c <= '9' {
			if n = 10*n + uint64(c-'0'); n > limit {
				return 0, false
			}
			digits++
			continue
		}
		unit := map[byte]uint64{'w': 7 * 86400, 'd': 86400, 'h': 3600, 'm': 60, 's': 1}[c|0x20]
		if unit == 0 || digits == 0 {
			return 0, false
		}
		if sum += n * unit; sum > limit {
			return 0, false
		}
		n, digits, units = 0, 0, units+1
	}
	if units > 0 && digits > 0 || units == 0 && digits == 0 {
		return 0, false
	}
	if sum += n; sum > limit {
		return 0, false
	}
	return uint32(sum), true
}

// startsWithDigit says that a word before the type can only be a TTL.
func startsWithDigit(s string) bool { return s != "" && strings.IndexByte("0123456789", s[0]) >= 0 }
