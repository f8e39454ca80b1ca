-- One row per day from the first to the last that any call touches, and the unknown day.

with bounds as (

    select
        cast(date_trunc('year', min(least(eta, anchored_at))) as date)              as first_day,
        cast(date_trunc('year', max(eta)) + interval 1 year - interval 1 day as date)       as last_day

    from {{ ref('port_calls') }}

),

days as (

    select cast(unnest(generate_series(first_day, last_day, interval '1 day')) as date) as day
    from bounds

)

select
    {{ date_key('day') }}                               as date_key,
    day,
    cast(year(day) as smallint)                         as year,
    cast(quarter(day) as smallint)                      as quarter,
    cast(month(day) as smallint)                        as month,
    monthname(day)                                      as month_name,
    cast(date_trunc('month', day) as date)              as first_of_month,
    cast(weekofyear(day) as smallint)                   as iso_week,
    cast(isodow(day) as smallint)                       as day_of_week,
    dayname(day)                                        as day_name,
    isodow(day) >= 6                                    as is_weekend,
    holidays.holiday,
    ramadan.hijri_year is not null                      as is_ramadan,
    -- trucks crowd the gate in the weeks before Korité and Tabaski
    (
        select min(date_diff('day', days.day, feasts.holiday_date))
        from {{ ref('holidays') }} as feasts
        where feasts.holiday in ('Korité', 'Tabaski') and feasts.holiday_date >= days.day
    )                                                   as days_to_feast

from days
left join {{ ref('holidays') }} as holidays
    on holidays.holiday_date = days.day
left join {{ ref('ramadan') }} as ramadan
    on days.day between ramadan.first_day and ramadan.last_day

union all by name

select
    -1          as date_key,
    'Unknown'   as month_name,
    'Unknown'   as day_name
