# The life of an account through Ruby's net/http: one connection kept alive, every
# parameter in the query of a POST without a body, and answers in gzip, which
# net/http asks for. Prints a line for each thing that it saw, and stops at the
# first that is wrong.
#
# Wants HOSTKEEP_ADDR (host:port), HOSTKEEP_USER, HOSTKEEP_TOKEN (with create-acct,
# list-accts, acct-summary, suspend-acct, kill-acct and basic-whm-functions) and
# HOSTKEEP_CA.
require 'json'
require 'net/http'
require 'uri'

def fail_with(text)
  warn "not ok - #{text}"
  exit 1
end

def setting(name)
  ENV[name].to_s.empty? ? fail_with("#{name} is not set") : ENV[name]
end

def member(about, from, *path)
  path.each do |step|
    there = from.is_a?(Hash) ? from.key?(step) : from.is_a?(Array) && step.is_a?(Integer) && step < from.size
    fail_with("#{about}: #{path.join('.')} is missing") unless there
    from = from[step]
  end
  from
end

def same(about, got, want)
  fail_with("#{about} is #{got.inspect}, not #{want.inspect}") unless got == want
end

# call posts nothing to a path with a query, and wants a result of API 1.
def call(http, function, params = {}, result = 1)
  request = Net::HTTP::Post.new("/json-api/#{function}?#{URI.encode_www_form({ 'api.version' => 1 }.merge(params))}")
  request['Authorization'] = "whm #{setting('HOSTKEEP_USER')}:#{setting('HOSTKEEP_TOKEN')}"
  answer = http.request(request)
  same("#{function}: HTTP status", answer.code, '200')
  json = JSON.parse(answer.body)
  same("#{function}: metadata.command", member(function, json, 'metadata', 'command'), function)
  reason = member(function, json, 'metadata', 'reason')
  fail_with("#{function}: #{reason}") unless member(function, json, 'metadata', 'result') == result
  json
rescue JSON::ParserError => e
  fail_with("#{function}: no JSON: #{e.message}")
end

host, port = setting('HOSTKEEP_ADDR').split(':')
user = "r#{(Time.now.to_f * 1000).to_i.to_s(36)[-7..]}"
Net::HTTP.start(host, port.to_i, use_ssl: true, ca_file: setting('HOSTKEEP_CA'), read_timeout: 60) do |http|
  names = member('applist', call(http, 'applist'), 'data', 'app')
  fail_with('applist does not have createacct') unless names.include?('createacct')
  puts "ok - applist names #{names.size} functions"

  call(http, 'createacct', 'username' => user, 'domain' => "#{user}.example", 'plan' => 'default', 'password' => "Long.enough.1#{user}")
  puts "ok - createacct by an empty POST made #{user}"
  begin
    call(http, 'suspendacct', 'user' => user, 'reason' => "a b+c&d=e%20é\u2028\"")
    list = call(http, 'listaccts', 'searchtype' => 'user', 'searchmethod' => 'exact', 'search' => user)
    account = member('listaccts', list, 'data', 'acct', 0)
    same('user', member('listaccts', account, 'user'), user)
    same('suspended', member('listaccts', account, 'suspended'), 1)
    same('suspendreason', member('listaccts', account, 'suspendreason'), "a b+c&d=e%20é\u2028\"")
    puts 'ok - suspendacct suspended it, and the reason is as it was sent'
    page = call(http, 'listaccts', 'api.chunk.enable' => 1, 'api.chunk.size' => 1, 'api.chunk.verbose' => 1, 'api.columns.enable' => 1,
                                   'api.columns.a' => 'user', 'api.sort.enable' => 1, 'api.sort.a.field' => 'user')
    same('a page of one record', member('listaccts', page, 'data', 'acct').map(&:keys), [['user']])
    puts "ok - a page of one column, of #{member('listaccts', page, 'metadata', 'chunk', 'records')} records"
  ensure
    call(http, 'removeacct', 'user' => user)
  end
  call(http, 'accountsummary', { 'user' => user }, 0)
  puts 'ok - removeacct removed it'
end
