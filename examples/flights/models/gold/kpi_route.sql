-- The routes with their traffic and delays.

select
    origin_key,
    destination_key,
    count(*)                                as flights,
    any_value(distance_miles)               as distance_miles,
    round(avg(delay_minutes), 2)            as mean_delay_minutes,
    round(avg(cast(is_late as integer)), 4) as late_share

from {{ ref('fact_flight') }}
group by all
