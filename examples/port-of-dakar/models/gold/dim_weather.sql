-- One row per hour that was observed, and the unknown weather.

select
    {{ hour_key('hour') }}      as weather_key,
    *,
    -- the limits beyond which pilots bring no ship in or out
    wave_height_m > 2.1         as is_rough_sea,
    wind_speed_kmh > 50         as is_high_wind

from {{ ref('weather') }}

union all by name

select -1 as weather_key
