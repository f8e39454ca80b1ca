-- Waiting, berthing and turnaround by month and terminal, for the calls that have sailed.

select
    days.first_of_month                                     as month,
    calls.terminal_key,
    count(*)                                                as calls,
    round(avg(calls.waiting_hours), 2)                      as mean_waiting_hours,
    round(median(calls.waiting_hours), 2)                   as median_waiting_hours,
    round(quantile_cont(calls.waiting_hours, 0.9), 2)       as p90_waiting_hours,
    round(avg(calls.berthing_hours), 2)                     as mean_berthing_hours,
    round(avg(calls.turnaround_hours), 2)                   as mean_turnaround_hours,
    round(avg(calls.delay_hours), 2)                        as mean_delay_hours,
    round(sum(calls.container_moves) / nullif(sum(calls.operations_hours) filter (calls.container_moves > 0), 0), 1) as moves_per_hour

from {{ ref('fact_port_call') }} as calls
join {{ ref('dim_date') }} as days using (date_key)
where calls.status = 'sailed'
group by all
