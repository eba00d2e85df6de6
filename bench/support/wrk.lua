-- Sends each prepared request once, in the order of the file, and writes down what was answered. The answers are checked against the database
-- afterwards, one by one: a fast server that drops work must not look good.
local file, bytes, answers
sent, ended = 0, 0

function setup(thread) one = thread end

function init(args)
  file = assert(io.open(args[1], "rb"))
  bytes = tonumber(args[2])
  answers = assert(io.open(args[3], "wb"))
  answers:setvbuf("full", 65536)
end

function request()
  local text = file:read(bytes)
  if text == nil or #text < bytes then
    -- There are always more than can be sent; an empty one would be counted as an error.
    ended = 1
    return "GET /ended HTTP/1.1\r\nHost: localhost\r\n\r\n"
  end
  sent = sent + 1
  return text
end

function response(status, headers, body)
  answers:write(status, " ", body, "\n")
end

function done(summary, latency)
  local errors = summary.errors
  -- stderr, because wrk tells its own story on stdout.
  io.stderr:write(string.format(
    '{"answers":%d,"seconds":%.6f,"p50Ms":%.3f,"p99Ms":%.3f,"maxMs":%.3f,"sent":%d,"ended":%d,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000,
    one:get("sent"), one:get("ended"), errors.connect + errors.read + errors.write + errors.timeout))
end
