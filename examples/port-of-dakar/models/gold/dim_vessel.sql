-- One row per vessel of the register, and the unknown vessel.

select
    {{ surrogate_key(['imo']) }} as vessel_key,
    imo,
    mmsi,
    vessel_name,
    ship_type,
    ais_type,
    flag,
    owner,
    length_m,
    draught_m                                           as max_draught_m,
    gross_tonnage,
    built_year

from {{ ref('vessels') }}

union all by name

select
    -1          as vessel_key,
    'Unknown'   as vessel_name,
    'Unknown'   as ship_type
