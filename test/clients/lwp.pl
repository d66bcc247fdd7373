#!/usr/bin/perl
# The life of an account through LWP without api.version, as billing systems of
# many years still call: the shapes of API 0. Prints a line for each thing that
# it saw, and stops at the first that is wrong.
#
# Wants HOSTKEEP_ADDR (host:port), HOSTKEEP_USER, HOSTKEEP_TOKEN (with
# create-acct, list-accts, list-pkgs, acct-summary, suspend-acct and kill-acct)
# and HOSTKEEP_CA (the file of certificates to trust).
use strict;
use warnings;

use JSON           ();
use LWP::UserAgent ();

my ( $addr, $user, $token, $ca ) =
  map { $ENV{$_} // die "$_ is not set\n" } qw(HOSTKEEP_ADDR HOSTKEEP_USER HOSTKEEP_TOKEN HOSTKEEP_CA);

my $account = 'l' . substr( sprintf( '%x%x', time, $$ ), -7 );
my $there   = 0;

sub fail { die "not ok - @_\n" }

my $ua = LWP::UserAgent->new( keep_alive => 1, timeout => 60, ssl_opts => { SSL_ca_file => $ca, verify_hostname => 1 } );
$ua->default_header( Authorization => "WHM $user:$token" );

sub call {
    my ( $function, @form ) = @_;
    my $answer = $ua->post( "https://$addr/json-api/$function", \@form );
    fail( "$function: " . $answer->status_line ) if $answer->code != 200;
    return eval { JSON->new->decode( $answer->decoded_content ) } // fail( "$function: no JSON: " . $answer->decoded_content );
}

# member walks to a value that must be there; with a value, it must be that.
sub member {
    my ( $about, $from, $path, @want ) = @_;
    for my $step ( split m{/}, $path ) {
        my $is = ref $from;
        fail("$about: $path is missing")
          if !( $is eq 'HASH' && exists $from->{$step} || $is eq 'ARRAY' && $step =~ /^\d+$/ && $step < @$from );
        $from = $is eq 'HASH' ? $from->{$step} : $from->[$step];
    }
    fail( "$about: $path is " . ( $from // 'null' ) . ", not " . ( $want[0] // 'null' ) )
      if @want && ( $from // 'null' ) ne ( $want[0] // 'null' );
    return $from;
}

END {
    local $?;
    eval { call( 'removeacct', user => $account ) } if $there;
}

my $packages = member( 'listpkgs', call('listpkgs'), 'package' );
member( 'listpkgs', $_, 'name' ) && member( 'listpkgs', $_, 'QUOTA' ) for @$packages;
print 'ok - listpkgs has ', scalar @$packages, " packages\n";

my $made = call(
    'createacct', username => $account, domain => "$account.example", plan => 'default',
    password => "Long.enough.1$account", contactemail => "owner\@$account.example"
);
member( 'createacct', $made, 'result/0/status', 1 );
member( 'createacct', $made, 'result/0/statusmsg' );
$there = 1;
member( 'createacct', $made, 'result/0/rawout' );
member( 'createacct', $made, 'result/0/options/package', 'default' );
print "ok - createacct made $account\n";

member( 'a name that is taken', call( 'createacct', username => $account, domain => "other-$account.example" ), 'result/0/status', 0 );
print "ok - createacct refuses a name that is taken\n";

my $summary = call( 'accountsummary', user => $account );
member( 'accountsummary', $summary, 'status',        1 );
member( 'accountsummary', $summary, 'statusmsg',     'Ok' );
member( 'accountsummary', $summary, 'acct/0/domain', "$account.example" );
print "ok - accountsummary shows it\n";

member( 'suspendacct', call( 'suspendacct', user => $account, reason => 'caf\xe9 & <b>"unpaid"</b>' ), 'result/0/status', 1 );
my $list = call( 'listaccts', searchtype => 'user', searchmethod => 'exact', search => $account );
member( 'listaccts', $list, 'status',                1 );
member( 'listaccts', $list, 'acct/0/suspended',      1 );
member( 'listaccts', $list, 'acct/0/suspendreason', 'caf\xe9 & <b>"unpaid"</b>' );
print "ok - suspendacct suspended it, with the reason\n";

my $gone = call( 'removeacct', user => $account );
member( 'removeacct', $gone, 'result/0/status', 1 );
member( 'removeacct', $gone, 'result/0/rawout' );
$there = 0;
my $after = call( 'accountsummary', user => $account );
member( 'a removed account', $after, 'status', 0 );
member( 'a removed account', $after, 'statusmsg' );
print "ok - removeacct removed it\n";

member( 'no such function', call('nosuchfunction'), 'error' );
print "ok - an unknown function is answered with its error\n";
