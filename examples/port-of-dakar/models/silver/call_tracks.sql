-- What the AIS receiver heard of each call: a position belongs to the vessel's latest call that it can belong to.

with visits as (

    select
        calls.call_id,
        vessels.mmsi,
        calls.anchored_at,
        calls.sailed_at,
        calls.anchored_at - interval '{{ var("track_margin_hours") }} hours'   as window_start,
        coalesce(calls.sailed_at, timestamptz 'infinity') + interval '{{ var("track_margin_hours") }} hours' as window_end

    from {{ ref('port_calls') }} as calls
    join {{ ref('vessels') }} as vessels using (imo)
    where calls.anchored_at is not null

)

select
    visits.call_id,
    count(*)                                as position_count,
    min(positions.observed_at)              as first_heard_at,
    max(positions.observed_at)              as last_heard_at,
    round(avg(positions.speed_knots) filter (positions.observed_at < visits.anchored_at), 2)    as approach_speed_knots,
    round(avg(positions.speed_knots) filter (positions.observed_at > visits.sailed_at), 2)      as departure_speed_knots

from {{ ref('ais_positions') }} as positions
asof join visits
    on positions.mmsi = visits.mmsi
    and positions.observed_at >= visits.window_start
where positions.observed_at < visits.window_end
group by visits.call_id
