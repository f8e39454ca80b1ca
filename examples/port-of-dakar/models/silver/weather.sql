-- Hourly marine weather, one row per hour. The source sends one array per variable, side by side: unnesting them together
-- puts the hours back into rows.

with hours as (

    select
        unnest(hourly.time)                 as hour,
        unnest(hourly.wave_height)          as wave_height_m,
        unnest(hourly.wave_period)          as wave_period_s,
        unnest(hourly.wave_direction)       as wave_direction_deg,
        unnest(hourly.swell_wave_height)    as swell_wave_height_m,
        unnest(hourly.wind_wave_height)     as wind_wave_height_m,
        unnest(hourly.wind_speed_10m)       as wind_speed_kmh,
        unnest(hourly.wind_direction_10m)   as wind_direction_deg,
        unnest(hourly.temperature_2m)       as temperature_c,
        unnest(hourly.precipitation)        as precipitation_mm,
        unnest(hourly.visibility)           as visibility_m

    from {{ source('marine_weather', 'weather') }}

)

select
    * replace (
        cast(hour as timestamp) at time zone 'UTC'      as hour,
        -- no wave off Dakar is 20 m high: the buoy sends 99.99 when its sensor fails
        if(wave_height_m > 20, null, wave_height_m)     as wave_height_m
    )

from hours
