-- Begin an epoch on this server: the first of an office, or after a restart, a
-- failover or a roll-back. What the last epoch left goes on under the new one.
--
-- ARGV[5] channel of events
-- Returns OPEN if the office stands open, else GONE (no day was given),
-- REPLICA (nothing can be written here).

local wrong = fault()
if not wrong or wrong == 'NEWER' then return {'OPEN'} end
if not master then return {'REPLICA'} end
if wrong == 'GONE' and ARGV[4] == '' then return {'GONE'} end

local day, prev = m.day or ARGV[4], m.prev or ''
local seen = tonumber(ARGV[2])
local version = m.ver + 1
if seen > m.ver then version = seen + 2 end -- events were lost: a gap makes every reader read anew
local now = math.max(m.t, tonumber(ARGV[3]))
local atOnce = cjson.decode(m.atOnce or '[]')

local function move(to)
  local names = {'t', 'd', 'a', 'lines', 'log', 'c:' .. day, 'c:' .. prev}
  for _, line in ipairs(redis.call('SMEMBERS', key('lines'))) do names[#names + 1] = 'l:' .. line end
  local old = {}
  for i, name in ipairs(names) do old[i] = key(name) end
  m.epoch = to
  for i, name in ipairs(names) do
    if redis.call('EXISTS', old[i]) == 1 then redis.call('RENAME', old[i], key(name)) end
  end
end

local epoch = math.max(m.epoch, tonumber(ARGV[1])) + 1
local text = cjson.encode({
  office = office, epoch = epoch, version = version, at = now, day = day, kind = 'opened',
  command = 'opened:' .. epoch, hash = '', actor = {role = 'system'},
  counters = {seq = m.seq, atOnce = atOnce[1] and atOnce},
})
redis.call('XADD', key('log'), version .. '-0', 'event', text)
move(epoch)
redis.call('HSET', KEYS[1], 'epoch', epoch, 'ver', version, 'server', server, 't', now, 'day', day, 'prev', prev)
redis.call('PUBLISH', ARGV[5], text)
return {'OPEN'}
