-- One row per day with flights, and the unknown day.

with days as (

    select distinct cast(departed_at as date) as day
    from {{ ref('flights') }}

)

select
    cast(strftime(day, '%Y%m%d') as integer)    as date_key,
    day,
    cast(year(day) as smallint)                 as year,
    cast(month(day) as smallint)                as month,
    monthname(day)                              as month_name,
    cast(isodow(day) as smallint)               as day_of_week,
    dayname(day)                                as day_name,
    isodow(day) >= 6                            as is_weekend

from days

union all by name

select
    -1          as date_key,
    'Unknown'   as month_name,
    'Unknown'   as day_name
