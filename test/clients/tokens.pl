#!/usr/bin/perl
# The life of an API token, as a Perl script of a WHM administrator would drive
# it: HTTP::Tiny, form POSTs, numbered list parameters. Prints a line for each
# thing that it saw, and stops at the first that is wrong.
#
# Wants HOSTKEEP_ADDR (host:port), HOSTKEEP_USER, HOSTKEEP_TOKEN (with
# manage-api-tokens, list-accts and acct-summary, and more than an hour to live)
# and HOSTKEEP_CA (the file of certificates to trust).
use strict;
use warnings;

use B          ();
use HTTP::Tiny ();
use JSON       ();

my ( $addr, $user, $token, $ca ) =
  map { $ENV{$_} // die "$_ is not set\n" } qw(HOSTKEEP_ADDR HOSTKEEP_USER HOSTKEEP_TOKEN HOSTKEEP_CA);

my $name    = "client-pl-$$-" . time;
my $renamed = "$name-renamed";
my $left    = '';                       # the token to take away if something goes wrong

sub fail { die "not ok - @_\n" }
sub ok   { print "ok - @_\n"; return }

# post calls a function with a token and answers HTTP::Tiny's response.
sub post {
    my ( $secret, $function, @form ) = @_;
    my $ua = HTTP::Tiny->new(
        verify_SSL      => 1,
        SSL_options     => { SSL_ca_file => $ca },
        timeout         => 30,
        default_headers => { Authorization => "whm $user:$secret" },
    );
    my $answer = $ua->post_form( "https://$addr/json-api/$function", [ 'api.version' => 1, @form ] );
    fail("$function: no answer: $answer->{content}") if $answer->{status} == 599;
    return $answer;
}

# call wants HTTP 200 and the metadata of API 1 with that result.
sub call {
    my ( $secret, $result, $function, @form ) = @_;
    my $answer = post( $secret, $function, @form );
    fail("$function: HTTP status is $answer->{status}, not 200") if $answer->{status} != 200;
    my $json = JSON::decode_json( $answer->{content} );
    my $meta = $json->{metadata};
    fail("$function: metadata is missing")                             if ref $meta ne 'HASH';
    fail("$function: metadata.version is not the number 1")            if !is_integer( $meta->{version} ) || $meta->{version} != 1;
    fail("$function: metadata.command is not its name")                if !is_string( $meta->{command} )  || $meta->{command} ne $function;
    fail("$function: metadata.result is not a number")                 if !is_integer( $meta->{result} );
    fail("$function: metadata.reason is not a text")                   if !is_string( $meta->{reason} )   || $meta->{reason} eq '';
    fail("$function: metadata.result is not $result: $meta->{reason}") if $meta->{result} != $result;
    return $json;
}

# JSON numbers and JSON texts stay apart in Perl only by these flags.
sub is_integer {
    my ($value) = @_;
    return defined $value && !ref $value && ( B::svref_2object( \$value )->FLAGS & ( B::SVf_IOK | B::SVf_POK ) ) == B::SVf_IOK;
}

sub is_string {
    my ($value) = @_;
    return defined $value && !ref $value && ( B::svref_2object( \$value )->FLAGS & B::SVf_POK ) != 0;
}

# acls and end check what create and update answer alike.
sub acls {
    my ( $function, $data, @want ) = @_;
    fail("$function: data.acls is not an array") if ref $data->{acls} ne 'ARRAY';
    my ( $got, $want ) = ( join( ',', sort @{ $data->{acls} } ), join( ',', sort @want ) );
    fail("$function: data.acls is $got, not $want") if $got ne $want;
    return;
}

sub times_and_addresses {
    my ( $function, $data, $end ) = @_;
    fail("$function: data.create_time is not a number of seconds") if !is_integer( $data->{create_time} ) || $data->{create_time} < 1_000_000_000;
    fail("$function: data.expires_at is not the number $end")      if !is_integer( $data->{expires_at} )  || $data->{expires_at} != $end;
    fail("$function: data.whitelist_ips is not a null")            if !exists $data->{whitelist_ips}      || defined $data->{whitelist_ips};
    return;
}

END {
    my $status = $?;
    if ($left) {
        eval { post( $token, 'api_token_revoke', token_name => $left ); 1 } or warn "the token $left was left behind\n";
    }
    $? = $status;
}

# Make one, narrowed to two privileges and an hour.
my $end  = time + 3600;
my $data = call(
    $token, 1, 'api_token_create',
    token_name => $name,
    'acl-0'    => 'list-accts',
    'acl-1'    => 'acct-summary',
    expires_at => $end,
)->{data};
$left = $name;
fail('api_token_create: data is missing')        if ref $data ne 'HASH';
fail('api_token_create: data.name is not ours')  if !is_string( $data->{name} )  || $data->{name} ne $name;
fail('api_token_create: data.token is no token') if !is_string( $data->{token} ) || $data->{token} !~ /\A[A-Z0-9]{32}\z/;
acls( 'api_token_create', $data, 'list-accts', 'acct-summary' );
times_and_addresses( 'api_token_create', $data, $end );
my $secret = $data->{token};
ok('api_token_create made a token with two privileges and an end');

# Use it for what it may do, and for what it may not.
my $accounts = call( $secret, 1, 'listaccts' )->{data}{acct};
fail('listaccts: data.acct is not an array') if ref $accounts ne 'ARRAY';
for my $account (@$accounts) {
    is_string( $account->{$_} )  or fail("listaccts: $_ is not a text")   for qw(user domain owner plan);
    is_integer( $account->{$_} ) or fail("listaccts: $_ is not a number") for qw(suspended unix_startdate uid);
}
ok( 'listaccts with the new token answered ' . @$accounts . ' accounts' );

my $refused = call( $secret, 0, 'api_token_create', token_name => "$name-more" );
fail('api_token_create without its privilege: data is there')            if defined $refused->{data};
fail('api_token_create without its privilege: metadata.reason names none') if $refused->{metadata}{reason} !~ /manage-api-tokens/;
ok('the new token cannot make tokens, and is told which privilege it lacks');

# See it in the list, without its secret.
my $list = call( $token, 1, 'api_token_list' );
my $row  = $list->{data}{tokens}{$name};
fail("api_token_list: data.tokens has no $name")    if ref $row ne 'HASH';
fail('api_token_list: name is not that of the key') if !is_string( $row->{name} ) || $row->{name} ne $name;
fail('api_token_list: acls is not an object')       if ref $row->{acls} ne 'HASH';
fail('api_token_list: the secret is shown')         if exists $row->{token} || index( JSON::encode_json($list), $secret ) >= 0;
for my $acl ( sort keys %{ $row->{acls} } ) {
    my $want = $acl eq 'list-accts' || $acl eq 'acct-summary' ? 1 : 0;
    fail("api_token_list: acls.$acl is not the number $want") if !is_integer( $row->{acls}{$acl} ) || $row->{acls}{$acl} != $want;
}
exists $row->{acls}{$_} or fail("api_token_list: acls has no $_") for qw(list-accts acct-summary manage-api-tokens);
times_and_addresses( 'api_token_list', $row, $end );
ok('api_token_list shows it with its privileges and without its secret');

# Change its name, privileges and end.
$end -= 1800;
$data = call(
    $token, 1, 'api_token_update',
    token_name => $name,
    new_name   => $renamed,
    'acl-0'    => 'acct-summary',
    expires_at => $end,
)->{data};
$left = $renamed;
fail('api_token_update: data is missing')           if ref $data ne 'HASH';
fail('api_token_update: data.name is not the new')  if !is_string( $data->{name} ) || $data->{name} ne $renamed;
fail('api_token_update: data.token is there')       if exists $data->{token};
acls( 'api_token_update', $data, 'acct-summary' );
times_and_addresses( 'api_token_update', $data, $end );
ok('api_token_update renamed and narrowed it');

$refused = call( $secret, 0, 'listaccts' );
fail('listaccts after the update: metadata.reason names no privilege') if $refused->{metadata}{reason} !~ /list-accts/;
ok('the narrowed token is refused at once');

# Take it away.
my $revoked = call( $token, 1, 'api_token_revoke', token_name => $renamed );
$left = '';
fail('api_token_revoke: data is there') if exists $revoked->{data};
ok('api_token_revoke answered');

my $answer = post( $secret, 'accountsummary', user => 'nobody' );
fail("the revoked token: HTTP status is $answer->{status}, not 403") if $answer->{status} != 403;
my $body = JSON->new->canonical->encode( JSON::decode_json( $answer->{content} ) );
my $want = '{"cpanelresult":{"apiversion":"2","data":{"reason":"Access denied","result":"0"},"error":"Access denied","type":"text"}}';
fail("the revoked token: the body is $body, not $want") if $body ne $want;
ok('the revoked token gets 403 and Access denied');

$list = call( $token, 1, 'api_token_list' );
fail('api_token_list: the revoked token is still there') if ref $list->{data}{tokens} ne 'HASH' || exists $list->{data}{tokens}{$renamed};
ok('api_token_list no longer has it');
