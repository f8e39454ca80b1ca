-- Flights under names that say what they hold. Delays are minutes behind the schedule, negative when early; three records claim to
-- be more than two hours early, which no airline does: their delay is not known.

select
    date                                    as departed_at,
    origin,
    destination,
    cast(distance as integer)               as distance_miles,
    if(delay < -120, null, cast(delay as integer)) as delay_minutes

from {{ source('vega_datasets', 'flights') }}
