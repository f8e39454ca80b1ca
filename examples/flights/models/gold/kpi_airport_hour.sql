-- How punctual each airport is over the hours of the day.

select
    origin_key                              as airport_key,
    departure_hour,
    count(*)                                as flights,
    round(avg(delay_minutes), 2)            as mean_delay_minutes,
    round(quantile_cont(delay_minutes, 0.9), 1) as p90_delay_minutes,
    round(avg(cast(is_late as integer)), 4) as late_share

from {{ ref('fact_flight') }}
group by all
