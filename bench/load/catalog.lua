-- Asks for the paths given in turn, each connection pausing between two requests, and before the first; prints what was seen as one line of JSON.
-- wrk ... -s catalog.lua URL -- PAUSE_MS PATH...
local paths, pause, at = {}, 0, 0

function init(arguments)
  pause = tonumber(arguments[1])
  for i = 2, #arguments do paths[#paths + 1] = arguments[i] end
end

-- Spread, as people are: with the same pause for all they would ask in step, a hundred at once.
function delay() return math.random() * 2 * pause end

function request()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "errors": %d, "p50": %.3f, "p95": %.3f, "p99": %.3f}\n', summary.requests,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
