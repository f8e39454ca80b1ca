select *
from {{ ref('kpi_berth_occupancy') }}
where occupancy not between 0 and 1
