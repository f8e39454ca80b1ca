-- One row per flight.

select
    coalesce(days.date_key, -1)                     as date_key,
    coalesce(origins.airport_key, -1)               as origin_key,
    coalesce(destinations.airport_key, -1)          as destination_key,
    flights.departed_at,
    cast(hour(flights.departed_at) as smallint)     as departure_hour,
    flights.distance_miles,
    flights.delay_minutes,
    flights.delay_minutes >= {{ var('late_minutes') }} as is_late

from {{ ref('flights') }} as flights
left join {{ ref('dim_date') }} as days
    on days.day = cast(flights.departed_at as date)
left join {{ ref('dim_airport') }} as origins
    on origins.iata = flights.origin
left join {{ ref('dim_airport') }} as destinations
    on destinations.iata = flights.destination
