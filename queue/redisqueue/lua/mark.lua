-- Look where the office is.
-- Returns MARK, epoch, version; or a fault.
local wrong = fault()
if wrong then return {wrong, m.epoch} end
return {'MARK', m.epoch, m.ver}
