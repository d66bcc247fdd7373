<?php
// API tokens through PHP's curl, with parameters as JSON (numbers, lists, null,
// true) and as a multipart form, as clients of our days send them. Prints a line
// for each thing that it saw, and stops at the first that is wrong.
//
// Wants HOSTKEEP_ADDR (host:port), HOSTKEEP_USER, HOSTKEEP_TOKEN (with
// manage-api-tokens, list-accts and acct-summary) and HOSTKEEP_CA.

declare(strict_types=1);

function fail(string $text): never
{
    fwrite(STDERR, "not ok - $text\n");
    exit(1);
}

function setting(string $name): string
{
    $value = getenv($name);
    return $value === false || $value === '' ? fail("$name is not set") : $value;
}

// call posts a body: a text is JSON, an array is a multipart form to curl.
function call(string $function, string|array $body): array
{
    $headers = ['Authorization: WHM ' . setting('HOSTKEEP_USER') . ':' . setting('HOSTKEEP_TOKEN'), 'Accept: application/json'];
    if (is_string($body)) {
        $headers[] = 'Content-Type: application/json; charset=utf-8';
    }
    $curl = curl_init('https://' . setting('HOSTKEEP_ADDR') . "/json-api/$function");
    curl_setopt_array($curl, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_CAINFO => setting('HOSTKEEP_CA'),
        CURLOPT_TIMEOUT => 60,
        CURLOPT_ENCODING => '', // every coding that curl can undo
        CURLOPT_HTTPHEADER => $headers,
        CURLOPT_POSTFIELDS => $body,
    ]);
    $answer = curl_exec($curl);
    if ($answer === false) {
        fail("$function: no answer: " . curl_error($curl));
    }
    if (curl_getinfo($curl, CURLINFO_HTTP_CODE) !== 200 || !str_starts_with((string) curl_getinfo($curl, CURLINFO_CONTENT_TYPE), 'application/json')) {
        fail("$function: status or content type is wrong: $answer");
    }
    $json = json_decode($answer, true) ?? fail("$function: no JSON: $answer");
    if (member($function, $json, 'metadata/result') !== 1) {
        fail("$function: " . member($function, $json, 'metadata/reason'));
    }
    return $json;
}

function member(string $about, mixed $from, string $path, mixed ...$want): mixed
{
    foreach (explode('/', $path) as $step) {
        if (!is_array($from) || !array_key_exists($step, $from)) {
            fail("$about: $path is missing");
        }
        $from = $from[$step];
    }
    if ($want && $from !== $want[0]) {
        fail("$about: $path is " . json_encode($from) . ', not ' . json_encode($want[0]));
    }
    return $from;
}

$name = 'json-' . getmypid() . '-' . time();
$end = time() + 600;

$made = call('api_token_create', json_encode([
    'api.version' => 1, 'token_name' => $name, 'acl' => ['acct-summary', 'list-accts'], 'expires_at' => $end, 'whitelist_ip' => null,
]));
$there = true;
register_shutdown_function(function () use ($name, &$there): void {
    $there && call('api_token_revoke', json_encode(['api.version' => 1, 'token_name' => [$name]]));
});
member('api_token_create', $made, 'data/acls', ['acct-summary', 'list-accts']);
member('api_token_create', $made, 'data/whitelist_ips', null);
member('api_token_create', $made, 'data/expires_at', $end);
echo "ok - a JSON body with a list, a number and null made $name\n";

call('api_token_update', ['api.version' => '1', 'token_name' => $name, 'acl-0' => 'list-accts', 'whitelist_ip[0]' => '127.0.0.1', 'whitelist_ip[1]' => '10.0.0.0/8']);
$token = member('api_token_list', call('api_token_list', '{"api.version":1}'), "data/tokens/$name");
member('api_token_list', $token, 'acls/list-accts', 1);
member('api_token_list', $token, 'whitelist_ips', ['127.0.0.1', '10.0.0.0/8']);
echo "ok - a multipart form with numbered lists changed it\n";

$json = call('api_token_revoke', json_encode(['api.version' => 1.0, 'token_name' => [$name], 'revoke_made' => true]));
$there = false;
member('api_token_revoke', $json, 'metadata/command', 'api_token_revoke');
if (array_key_exists($name, member('api_token_list', call('api_token_list', '{"api.version":"1"}'), 'data/tokens'))) {
    fail('the revoked token is still listed');
}
echo "ok - a JSON body with true revoked it\n";
