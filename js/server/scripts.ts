/**
 * What Redis does in one step, in Lua.
 *
 * The first key of each is the hash of a supplier's counters: `f`, the floor; `r`, the server's run in which that holds; `e`, the highest
 * epoch of all; and for each tag that has counted `t` and the tag. A run is a process: one that was started again may have an older state,
 * and a replica that has taken over may lack the last writes, so counters that were begun in another run are begun anew. An entry is a hash
 * of its own: `f`, the floor above which it was stored; `g`, its tags with what their counters said; `h`, header; `t`, when it was stored
 * in milliseconds; `i`, etag; `v`, value.
 */

const COMMON = `
local NONE = '0.0.0'
local function parts(text)
  local epoch, count, origin = string.match(text, '^(%d+)%.(%d+)%.(%d+)$')
  return tonumber(epoch), tonumber(count), tonumber(origin)
end
local function holds(seen, known)
  if seen == known then return true end
  local e, c = parts(seen)
  local ke, kc = parts(known)
  return e > ke or (e == ke and c > kc)
end
local function after(one, other)
  local e, c, o = parts(one)
  local oe, oc, oo = parts(other)
  if e ~= oe then return e > oe end
  if c ~= oc then return c > oc end
  return o > oo
end
local function text(number) return string.format('%.0f', number) end
local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function run()
  local info = redis.pcall('INFO', 'server')
  return type(info) == 'string' and string.match(info, 'run_id:(%w+)') or '-'
end
`;

/** ARGV: the most counters of a supplier, for how long they are kept unused in milliseconds. */
const COUNTERS = `${COMMON}
local counters = KEYS[1]
local wall = now()
local floor
local function begin()
  redis.call('PEXPIRE', counters, ARGV[2])
  local own = redis.call('HMGET', counters, 'f', 'r', 'e')
  local current = run()
  floor = own[1]
  if not floor or own[2] ~= current or redis.call('HLEN', counters) > tonumber(ARGV[1]) then
    floor = text(math.max(wall, (tonumber(own[3]) or 0) + 1))
    redis.call('UNLINK', counters)
    redis.call('HSET', counters, 'f', floor, 'r', current, 'e', floor)
    redis.call('PEXPIRE', counters, ARGV[2])
  end
end
local function known(tags)
  local all = {}
  for first = 1, #tags, 1000 do
    local some = redis.call('HMGET', counters, unpack(tags, first, math.min(first + 999, #tags)))
    for at = 1, #some do all[first + at - 1] = some[at] end
  end
  return all
end
local function count(tags, said)
  local top = tonumber(redis.call('HGET', counters, 'e'))
  local highest = top
  for first = 1, #tags, 1000 do
    local pairs = {}
    for at = first, math.min(first + 999, #tags) do
      pairs[#pairs + 1] = tags[at]
      pairs[#pairs + 1] = said[at]
      highest = math.max(highest, (parts(said[at])))
    end
    redis.call('HSET', counters, unpack(pairs))
  end
  if highest > top then redis.call('HSET', counters, 'e', text(highest)) end
end
`;

/** KEYS: counters, entry. ARGV: an etag whose body is not wanted. Changes nothing. */
export const READ = `${COMMON}
local entry = redis.call('HMGET', KEYS[2], 'f', 'g', 'h', 't', 'i')
if not entry[1] then return false end
local fields, seen = { 'f', 'r' }, {}
for tag, generation in string.gmatch(entry[2], '(%S+) (%S+)') do
  fields[#fields + 1] = tag
  seen[#seen + 1] = generation
end
local said = redis.call('HMGET', KEYS[1], unpack(fields))
if said[1] ~= entry[1] or said[2] ~= run() then return false end
for at = 1, #seen do
  if said[at + 2] and not holds(seen[at], said[at + 2]) then return false end
end
local age = text(math.max(0, now() - tonumber(entry[4])))
if entry[5] == ARGV[1] then return { entry[3], age, entry[5] } end
return { entry[3], age, entry[5], redis.call('HGET', KEYS[2], 'v') }
`;

/**
 * KEYS: counters, and each entry. ARGV, after those of {@link COUNTERS}, for each entry: its tags with what their counters said, header,
 * etag, lifetime in milliseconds, body; a lifetime of 0 says that there is none to be kept. Gives for each entry nothing, or what its counters say if it was superseded.
 */
export const WRITE = `${COUNTERS}
-- A Redis without room refuses this, and would refuse nothing after a first write of another kind, as invalidations make it.
redis.call('HSETNX', counters, 'r', '-')
begin()
local results = {}
for number = 2, #KEYS do
  local at = 3 + (number - 2) * 5
  local tags, seen = {}, {}
  for tag, generation in string.gmatch(ARGV[at], '(%S+) (%S+)') do
    tags[#tags + 1] = tag
    seen[#seen + 1] = generation
  end
  local said = known(tags)
  local taught, teaching, isValid = {}, {}, true
  for i = 1, #tags do
    -- Who knows of no counter where there is none has missed nothing.
    if not said[i] then said[i] = seen[i] == NONE and NONE or floor .. '.0.0' end
    if not holds(seen[i], said[i]) then isValid = false end
    if seen[i] ~= said[i] then
      taught[#taught + 1] = tags[i]
      teaching[#teaching + 1] = seen[i]
    end
  end
  if isValid then
    if #taught > 0 then count(taught, teaching) end
    redis.call('DEL', KEYS[number])
    if tonumber(ARGV[at + 3]) > 0 then
      redis.call('HSET', KEYS[number], 'f', floor, 'g', ARGV[at], 'h', ARGV[at + 1], 't', text(wall), 'i', ARGV[at + 2], 'v', ARGV[at + 4])
      redis.call('PEXPIRE', KEYS[number], ARGV[at + 3])
    end
    results[number - 1] = 0
  else
    results[number - 1] = said
  end
end
return results
`;

/**
 * KEYS: counters, and the entries of tags of keys. ARGV, after those of {@link COUNTERS}: for each tag it, and what whoever asks has
 * counted, or nothing. Gives what they say now.
 */
export const RAISE = `${COUNTERS}
begin()
local tags, told = {}, {}
for at = 3, #ARGV, 2 do
  tags[#tags + 1] = ARGV[at]
  told[#told + 1] = ARGV[at + 1]
end
local said = known(tags)
for at = 1, #tags do
  local now = said[at] or floor .. '.0.0'
  local epoch, counted = parts(now)
  if told[at] ~= '' and not after(now, told[at]) then
    said[at] = told[at]
  elseif counted < 4294967295 then
    said[at] = text(epoch) .. '.' .. text(counted + 1) .. '.0'
  else
    said[at] = text(math.max(wall, epoch + 1)) .. '.1.0'
  end
end
count(tags, said)
for number = 2, #KEYS do redis.call('UNLINK', KEYS[number]) end
return said
`;

/** KEYS: counters. ARGV, after those of {@link COUNTERS}: tags. Gives what they say. */
export const COUNTS = `${COUNTERS}
begin()
local tags = {}
for at = 3, #ARGV do tags[at - 2] = ARGV[at] end
local said = known(tags)
for at = 1, #tags do said[at] = said[at] or NONE end
return said
`;
