-- How much of a month the berths of a terminal were taken: a stay over the turn of a month counts in both for its part,
-- and the current month ends with the last thing that the port reported.

with report as (

    select max(updated_at) as reported_until
    from {{ ref('port_calls') }}

),

months as (

    select
        first_of_month                                                          as month,
        first_of_month::timestamp at time zone 'UTC'                            as starts_at,
        least((first_of_month + interval '1 month') at time zone 'UTC', reported_until) as ends_at

    from {{ ref('dim_date') }}, report
    where first_of_month::timestamp at time zone 'UTC' < reported_until
    group by all

),

occupied as (

    select
        months.month,
        stays.terminal_code,
        count(*)        as stays,
        sum(date_diff(
            'minute',
            greatest(stays.berthed_at, months.starts_at),
            least(coalesce(stays.sailed_at, months.ends_at), months.ends_at)
        )) / 60         as occupied_hours

    from months
    join {{ ref('berth_stays') }} as stays
        on stays.berthed_at < months.ends_at
        and coalesce(stays.sailed_at, months.ends_at) > months.starts_at
    group by all

)

select
    months.month,
    terminals.terminal_key,
    coalesce(occupied.stays, 0)                                                     as stays,
    round(coalesce(occupied.occupied_hours, 0), 2)                                  as occupied_hours,
    round(terminals.berth_count * date_diff('minute', months.starts_at, months.ends_at) / 60, 2) as available_hours,
    round(coalesce(occupied.occupied_hours, 0) * 60
        / (terminals.berth_count * date_diff('minute', months.starts_at, months.ends_at)), 4)    as occupancy

from months
cross join {{ ref('dim_terminal') }} as terminals
left join occupied
    on occupied.month = months.month
    and occupied.terminal_code = terminals.terminal_code
where terminals.terminal_key <> -1
