-- One row per vessel and second. Receivers hear some messages twice and deliver others days late, so new rows are those of batches
-- not seen yet, whatever the time of observation; a message heard again replaces itself.

{{ config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['mmsi', 'observed_at']
) }}

select
    mmsi,
    make_timestamptz(ts * 1000000)      as observed_at,
    lat                                 as latitude,
    lon                                 as longitude,
    sog                                 as speed_knots,
    cog                                 as course_deg,
    nav                                 as navigation_status,
    max(_escale_file)                   as batch

from {{ source('ais_receiver', 'ais_positions') }}
{% if is_incremental() %}
where _escale_file > (select max(batch) from {{ this }})
{% endif %}
group by all
