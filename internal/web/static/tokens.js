// The token table: search as one types, and the number of chosen rows on its button.

// likeSecret: the server asks the same. What may be a secret goes into no address,
// also while it is still being typed; it is sent in a body, by the form.
function likeSecret(text) {
	return text.length > 20 ? !/\s/.test(text) : /^[A-Z0-9]{12,}$/.test(text);
}

function find(form) {
	const field = form.querySelector("input[type=search]");
	const status = document.querySelector("[data-found]");
	const announce = later(600, (text) => { status.textContent = text; });
	let running;
	told();
	const show = later(120, async () => {
		const text = field.value.trim();
		running?.abort();
		if (likeSecret(text)) return announce(form.dataset.secret);
		running = new AbortController();
		const address = new URL(location.href);
		address.searchParams.delete("page");
		if (text) address.searchParams.set("q", text);
		else address.searchParams.delete("q");
		try {
			const answer = await fetch(address, { signal: running.signal, headers: { Accept: "text/html" } });
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const found = page.querySelector("[data-tokens]");
			if (!found) return location.assign(address); // the session is over, or no token is left
			replace(found);
			history.replaceState(history.state, "", address);
			announce(found.dataset.says);
		} catch (error) {
			if (error.name !== "AbortError") location.assign(address);
		}
	});
	field.addEventListener("input", show);
}

// told takes what was said once out of the address: a reload does not say it again.
function told() {
	const address = new URL(location.href);
	for (const gone of ["done", "name", "count", "said", "nosecret"]) address.searchParams.delete(gone);
	history.replaceState(history.state, "", address);
}

// later runs what was asked for last, after a pause.
function later(pause, run) {
	let timer;
	return (...args) => {
		clearTimeout(timer);
		timer = setTimeout(() => run(...args), pause);
	};
}

// replace puts the new table in the old one's place; rows that were chosen stay so.
function replace(found) {
	const chosen = new Set(boxes(true).map((box) => box.value));
	document.querySelector("[data-tokens]").replaceWith(document.adoptNode(found));
	for (const box of boxes()) box.checked = chosen.has(box.value);
	count();
}

function boxes(checked) {
	return [...document.querySelectorAll(`[data-bulk] input[name=name]${checked ? ":checked" : ""}`)];
}

function count() {
	const form = document.querySelector("[data-bulk]");
	const button = form?.querySelector("[data-bulk-go]");
	if (!button) return;
	const chosen = boxes(true).length, all = form.querySelector("[data-bulk-all]");
	const { saysNone, saysOne, saysOther } = form.dataset; // (html/template takes data-one for an event handler)
	button.textContent = (chosen === 0 ? saysNone : chosen === 1 ? saysOne : saysOther).replace("%d", chosen);
	button.disabled = chosen === 0;
	all.hidden = false;
	all.checked = chosen > 0 && chosen === boxes().length;
	all.indeterminate = chosen > 0 && !all.checked;
}

document.querySelectorAll("[data-find]").forEach(find);
document.addEventListener("change", (event) => {
	if (event.target.matches("[data-bulk-all]")) for (const box of boxes()) box.checked = event.target.checked;
	if (event.target.closest("[data-bulk]")) count();
});
addEventListener("pageshow", count); // the browser may have kept what was chosen
count();
