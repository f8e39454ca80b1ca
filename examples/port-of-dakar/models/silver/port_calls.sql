-- One row per port call, every instant in UTC, with what the port authority's system forgot filled in from elsewhere:
-- the terminal from the berth, the time of berthing from the public page, and operations that ended before they began put in order.

with calls as (

    select
        call_id,
        status,
        try_cast(imo as integer)    as imo,
        trim(vessel_name)           as vessel_name,
        terminal                    as terminal_code,
        berth,
        agent,
        last_port,
        next_port,
        draught_m,
        eta,
        etd,
        anchored_at,
        berthed_at,
        operations_started_at,
        operations_ended_at,
        sailed_at,
        updated_at,
        operations_ended_at < operations_started_at as has_swapped_operations

    from {{ source('port_authority', 'port_calls') }}

)

select
    calls.call_id,
    calls.status,
    calls.imo,
    calls.vessel_name,
    coalesce(calls.terminal_code, berths.terminal_code) as terminal_code,
    coalesce(calls.berth, stays.berth)                  as berth,
    calls.agent,
    calls.last_port,
    calls.next_port,
    calls.draught_m,
    calls.eta,
    calls.etd,
    calls.anchored_at,
    coalesce(calls.berthed_at, stays.berthed_at)        as berthed_at,
    if(has_swapped_operations, calls.operations_ended_at, calls.operations_started_at) as operations_started_at,
    if(has_swapped_operations, calls.operations_started_at, calls.operations_ended_at) as operations_ended_at,
    calls.sailed_at,
    calls.updated_at

from calls
left join {{ ref('berths') }} as berths using (berth)
left join {{ ref('berth_stays') }} as stays using (call_id)
