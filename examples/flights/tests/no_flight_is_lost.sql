-- Every flight of the source is in the fact table and in each aggregate.

with counts as (

    select
        (select count(*) from {{ source('vega_datasets', 'flights') }})         as collected,
        (select count(*) from {{ ref('fact_flight') }})                         as facts,
        (select sum(flights) from {{ ref('kpi_airport_hour') }})                as by_hour,
        (select sum(flights) from {{ ref('kpi_route') }})                       as by_route

)

select *
from counts
where collected <> facts
   or collected <> by_hour
   or collected <> by_route
