// The pages around one API token: the form that makes or changes it, and the page
// that shows its secret once. Texts come from the page; what a form comes to is
// worked out by the server alone, so that it cannot be said in two ways.

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// shown reveals what only a script can do.
function shown(within) {
	for (const part of all("[data-script]", within)) part.hidden = false;
}

// sum asks the server what the form comes to whenever it has changed, and puts
// the answer in place of the last one. Only the sentence is announced.
function sum(form) {
	const place = one("[data-sum]", form);
	let pause, asked;
	const ask = async () => {
		asked?.abort();
		asked = new AbortController();
		const body = new URLSearchParams(new FormData(form));
		body.set("do", "sum");
		try {
			const answer = await fetch(form.action, { method: "POST", body, signal: asked.signal });
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			const now = one("[data-sum]", page);
			if (!answer.ok || !now) return; // a session that is over; sending the form says so
			const sentence = one("[data-sentence]", place);
			const text = one("[data-sentence]", now).textContent;
			if (sentence.textContent !== text) sentence.textContent = text;
			while (sentence.nextSibling) sentence.nextSibling.remove();
			const next = one("[data-sentence]", now);
			while (next.nextSibling) place.append(next.nextSibling);
		} catch (error) {
			if (error.name !== "AbortError") return; // the last one stays; sending the form will tell
		}
	};
	const later = () => {
		clearTimeout(pause);
		pause = setTimeout(ask, 150);
	};
	form.addEventListener("input", (event) => {
		if (event.target.name && event.target.name !== "name") later();
	});
	one("[data-review]", form).hidden = true;
	return later;
}

// counts keeps the number of chosen privileges at each group's heading.
function counts(form) {
	const count = () => {
		for (const group of all("[data-privileges]", form)) {
			const badge = one("[data-chosen]", group);
			badge.textContent = badge.dataset.chosen.replace("{chosen}", all("input:checked", group).length);
		}
	};
	form.addEventListener("change", count);
	return count;
}

// find hides the privileges that do not have all the words, and opens the groups
// of those that do.
function find(form) {
	const field = one("[data-find-privilege]", form);
	const found = one("[data-found-privileges]", form);
	const groups = all("[data-privileges]", form);
	let before = null, pause;
	field.addEventListener("input", () => {
		const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
		before ??= groups.map((g) => g.open);
		let n = 0;
		groups.forEach((group, i) => {
			let here = 0;
			for (const item of all("[data-privilege]", group)) {
				item.hidden = !words.every((w) => item.textContent.toLowerCase().includes(w));
				here += item.hidden ? 0 : 1;
			}
			for (const part of all("h3", group)) part.hidden = !all("[data-privilege]:not([hidden])", part.nextElementSibling).length;
			group.hidden = !here;
			group.open = words.length ? here > 0 : before[i] || one("input:checked", group) !== null;
			n += here;
		});
		if (!words.length) before = null;
		clearTimeout(pause);
		pause = setTimeout(() => {
			const { saysOne, saysOther, saysNone } = field.dataset;
			found.textContent = words.length ? (n === 0 ? saysNone : n === 1 ? saysOne : saysOther).replace("%d", n) : "";
		}, 400);
	});
	field.addEventListener("keydown", (event) => {
		if (event.key === "Enter") event.preventDefault(); // it must not send the form
	});
}

// mended takes back what was said of a field that has been filled in since.
function mended(form, field) {
	const said = one(`#${field}-wrong`, form);
	if (!said?.firstElementChild) return;
	said.textContent = "";
	one(`#${field}`, form).removeAttribute("aria-invalid");
	const problems = one("#problems");
	one(`a[href="#${field}"]`, problems)?.closest("li").remove();
	const left = all("li", problems).length;
	problems.hidden = left === 0;
	const { saysOne, saysOther } = problems.dataset;
	one("h2", problems).textContent = (left === 1 ? saysOne : saysOther).replace("%d", left);
}

// jobs fills the form in for a common job.
function jobs(form, changed) {
	const name = one("[name=name]", form);
	let filled = name.value;
	for (const job of all("[data-preset]")) {
		job.addEventListener("click", (event) => {
			if (event.ctrlKey || event.metaKey || event.shiftKey) return;
			event.preventDefault();
			const wanted = job.dataset.preset.split(/\s+/);
			for (const box of all("[name=acl]", form)) {
				box.checked = wanted.includes(box.value);
				if (box.checked) box.closest("details").open = true;
			}
			if (!name.value || name.value === filled) name.value = filled = job.dataset.name;
			for (const other of all("[data-preset]")) other.removeAttribute("aria-current");
			job.setAttribute("aria-current", "true");
			mended(form, "name");
			mended(form, "privileges");
			changed();
		});
	}
}

// ends keeps the date and the choice of one together.
function ends(form) {
	const date = one("[name=date]", form);
	date.addEventListener("input", () => {
		if (date.value) one("[name=expires][value=date]", form).checked = true;
	});
	form.addEventListener("change", (event) => {
		if (event.target.name === "expires" && event.target.value !== "date") date.value = "";
	});
}

function address(form, changed) {
	const button = one("[data-address]", form);
	const field = one("[name=addresses]", form);
	button?.addEventListener("click", (event) => {
		event.preventDefault();
		const lines = field.value.split(/[\s,;]+/).filter(Boolean);
		if (!lines.includes(button.dataset.address)) lines.push(button.dataset.address);
		field.value = lines.join("\n");
		changed();
	});
}

function tokenForm(form) {
	shown(form);
	const ask = sum(form);
	const count = counts(form);
	const changed = () => {
		count();
		ask();
	};
	find(form);
	jobs(form, changed);
	ends(form);
	address(form, changed);
	one("#problems")?.focus();
}

// select marks the secret, for a browser that does not let a page copy.
function select(element) {
	const range = document.createRange();
	range.selectNodeContents(element);
	getSelection().removeAllRanges();
	getSelection().addRange(range);
}

async function copy(button, secret, say) {
	try {
		await navigator.clipboard.writeText(secret.textContent);
		say(button.dataset.done);
	} catch {
		select(secret);
		say(document.execCommand("copy") ? button.dataset.done : button.dataset.selected);
	}
}

function download(button, say) {
	const link = document.createElement("a");
	link.href = URL.createObjectURL(new Blob([button.dataset.text], { type: "text/plain" }));
	link.download = button.dataset.download;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 1000);
	say(button.dataset.done);
}

// tryIt makes a harmless call with the token alone, without the session's cookie.
async function tryIt(button, secret, tried, answer) {
	tried.textContent = button.dataset.waits;
	try {
		const got = await fetch(button.dataset.try, {
			headers: { Authorization: `whm ${button.dataset.user}:${secret.textContent}` },
			credentials: "omit", cache: "no-store",
		});
		const text = await got.text();
		let pretty = text;
		try {
			pretty = JSON.stringify(JSON.parse(text), null, 2);
		} catch {
			// shown as it is
		}
		answer.textContent = pretty.slice(0, 4000);
		answer.hidden = false;
		tried.classList.toggle("refused", !got.ok);
		tried.textContent = (got.ok ? button.dataset.ok : button.dataset.refused).replace("{status}", `${got.status} ${got.statusText}`.trim());
	} catch {
		tried.textContent = button.dataset.failed;
	}
}

// secretPage guards the one time that the secret is shown: leaving asks, and what
// the browser keeps of the page to come back to has no secret in it.
function secretPage(page) {
	const secret = one("[data-secret]", page);
	const said = one("[data-said]", page);
	const say = (text) => {
		said.textContent = "";
		setTimeout(() => (said.textContent = text), 50); // the same words again are heard again
	};
	shown(page);
	history.replaceState(null, "", page.dataset.after); // a reload does not send the form again
	let saved = false;
	addEventListener("beforeunload", (event) => {
		if (!saved) event.preventDefault();
	});
	one("[data-saved]", page).addEventListener("submit", () => (saved = true));
	addEventListener("pagehide", () => {
		one("[data-gone]", page).hidden = false;
		for (const part of all("[data-secret], [data-env], [data-answer]", page)) part.textContent = "";
		for (const part of all(".secret, section", page)) part.hidden = true;
		one("[data-download]", page).dataset.text = "";
	});
	one("[data-copy]", page).addEventListener("click", (event) => copy(event.currentTarget, secret, say));
	one("[data-download]", page).addEventListener("click", (event) => download(event.currentTarget, say));
	one("[data-try]", page)?.addEventListener("click", (event) =>
		tryIt(event.currentTarget, secret, one("[data-tried]", page), one("[data-answer]", page)));
}

all("form[data-token-form]").forEach(tokenForm);
all("[data-secret-page]").forEach(secretPage);
