// A client of cPanel's port whose every name, parameter and answer is checked against
// the types that were made of /openapi.json there. It reads by GET, and writes by a JSON
// POST.
import type { paths } from "#cpanel";

type Path = keyof paths & `/execute/${string}`;
type Given<Q> = [Q] extends [never] ? Record<string, never> : Q; // a function may take nothing
type Query<P extends keyof paths> = paths[P]["get"] extends { parameters: { query?: infer Q } } ? Given<NonNullable<Q>> : never;
type Body<P extends Path> = paths[P]["post"] extends { requestBody?: { content: { "application/json": infer B } } } ? B : never;
type Answer<P extends keyof paths> = paths[P]["get"] extends { responses: { 200: { content: { "application/json": infer A } } } } ? A : never;
type Data<P extends Path> = Answer<P> extends { data: infer D } ? NonNullable<D> : never;

function fail(text: string): never {
  console.error("not ok - " + text);
  return process.exit(1);
}

function setting(name: string): string {
  return process.env[name] || fail(name + " is not set");
}

const base = "https://" + setting("HOSTKEEP_CPANEL_ADDR");
const authorization = `cpanel ${setting("HOSTKEEP_CPANEL_USER")}:${setting("HOSTKEEP_CPANEL_TOKEN")}`;

async function send<P extends keyof paths>(path: P, url: string, init: RequestInit): Promise<Answer<P>> {
  const answer = await fetch(url, { ...init, headers: { ...init.headers, Authorization: authorization } });
  if (answer.status !== 200) fail(`${path}: ${answer.status}`);
  return (await answer.json()) as Answer<P>;
}

function address(path: string, query: object): string {
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
  return url.href;
}

function done<P extends Path>(path: P, answer: Answer<P>): Answer<P> & { data: Data<P> | null } {
  const told = answer as Answer<P> & { status: number; errors: string[] | null; data: Data<P> | null };
  if (told.status !== 1) fail(`${path}: ${JSON.stringify(told.errors)}`);
  return told;
}

async function get<P extends Path>(path: P, query: Query<P>): Promise<Data<P>> {
  return done(path, await send(path, address(path, query as object), {})).data ?? fail(path + " has no data");
}

async function post<P extends Path>(path: P, body: Body<P>): Promise<Data<P> | null> {
  const init = { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  return done(path, await send(path, base + path, init)).data;
}

const domain = await (async () => {
  const data = await get("/execute/DomainInfo/list_domains", {});
  const first: string = data.main_domain;
  if (typeof first !== "string" || !Array.isArray(data.sub_domains)) fail("list_domains is " + JSON.stringify(data));
  console.log("ok - the account's main domain is " + first);
  return first;
})();
{
  const name = "openapi-" + Date.now();
  const made = await post("/execute/Tokens/create_full_access", { name, expires_at: Math.floor(Date.now() / 1000) + 600 });
  if (made?.token.length !== 32) fail("the secret does not have 32 characters");
  const list = await get("/execute/Tokens/list", { "api.filter_column": "name", "api.filter_type": "eq", "api.filter_term": name, "api.paginate_size": 5 });
  if (list.map((token) => token.name).join() !== name) fail("the filtered list has " + JSON.stringify(list));
  if (list[0]?.has_full_access !== 1) fail("the token does not have full access");
  await post("/execute/Tokens/revoke", { name });
  if ((await get("/execute/Tokens/list", {})).some((token) => token.name === name)) fail("the revoked token is still listed");
  console.log("ok - a token was made, found by filter and revoked");
}
{
  const { parameters, ...names }: Query<"/json-api/cpanel"> = {
    cpanel_jsonapi_module: "ZoneEdit", cpanel_jsonapi_func: "fetchzone_records", parameters: { domain, type: "SOA" },
  };
  const answer: Answer<"/json-api/cpanel"> = await send("/json-api/cpanel", address("/json-api/cpanel", { ...names, ...parameters }), {});
  if (!("cpanelresult" in answer) || answer.cpanelresult.error !== undefined) fail("API 2 answers " + JSON.stringify(answer));
  if (answer.cpanelresult.func !== names.cpanel_jsonapi_func || answer.cpanelresult.data.length !== 1) fail("API 2 answers " + JSON.stringify(answer));
  console.log("ok - API 2 shows the start of the zone of " + domain);
}
