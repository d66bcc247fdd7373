package zonefile

import "time"

// NextSerial is the serial after the current one: the day in UTC and two digits
// (2026013100), or one more where that would not be ahead by the arithmetic of RFC
// 1982, which goes round at 2^32. It is never 0, which some programs take for none.
func NextSerial(current uint32, now time.Time) uint32 {
	y, m, d := now.UTC().Date()
	day := uint32((y*10000 + int(m)*100 + d) * 100)
	next := current + 1
	if int32(day-current) > 0 {
		next = day
	}
	return max(next, 1)
}
