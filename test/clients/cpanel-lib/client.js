// The life of an account through cpanel-lib, as npm has it: every call a GET with
// its parameters in the query, and, as in its README, without api.version where
// API 0 will do. Prints a line for each thing that it saw, and stops at the first
// that is wrong.
//
// Wants HOSTKEEP_ADDR (host:port), HOSTKEEP_USER, HOSTKEEP_TOKEN (with
// basic-system-info, list-accts, acct-summary, create-acct, suspend-acct and
// kill-acct), HOSTKEEP_CA, and the same file in NODE_EXTRA_CA_CERTS.
'use strict'

const cpanel = require('cpanel-lib')

function fail (text) {
  console.error('not ok - ' + text)
  process.exit(1)
}

function setting (name) {
  return process.env[name] || fail(name + ' is not set')
}

const [host, port] = setting('HOSTKEEP_ADDR').split(':')
const client = cpanel.createClient({ host, port, username: setting('HOSTKEEP_USER'), accessKey: setting('HOSTKEEP_TOKEN') })
const user = 'n' + Date.now().toString(36).slice(-7)

function call (action, query) {
  return new Promise((resolve) => {
    client.call(action, query, (err, res) => err ? fail(action + ': ' + (err.message || err)) : resolve(res))
  })
}

// member walks to a value and wants its type.
function member (about, value, path, type) {
  for (const step of path.split('.')) {
    value = value === null || value === undefined ? undefined : value[step]
  }
  if (typeof value !== type) fail(`${about}: ${path} is ${JSON.stringify(value)}, not of type ${type}`)
  return value
}

function same (about, got, want) {
  if (got !== want) fail(`${about} is ${JSON.stringify(got)}, not ${JSON.stringify(want)}`)
}

// v1 calls API 1 and wants a result.
async function v1 (action, query, result = 1) {
  const res = await call(action, Object.assign({ 'api.version': 1 }, query))
  same(action + ': metadata.command', member(action, res, 'metadata.command', 'string'), action)
  const reason = member(action, res, 'metadata.reason', 'string')
  if (member(action, res, 'metadata.result', 'number') !== result) fail(`${action}: ${reason}`)
  return res
}

async function main () {
  console.log('ok - version is ' + member('version', await call('version', {}), 'version', 'string') + ' without api.version')
  same('version of API 1', member('version', await v1('version', {}), 'data.version', 'string').split('.').length > 1, true)

  await v1('createacct', { username: user, domain: user + '.example', plan: 'default', password: 'Long.enough.1' + user, contactemail: 'a+b@' + user + '.example' })
  console.log('ok - createacct made ' + user)
  try {
    const account = (await v1('accountsummary', { user })).data.acct[0]
    for (const [name, want] of [['user', user], ['domain', user + '.example'], ['email', 'a+b@' + user + '.example'], ['suspended', 0]]) {
      same('accountsummary: ' + name, account[name], want)
    }
    await v1('suspendacct', { user, reason: 'unpaid & overdue + 100%' })
    const list = await call('listaccts', { searchtype: 'user', searchmethod: 'exact', search: user })
    same('listaccts in API 0: status', member('listaccts', list, 'status', 'number'), 1)
    same('listaccts in API 0: acct.0.suspendreason', member('listaccts', list, 'acct.0.suspendreason', 'string'), 'unpaid & overdue + 100%')
    console.log('ok - it is as it was made, and suspended for its reason')
  } finally {
    await v1('removeacct', { user })
  }
  const reason = member('accountsummary', await v1('accountsummary', { user }, 0), 'metadata.reason', 'string')
  console.log('ok - removeacct removed it: ' + reason)
}

main().catch((err) => fail(err.stack))
