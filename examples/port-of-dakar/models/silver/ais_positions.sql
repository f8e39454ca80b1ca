-- One row per vessel and second. Receivers hear a message twice and deliver some of them days late, so new rows are those of
-- batches not seen yet, whatever the time of observation; a row heard before is replaced by itself.

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
    _batch                              as batch

from {{ source('ais_receiver', 'ais_positions') }}
{% if is_incremental() %}
where _batch > (select max(batch) from {{ this }})
{% endif %}

qualify row_number() over (partition by mmsi, ts order by _batch) = 1
