-- One row per airport, and the unknown airport.

select
    {{ surrogate_key(['iata']) }} as airport_key,
    *

from {{ ref('airports') }}

union all by name

select
    -1          as airport_key,
    'Unknown'   as airport_name
