<?php
// The life of an API token through PHP's streams: file_get_contents with a
// context, every parameter in the query, changes by a POST with an empty body.
// Prints a line for each thing that it saw, and stops at the first that is wrong.
//
// Wants HOSTKEEP_ADDR (host:port), HOSTKEEP_USER, HOSTKEEP_TOKEN (with
// manage-api-tokens, list-accts and basic-whm-functions) and HOSTKEEP_CA.

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

function call(string $method, string $token, string $function, array $query, int $status = 200): array
{
    $context = stream_context_create([
        'http' => [
            'method' => $method,
            'header' => ['Authorization: whm ' . setting('HOSTKEEP_USER') . ":$token"],
            'content' => '',
            'ignore_errors' => true,
            'timeout' => 60,
        ],
        'ssl' => ['cafile' => setting('HOSTKEEP_CA'), 'verify_peer' => true, 'verify_peer_name' => true],
    ]);
    $url = 'https://' . setting('HOSTKEEP_ADDR') . "/json-api/$function?" . http_build_query(['api.version' => 1] + $query);
    $body = @file_get_contents($url, false, $context);
    if ($body === false) {
        fail("$function: no answer: " . (error_get_last()['message'] ?? ''));
    }
    if (!preg_match("{^HTTP/\\S+ $status }", $http_response_header[0])) {
        fail("$function: {$http_response_header[0]}, not $status");
    }
    return json_decode($body, true) ?? fail("$function: no JSON: $body");
}

// member walks to a value that must be there; with a value, it must be that.
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

function done(string $method, string $function, array $query): array
{
    $json = call($method, setting('HOSTKEEP_TOKEN'), $function, $query);
    $reason = member($function, $json, 'metadata/reason');
    if (member($function, $json, 'metadata/result') !== 1) {
        fail("$function: $reason");
    }
    return $json;
}

$name = 'streams-' . getmypid() . '-' . time();

$made = done('POST', 'api_token_create', ['token_name' => $name, 'acl' => ['list-accts', 'acct-summary'], 'expires_at' => time() + 600]);
$secret = member('api_token_create', $made, 'data/token');
member('api_token_create', $made, 'data/name', $name);
register_shutdown_function(function () use ($name): void {
    call('POST', setting('HOSTKEEP_TOKEN'), 'api_token_revoke', ['token_name' => $name]);
});
echo "ok - api_token_create by an empty POST made $name\n";

$list = done('GET', 'api_token_list', []);
member('api_token_list', $list, "data/tokens/$name/acls/list-accts", 1);
member('api_token_list', $list, "data/tokens/$name/whitelist_ips", null);
echo "ok - api_token_list by GET has it\n";

done('POST', 'api_token_update', ['token_name' => $name, 'whitelist_ip' => ['127.0.0.1', '10.0.0.0/8']]);
member('api_token_list', done('GET', 'api_token_list', []), "data/tokens/$name/whitelist_ips", ['127.0.0.1', '10.0.0.0/8']);
echo "ok - api_token_update by an empty POST changed its addresses\n";

$accounts = call('GET', $secret, 'listaccts', []);
member('listaccts', $accounts, 'metadata/result', 1);
foreach (member('listaccts', $accounts, 'data/acct') as $account) {
    member('listaccts', $account, 'user');
    member('listaccts', $account, 'domain');
}
echo "ok - the new token lists accounts\n";

done('POST', 'api_token_revoke', ['token_name' => $name]);
member('the revoked token', call('GET', $secret, 'listaccts', [], 403), 'cpanelresult/error', 'Access denied');
echo "ok - api_token_revoke ended it\n";
