-- One row per vessel and second. The receiver hears some messages twice and delivers others days late: an incremental run looks back
-- that far, and what it meets again replaces itself.

{{ config(
    materialized='incremental',
    incremental_strategy='merge',
    unique_key=['mmsi', 'observed_at']
) }}

select distinct
    mmsi,
    make_timestamptz(ts * 1000000)      as observed_at,
    lat                                 as latitude,
    lon                                 as longitude,
    sog                                 as speed_knots,
    cog                                 as course_deg,
    nav                                 as navigation_status

from {{ source('ais_receiver', 'ais_positions') }}
{% if is_incremental() %}
where ts > (select epoch(max(observed_at)) - {{ var('ais_late_days') }} * 86400 from {{ this }})
{% endif %}
