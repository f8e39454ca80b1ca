-- One row per airport, and the unknown airport.

select
    cast(row_number() over (order by iata) as integer) as airport_key,
    *

from {{ ref('airports') }}

union all by name

select
    -1          as airport_key,
    'Unknown'   as airport_name
