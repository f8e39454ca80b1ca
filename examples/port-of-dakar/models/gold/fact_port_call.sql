-- One row per port call. Times at anchor and alongside in hours, cargo from the manifests, approach from AIS.
-- waiting:    anchored to berthed          berthing: berthed to sailed
-- turnaround: anchored to sailed           delay:    sailed, compared with the departure that the agent announced

with cargo as (

    select
        call_id,
        sum(tonnes)                                         as cargo_tonnes,
        sum(tonnes) filter (direction = 'unload')           as unloaded_tonnes,
        sum(tonnes) filter (direction = 'load')             as loaded_tonnes,
        sum(boxes)                                          as container_moves,
        sum(teu)                                            as teu

    from {{ ref('cargo_movements') }}
    group by call_id

)

select
    calls.call_id,
    {{ or_unknown('days.date_key') }}                                       as date_key,
    {{ or_unknown('vessels.vessel_key') }}                                  as vessel_key,
    {{ or_unknown('terminals.terminal_key') }}                              as terminal_key,
    {{ or_unknown('weather.weather_key') }}                                 as weather_key,
    calls.berth,
    calls.status,
    calls.agent,
    calls.last_port,
    calls.next_port,
    calls.eta,
    calls.etd,
    calls.anchored_at,
    calls.berthed_at,
    calls.operations_started_at,
    calls.operations_ended_at,
    calls.sailed_at,
    calls.draught_m,
    {{ hours_between('calls.anchored_at', 'calls.berthed_at') }}            as waiting_hours,
    {{ hours_between('calls.berthed_at', 'calls.sailed_at') }}              as berthing_hours,
    {{ hours_between('calls.anchored_at', 'calls.sailed_at') }}             as turnaround_hours,
    {{ hours_between('calls.operations_started_at', 'calls.operations_ended_at') }} as operations_hours,
    {{ hours_between('calls.etd', 'calls.sailed_at') }}                     as delay_hours,
    cast(coalesce(cargo.cargo_tonnes, 0) as decimal(14, 3))                 as cargo_tonnes,
    cast(coalesce(cargo.unloaded_tonnes, 0) as decimal(14, 3))              as unloaded_tonnes,
    cast(coalesce(cargo.loaded_tonnes, 0) as decimal(14, 3))                as loaded_tonnes,
    cast(coalesce(cargo.container_moves, 0) as integer)                     as container_moves,
    cast(coalesce(cargo.teu, 0) as integer)                                 as teu,
    cast(coalesce(tracks.position_count, 0) as integer)                     as ais_positions,
    tracks.approach_speed_knots

from {{ ref('port_calls') }} as calls
left join cargo using (call_id)
left join {{ ref('call_tracks') }} as tracks using (call_id)
left join {{ ref('dim_vessel') }} as vessels using (imo)
left join {{ ref('dim_terminal') }} as terminals using (terminal_code)
left join {{ ref('dim_date') }} as days
    on days.day = cast(coalesce(calls.anchored_at, calls.eta) as date)
left join {{ ref('dim_weather') }} as weather
    on weather.hour = date_trunc('hour', calls.anchored_at)
