-- Airports; the file writes NA for what it does not know.

select
    iata,
    name                    as airport_name,
    nullif(city, 'NA')      as city,
    nullif(state, 'NA')     as state,
    country,
    latitude,
    longitude

from {{ source('vega_datasets', 'airports') }}
