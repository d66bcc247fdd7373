package web

import "strings"

// browserOf names browser and system of a user agent, "" when neither is known.
// The order counts: most browsers call themselves by others' names as well.
func browserOf(agent string) string {
	browser := first(agent, "Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome", "Safari/", "Safari", "curl/", "curl")
	system := first(agent, "Android", "Android", "iPhone", "iPhone", "iPad", "iPad", "Windows", "Windows", "Mac OS X", "macOS", "CrOS", "ChromeOS", "Linux", "Linux")
	return strings.Join(strings.Fields(browser+" "+system), ", ")
}

// first is the name that goes with the first mark that text has.
func first(text string, markName ...string) string {
	for ; len(markName) > 1; markName = markName[2:] {
		if strings.Contains(text, markName[0]) {
			return markName[1]
		}
	}
	return ""
}
