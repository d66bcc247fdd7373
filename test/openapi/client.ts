// A client whose every name, parameter and answer is checked against the types
// that were made of /openapi.json. It reads by GET, and writes by a JSON POST.
import type { paths } from "#whm";

type Path = keyof paths & `/json-api/${string}`;
type Query<P extends Path> = paths[P]["get"] extends { parameters: { query: infer Q } } ? Q : never;
type Body<P extends Path> = paths[P]["post"] extends { requestBody: { content: { "application/json": infer B } } } ? B : never;
type Answer<P extends Path> = paths[P]["get"] extends { responses: { 200: { content: { "application/json": infer A } } } } ? A : never;
type Data<P extends Path> = Answer<P> extends { data?: infer D } ? NonNullable<D> : never;
type Metadata<P extends Path> = Answer<P> extends { metadata: infer M } ? M : never;

function fail(text: string): never {
  console.error("not ok - " + text);
  return process.exit(1);
}

function setting(name: string): string {
  return process.env[name] || fail(name + " is not set");
}

const base = "https://" + setting("HOSTKEEP_ADDR");
const authorization = `whm ${setting("HOSTKEEP_USER")}:${setting("HOSTKEEP_TOKEN")}`;

async function send<P extends Path>(path: P, url: string, init: RequestInit): Promise<{ metadata: Metadata<P>; data?: Data<P> }> {
  const answer = await fetch(url, { ...init, headers: { ...init.headers, Authorization: authorization } });
  const body = (await answer.json()) as { metadata: Metadata<P> & { result: number; reason: string }; data?: Data<P> };
  if (answer.status !== 200 || body.metadata.result !== 1) {
    fail(`${path}: ${answer.status} ${JSON.stringify(body.metadata)}`);
  }
  return body;
}

async function get<P extends Path>(path: P, query: Query<P>): Promise<Data<P>> {
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(query as object)) url.searchParams.set(name, String(value));
  return (await send(path, url.href, {})).data ?? fail(path + " has no data");
}

function post<P extends Path>(path: P, body: Body<P>) {
  return send(path, base + path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
}

function want(about: string, got: unknown, type: string) {
  if (typeof got !== type) fail(`${about} is ${JSON.stringify(got)}, not of type ${type}`);
}

const one = 1 as const;
{
  const data = await get("/json-api/version", { "api.version": one });
  want("version", data.version, "string");
  console.log("ok - version is " + data.version);
}
{
  const data = await get("/json-api/listaccts", { "api.version": one, searchtype: "user", searchmethod: "exact", search: "nobody" });
  if (!Array.isArray(data.acct)) fail("listaccts: acct is no array");
  const users: string[] = data.acct.map((account) => account.user);
  console.log(`ok - listaccts has ${users.length} accounts named nobody`);
}
{
  const data = await get("/json-api/applist", {
    "api.version": one, "api.filter.enable": one, "api.filter.a.field": "*", "api.filter.a.type": "begins", "api.filter.a.arg0": "listacc",
    "api.chunk.enable": "y", "api.chunk.start": 1, "api.chunk.size": 1,
  });
  if (data.app.join() !== "listaccts") fail("applist, filtered and cut, has " + data.app.join());
  const answer = await post("/json-api/listaccts", { "api.version": one, "api.chunk.enable": one, "api.chunk.verbose": one, "api.chunk.size": 5 });
  if (answer.metadata.chunk?.size !== 5) fail("metadata.chunk is " + JSON.stringify(answer.metadata.chunk));
  console.log("ok - a list was filtered and cut, by query and by body");
}
{
  const name = "openapi-" + Date.now();
  const made = await post("/json-api/api_token_create", { "api.version": one, token_name: name, acl: ["list-accts"], expires_at: Math.floor(Date.now() / 1000) + 600 });
  const list = await get("/json-api/api_token_list", { "api.version": one });
  const token = list.tokens[name] ?? fail("api_token_list does not have the token that was made");
  want("create_time", token.create_time, "number");
  if (token.acls["list-accts"] !== 1) fail("the token does not have the privilege that it was made with");
  if (made.data?.token.length !== 32) fail("the secret does not have 32 characters");
  await post("/json-api/api_token_revoke", { "api.version": one, token_name: [name] });
  if ((await get("/json-api/api_token_list", { "api.version": one })).tokens[name]) fail("the revoked token is still listed");
  console.log("ok - a token was made, listed and revoked");
}
