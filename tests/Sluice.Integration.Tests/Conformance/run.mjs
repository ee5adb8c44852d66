// Runs the public HTTP cache tests through a proxy: node run.mjs URL [ID...]
// Prints one JSON array: group, id, kind, whether it passed, and what was seen where it did not.
import fetch from 'node-fetch'
import { runTests, getResults } from 'http-cache-tests/client/runner.mjs'
import suites from 'http-cache-tests/tests/index.mjs'

const [base, ...only] = process.argv.slice(2)
const tests = suites.flatMap(suite => suite.tests.map(test => ({ ...test, group: suite.id })))
  .filter(test => !test.browser_only && (only.length === 0 || only.includes(test.id)))

await runTests([{ tests }], fetch, false, base)

const results = getResults()
const byId = new Map(tests.map(test => [test.id, test]))

// A test says nothing where one it builds on has failed.
function failure (test) {
  if (results[test.id] !== true) return results[test.id].join(': ')
  const gate = (test.depends_on || []).map(id => byId.get(id)).find(on => on && failure(on) !== null)
  return gate ? `not judged: ${gate.id} has failed` : null
}

console.log(JSON.stringify(tests.map(test => ({
  group: test.group, id: test.id, kind: test.kind || 'required', passed: failure(test) === null, seen: failure(test) || ''
}))))
