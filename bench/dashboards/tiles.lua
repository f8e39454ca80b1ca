-- wrk -t2 -c200 -d15s -s bench/dashboards/tiles.lua http://127.0.0.1:5080: viewers of one dashboard, every one asking for its tiles in turn.
-- ESCALE_TOKEN: an API token (or ESCALE_COOKIE a session's cookies); DASHBOARD and TILES: whose tiles; FILTERS: the address's query.
local tiles, at = {}, 0
for tile in (os.getenv("TILES") or "calls cargo wait occupancy traffic waiting flows rhythm"):gmatch("%S+") do
  local query = os.getenv("FILTERS")
  tiles[#tiles + 1] = "/api/v1/dashboards/" .. (os.getenv("DASHBOARD") or "port-kpis") .. "/tiles/" .. tile .. (query and "?" .. query or "")
end
local headers = { ["Accept"] = "application/json" }
if os.getenv("ESCALE_COOKIE") then headers["Cookie"] = os.getenv("ESCALE_COOKIE") else headers["Authorization"] = "Bearer " .. (os.getenv("ESCALE_TOKEN") or "") end

function request()
  at = at % #tiles + 1
  return wrk.format("GET", tiles[at], headers)
end

