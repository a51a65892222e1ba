-- Note how far the office is recorded, and let go what the record has: of the
-- log all but the last events, and with the first command of a day the day
-- before, since what somebody needed is gone overnight.
--
-- ARGV[5] epoch, ARGV[6] version that is recorded
-- ARGV[7] how many recorded events stay
-- Returns NOTED, layout; or a fault.
local wrong = fault()
if wrong then return {wrong, m.epoch} end
local version = tonumber(ARGV[6])
if tonumber(ARGV[5]) ~= m.epoch or version <= m.jver then return {'NOTED', layout()} end
redis.call('HSET', KEYS[1], 'jver', version)
local first = version - tonumber(ARGV[7])
if version > m.began then first = math.max(first, m.began) end
if first > 0 then redis.call('XTRIM', key('log'), 'MINID', first .. '-0') end
return {'NOTED', layout()}
