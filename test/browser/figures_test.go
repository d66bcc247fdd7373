package browser

import (
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// fromKeyToRows types into the search field and waits, each time, for the table to
// be another one; in turn with each it fetches the whole list, as the page would
// have to that filtered by itself. It answers the medians, in milliseconds.
const fromKeyToRows = `(async () => {
	const field = document.querySelector("input[type=search]");
	const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
	const rows = [], list = [];
	for (const text of ["token-0", "list-pkgs", "token-42", "203.0.113", "token-99", "never", "token-7", "list-accts", "token-1"]) {
		const changed = new Promise((done) => {
			const watch = new MutationObserver((changes) => {
				if (changes.some((c) => [...c.addedNodes].some((n) => n.matches?.("[data-tokens]")))) { watch.disconnect(); requestAnimationFrame(done); }
			});
			watch.observe(document.body, { childList: true, subtree: true });
		});
		let start = performance.now();
		field.value = text;
		field.dispatchEvent(new InputEvent("input", { bubbles: true }));
		await changed;
		rows.push(performance.now() - start);
		start = performance.now();
		const path = location.pathname.replace(/\/tokens$/, "/json-api/api_token_list?api.version=1");
		await (await fetch(path)).json();
		list.push(performance.now() - start);
	}
	return [median(rows), median(list)];
})()`

// TestFigureOfTheFilter prints how long 10,000 tokens take to be filtered, from the
// key to the rows, beside what a page that filters by itself has to fetch first.
// It is for docs/performance.md: times decide nothing here.
func TestFigureOfTheFilter(t *testing.T) {
	if os.Getenv("HOSTKEEP_FIGURES") == "" {
		t.Skip("it measures: HOSTKEEP_FIGURES=1 runs it, alone")
	}
	s := serve(t)
	for batch := range 100 {
		var commands []string
		for i := range 100 {
			commands = append(commands, "command", fmt.Sprintf("api_token_create?token_name=token-%d&acl=list-accts&acl=list-pkgs&whitelist_ip=203.0.113.%d", 100*batch+i, i))
		}
		s.api("batch", commands...)
	}
	b := s.open()
	b.signIn()
	b.visit(b.token() + "/tokens")
	b.sees("10000 tokens")
	got := get(b, chromedp.Evaluate[[]float64](fromKeyToRows, chromedp.EvalAwaitPromise))
	t.Logf("from the key to the rows %.0f ms, of which 120 are the pause for the next key; the whole list %.0f ms; ratio %.2f", got[0], got[1], got[0]/got[1])
}
