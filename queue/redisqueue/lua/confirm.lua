-- Write something, so that what was written before is surely kept too: an
-- answer is about to be given that the record does not have yet.
-- Returns CONFIRMED and the epoch, or a fault.
local wrong = fault()
if wrong then return {wrong, m.epoch} end
redis.call('HSET', KEYS[1], 'confirmed', math.max(tonumber(ARGV[3]), m.t))
return {'CONFIRMED', m.epoch}
