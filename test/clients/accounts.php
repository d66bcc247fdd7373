<?php
// The life of a hosting account, as a billing system in PHP would drive it: curl,
// http_build_query with its bracket lists, and a token that has just the
// privileges for that. Prints a line for each thing that it saw, and stops at
// the first that is wrong.
//
// Wants HOSTKEEP_ADDR (host:port), HOSTKEEP_USER, HOSTKEEP_TOKEN (of a user who
// has the privileges below) and HOSTKEEP_CA (the file of certificates to trust).

declare(strict_types=1);

const ACLS = [
    'add-pkg', 'list-pkgs', 'viewglobalpackages', 'allow-unlimited-pkgs', 'allow-unlimited-disk-pkgs',
    'allow-unlimited-bw-pkgs', 'allow-emaillimits-pkgs',
    'create-acct', 'acct-summary', 'suspend-acct', 'upgrade-account', 'kill-acct',
];

function fail(string $text): never
{
    fwrite(STDERR, "not ok - $text\n");
    exit(1);
}

function ok(string $text): void
{
    echo "ok - $text\n";
}

function setting(string $name): string
{
    $value = getenv($name);
    return $value === false || $value === '' ? fail("$name is not set") : $value;
}

// post calls a function and answers [HTTP status, decoded body].
function post(string $token, string $function, array $fields): array
{
    $curl = curl_init('https://' . setting('HOSTKEEP_ADDR') . "/json-api/$function");
    curl_setopt_array($curl, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_SSL_VERIFYHOST => 2,
        CURLOPT_SSL_VERIFYPEER => true,
        CURLOPT_CAINFO => setting('HOSTKEEP_CA'),
        CURLOPT_TIMEOUT => 90,
        CURLOPT_HTTPHEADER => ['Authorization: WHM ' . setting('HOSTKEEP_USER') . ":$token"],
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => http_build_query(['api.version' => 1] + $fields),
    ]);
    $body = curl_exec($curl);
    if ($body === false) {
        fail("$function: no answer: " . curl_error($curl));
    }
    return [curl_getinfo($curl, CURLINFO_HTTP_CODE), json_decode($body, true)];
}

// call wants HTTP 200 and the metadata of API 1 with that result.
function call(string $token, int $result, string $function, array $fields): array
{
    [$status, $json] = post($token, $function, $fields);
    if ($status !== 200) {
        fail("$function: HTTP status is $status, not 200");
    }
    $meta = $json['metadata'] ?? fail("$function: metadata is missing");
    want($function, 'metadata', $meta, 'version', 1);
    want($function, 'metadata', $meta, 'command', $function);
    typed($function, 'metadata', $meta, ['reason' => 'string', 'result' => 'integer']);
    if ($meta['result'] !== $result) {
        fail("$function: metadata.result is not $result: {$meta['reason']}");
    }
    return $json;
}

// want checks a member's value and type.
function want(string $function, string $of, array $object, string $member, mixed $value): void
{
    if (!array_key_exists($member, $object)) {
        fail("$function: $of.$member is missing");
    }
    if ($object[$member] !== $value) {
        fail("$function: $of.$member is " . json_encode($object[$member]) . ', not ' . json_encode($value));
    }
}

// typed checks the types of members: member => types as gettype names them.
function typed(string $function, string $of, array $object, array $types): void
{
    foreach ($types as $member => $type) {
        if (!array_key_exists($member, $object)) {
            fail("$function: $of.$member is missing");
        }
        if (!in_array(gettype($object[$member]), explode('|', $type), true)) {
            fail("$function: $of.$member is " . json_encode($object[$member]) . ", not of type $type");
        }
    }
}

// bare wants an answer without data, and with a log if the function writes one.
function bare(string $function, array $json, bool $log): void
{
    if (array_key_exists('data', $json)) {
        fail("$function: data is there");
    }
    if ($log) {
        typed($function, 'metadata', $json['metadata'], ['output' => 'array']);
        typed($function, 'metadata.output', $json['metadata']['output'], ['raw' => 'string']);
    }
}

function summary(string $token, string $user): array
{
    $json = call($token, 1, 'accountsummary', ['user' => $user]);
    want('accountsummary', 'metadata', $json['metadata'], 'reason', 'OK');
    $list = $json['data']['acct'] ?? null;
    if (!is_array($list) || !array_is_list($list) || count($list) !== 1) {
        fail('accountsummary: data.acct is not an array with one element');
    }
    typed('accountsummary', 'data.acct[0]', $list[0],
        array_fill_keys(['user', 'domain', 'owner', 'plan', 'theme', 'shell', 'partition', 'ip', 'email', 'startdate', 'suspendreason',
            'diskused', 'disklimit', 'maxftp', 'maxlst', 'maxpop', 'maxsql', 'maxsub', 'maxaddons', 'maxparked',
            'min_defer_fail_to_trigger_protection', 'mailbox_format'], 'string')
        + array_fill_keys(['unix_startdate', 'suspended', 'is_locked', 'backup', 'legacy_backup', 'temporary', 'is_temporary_domain',
            'outgoing_mail_hold', 'outgoing_mail_suspended', 'inodesused', 'uid'], 'integer')
        + array_fill_keys(['ipv6', 'child_nodes'], 'array')
        + ['suspendtime' => 'integer|NULL', 'inodeslimit' => 'string|integer']);
    return $list[0];
}

// The names start with a letter and differ in their first eight characters.
$user = 'hk' . bin2hex(random_bytes(3));
// A reseller's packages carry its name, whether or not the caller writes it.
$prefix = setting('HOSTKEEP_USER') === 'root' ? '' : setting('HOSTKEEP_USER') . '_';
$small = "{$prefix}pk{$user}s";
$large = "{$prefix}pk{$user}l";
$tokenName = "client-php-$user";
$root = setting('HOSTKEEP_TOKEN');

// Whatever happens, leave nothing behind: what is gone already is refused, and that is fine.
register_shutdown_function(function () use ($root, $user, $small, $large, $tokenName): void {
    post($root, 'removeacct', ['user' => $user]);
    post($root, 'killpkg', ['pkgname' => $small]);
    post($root, 'killpkg', ['pkgname' => $large]);
    post($root, 'api_token_revoke', ['token_name' => $tokenName]);
});

// A nested array becomes acl[0]=…&acl[1]=…; a server that ignored that would give everything.
$made = call($root, 1, 'api_token_create', ['token_name' => $tokenName, 'acl' => ACLS, 'expires_at' => time() + 3600]);
$data = $made['data'] ?? fail('api_token_create: data is missing');
typed('api_token_create', 'data', $data, ['token' => 'string', 'acls' => 'array', 'create_time' => 'integer', 'expires_at' => 'integer', 'whitelist_ips' => 'NULL']);
[$got, $asked] = [$data['acls'], ACLS];
sort($got);
sort($asked);
if ($got !== $asked) {
    fail('api_token_create: data.acls is ' . json_encode($got) . ', not ' . json_encode($asked));
}
$token = $data['token'];
ok('api_token_create understood a bracket list of ' . count($got) . ' privileges');

foreach ([$small => 500, $large => 5000] as $name => $quota) {
    $json = call($token, 1, 'addpkg', ['name' => $name, 'quota' => $quota, 'bwlimit' => 10000, 'maxpop' => 5, 'maxsub' => 'unlimited', 'hasshell' => false]);
    want('addpkg', 'data', $json['data'] ?? [], 'pkg', $name);
}
ok('addpkg made two packages');

$password = bin2hex(random_bytes(12)) . '!Aa';
$json = call($token, 1, 'createacct', ['username' => $user, 'domain' => "$user.example", 'plan' => $small,
    'password' => $password, 'contactemail' => "owner@$user.example", 'showpass' => 'n']);
want('createacct', 'metadata', $json['metadata'], 'reason', 'Account Creation Ok');
typed('createacct', 'metadata', $json['metadata'], ['output' => 'array']);
typed('createacct', 'metadata.output', $json['metadata']['output'], ['raw' => 'string']);
want('createacct', 'data', $json['data'] ?? [], 'package', $small);
typed('createacct', 'data', $json['data'], ['ip' => 'string']
    + array_fill_keys(['nameserver', 'nameserver2', 'nameserver3', 'nameserver4'], 'string')
    + array_fill_keys(['nameserverentry', 'nameserverentry2', 'nameserverentry3', 'nameserverentry4',
        'nameservera', 'nameservera2', 'nameservera3', 'nameservera4'], 'string|NULL'));
if (str_contains($json['metadata']['output']['raw'], $password)) {
    fail('createacct: metadata.output.raw shows the password despite showpass=n');
}
ok("createacct made $user");

$account = summary($token, $user);
foreach (['user' => $user, 'domain' => "$user.example", 'plan' => $small, 'email' => "owner@$user.example", 'disklimit' => '500M',
    'maxpop' => '5', 'maxsub' => 'unlimited', 'suspended' => 0, 'suspendreason' => 'not suspended', 'suspendtime' => null] as $member => $value) {
    want('accountsummary', 'data.acct[0]', $account, $member, $value);
}
ok('accountsummary shows it as it was made');

bare('suspendacct', call($token, 1, 'suspendacct', ['user' => $user, 'reason' => 'unpaid & overdue']), true);
$account = summary($token, $user);
want('accountsummary', 'data.acct[0]', $account, 'suspended', 1);
want('accountsummary', 'data.acct[0]', $account, 'suspendreason', 'unpaid & overdue');
typed('accountsummary', 'data.acct[0]', $account, ['suspendtime' => 'integer']);
ok('suspendacct suspended it, with the reason');

bare('unsuspendacct', call($token, 1, 'unsuspendacct', ['user' => $user]), true);
$account = summary($token, $user);
want('accountsummary', 'data.acct[0]', $account, 'suspended', 0);
want('accountsummary', 'data.acct[0]', $account, 'suspendreason', 'not suspended');
want('accountsummary', 'data.acct[0]', $account, 'suspendtime', null);
ok('unsuspendacct brought it back');

$json = call($token, 1, 'changepackage', ['user' => $user, 'pkg' => $large]);
want('changepackage', 'metadata', $json['metadata'], 'reason', "Account Upgrade/Downgrade Complete for $user");
bare('changepackage', $json, true);
$account = summary($token, $user);
want('accountsummary', 'data.acct[0]', $account, 'plan', $large);
want('accountsummary', 'data.acct[0]', $account, 'disklimit', '5000M');
ok('changepackage moved it to the larger package');

call($token, 0, 'killpkg', ['pkgname' => $large]);
ok('killpkg refuses a package in use');

$json = call($token, 1, 'removeacct', ['user' => $user]);
want('removeacct', 'metadata', $json['metadata'], 'reason', "$user account removed");
bare('removeacct', $json, true);
call($token, 0, 'accountsummary', ['user' => $user]);
ok('removeacct removed it');

foreach ([$small, $large] as $name) {
    bare('killpkg', call($token, 1, 'killpkg', ['pkgname' => $name]), false);
}
call($token, 0, 'killpkg', ['pkgname' => $small]);
ok('killpkg removed both packages');

call($root, 1, 'api_token_revoke', ['token_name' => $tokenName]);
[$status, $json] = post($token, 'accountsummary', ['user' => $user]);
if ($status !== 403) {
    fail("the revoked token: HTTP status is $status, not 403");
}
want('the revoked token', 'cpanelresult', $json['cpanelresult'] ?? [], 'error', 'Access denied');
ok('the revoked token is refused');
