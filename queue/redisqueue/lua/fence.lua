-- Close the office, so that nothing is decided while its record is folded into
-- a new epoch.
--
-- ARGV[5], ARGV[6] epoch and version of the record
-- ARGV[7] 1: also if it stands open
-- ARGV[8] the node's layout
-- Returns OPEN if another node opened it already, in this layout or a later one,
-- else FENCED, fence, epoch, version, server, layout.
local epoch, version = tonumber(ARGV[5]), tonumber(ARGV[6])
local function covers(e, v) return m.epoch > e or m.epoch == e and m.ver >= v end
local open = m.epoch ~= 0 and m.server == server and not m.fence
if open and ARGV[7] ~= '1' and layout() >= tonumber(ARGV[8]) and covers(epoch, version) and covers(tonumber(ARGV[1]), tonumber(ARGV[2])) then return {'OPEN'} end
local fence = 1 + math.max(epoch, m.epoch, tonumber(m.fence or 0))
redis.call('HSET', KEYS[1], 'fence', fence)
return {'FENCED', fence, m.epoch, m.ver, server, layout()}
