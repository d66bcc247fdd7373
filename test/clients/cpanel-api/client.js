// Makes an account through cpanel-api, as npm has it: it signs in by the form (a
// GET with a body), follows to where that leads, takes the security token from the
// path, and calls createacct by a GET with a body, on port 2087 and no other.
// Prints a line for each thing that it saw, and stops at the first that is wrong.
//
// Wants HOSTKEEP_HOST, HOSTKEEP_USER, HOSTKEEP_PASSWORD, HOSTKEEP_ACCOUNT (to be
// made), and the server's certificate in NODE_EXTRA_CA_CERTS.
'use strict'

const { WHM } = require('cpanel-api/js/modules')

function fail (text) {
  console.error('not ok - ' + text)
  process.exit(1)
}

function setting (name) {
  return process.env[name] || fail(name + ' is not set')
}

const profile = { host: setting('HOSTKEEP_HOST'), user: setting('HOSTKEEP_USER'), pass: setting('HOSTKEEP_PASSWORD') }
const user = setting('HOSTKEEP_ACCOUNT')
const account = { username: user, domain: user + '.example', plan: 'default', contactemail: 'a+b@' + user + '.example' }

function createacct (as) {
  return new Promise((resolve) => new WHM().createacct(as, account, (err, answer) => resolve({ err, answer })))
}

async function main () {
  const wrong = await createacct({ ...profile, pass: profile.pass + 'x' })
  if (!wrong.err) fail('a wrong password made an account: ' + wrong.answer)
  console.log('ok - a wrong password makes nothing')
  const made = await createacct(profile)
  if (made.err) fail('createacct: ' + made.err.message)
  if (made.answer !== 'Account Creation Ok') fail('createacct says ' + made.answer)
  console.log('ok - createacct made ' + user)
  const again = await createacct(profile)
  if (!again.err || !again.answer.metadata || again.answer.metadata.result !== 0) fail('the same account was made twice')
  console.log('ok - and not twice: ' + again.err.message)
}

main().catch((err) => fail(err.stack))
