// What pages do better with a script. Each works without it: nothing here is the
// only way to anything. Texts come from the page, so that a translation is one file.

// filter hides what does not have all the words of a search field, as one types.
// The field says what it filters (data-filter), in which groups (data-filter-group),
// and what to announce; the announcement waits for a pause.
function filter(field) {
	const items = [...document.querySelectorAll(field.dataset.filter)];
	const groups = [...document.querySelectorAll(field.dataset.filterGroup || ":not(*)")];
	const status = document.querySelector("[data-filter-status]");
	const { filterOne, filterOther, filterNone } = field.dataset;
	let pause;
	const apply = () => {
		const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
		let found = 0;
		for (const item of items) {
			const text = (item.dataset.item || item.textContent).toLowerCase();
			item.hidden = !words.every((w) => text.includes(w));
			found += item.hidden ? 0 : 1;
		}
		for (const group of groups) group.hidden = !group.querySelector("[data-item]:not([hidden])");
		clearTimeout(pause);
		pause = setTimeout(() => {
			if (!status) return;
			const text = found === 0 ? filterNone : found === 1 ? filterOne : filterOther;
			status.textContent = words.length || !found ? text.replace("%d", found) : "";
		}, 400);
		const address = new URL(location.href); // the address keeps what is looked for
		if (field.value) address.searchParams.set(field.name, field.value);
		else address.searchParams.delete(field.name);
		history.replaceState(history.state, "", address);
	};
	field.addEventListener("input", apply);
	if (items.length) field.form.querySelector("button")?.classList.add("unneeded");
}

// once keeps a form from being sent twice by two clicks.
function once(form) {
	form.addEventListener("submit", (event) => {
		if (form.dataset.sent) event.preventDefault();
		form.dataset.sent = "1";
		addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
	});
}

document.querySelectorAll("input[data-filter]").forEach(filter);
document.querySelectorAll("form[method=post]").forEach(once);

import "./tokens.js";
import "./token.js"; // the pages around one API token
