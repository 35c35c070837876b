"""What IT runs: services, applications, configuration items, how they depend on each other, assets.

Services depend on applications, applications on virtual machines and databases, those on servers,
servers on storage, racks and switches. Relations point from the object that depends to the one it
depends on and hold no cycle; services serving each other in a circle shows in service usage.
"""

from __future__ import annotations

import duckdb

from itfm.demo.sql import table_from_list


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create services, applications, items, relations and assets."""
    table_from_list(con, "service_list", "services", {"capacity_quantity": "integer"})
    con.execute("""
        create or replace table services as
        select * exclude (row_order) from service_list order by row_order
    """)
    create_applications(con)
    create_items(con)
    create_relationships(con)
    create_assets(con)


def create_applications(con: duckdb.DuckDBPyConnection) -> None:
    """Eighty applications; `home_service_id` is the service that each serves first."""
    table_from_list(con, "application_lists", "applications")
    con.execute("""
        create or replace table application_details as
        with named as (
            select
                home_service_id,
                unnest(string_split(names, ',')) as application_name,
                unnest(range(len(string_split(names, ',')))) as place,
                row_order
            from application_lists
        ),

        numbered as (
            select *, row_number() over (order by row_order, place)::integer as number
            from named
        )

        select
            'APP' || lpad(number::varchar, 3, '0') as application_id,
            application_name,
            s.owner_name,
            case
                when place <= 1 and s.service_type = 'business' then 'critical'
                when place <= 3 then 'high'
                when place <= 6 then 'medium'
                else 'low'
            end as criticality,
            case
                when application_name in ('Message Translator', 'Yard Management') then 'retiring'
                when application_name = 'Store Kiosk' then 'retired'
                else 'active'
            end as lifecycle_status,
            home_service_id = 'SVC-AIP' or application_name = 'Customer Chat' as is_ai,
            case when application_name = 'Store Kiosk' then date '2024-09-30' end as retired_on,
            n.home_service_id,
            n.number,
            n.place
        from numbered as n
        inner join services as s on n.home_service_id = s.service_id
        order by number
    """)


def create_items(con: duckdb.DuckDBPyConnection) -> None:
    """Six hundred configuration items; a few servers wait in stock and a few have retired."""
    table_from_list(
        con,
        "item_classes",
        "item_classes",
        {"items": "integer", "smallest": "integer", "largest": "integer", "unit_cost": "integer"},
    )
    con.execute("""
        create or replace table item_details as
        with numbered as (
            select
                c.*,
                unnest(range(1, items + 1))::integer as number
            from item_classes as c
        ),

        drawn as (
            select *, mix(concat('item:', ci_class, number)) as bits from numbered
        )

        select
            'CI-' || upper(prefix) || '-' || lpad(number::varchar, 4, '0') as ci_id,
            case when ci_class = 'server' and number > 50 then 'gpu' else prefix end
            || '-' || lpad(number::varchar, 3, '0') as ci_name,
            ci_class,
            case
                when ci_class not in ('virtual_machine', 'database', 'server') then 'production'
                when draw(bits, 0) < 0.66 then 'production'
                when draw(bits, 0) < 0.82 then 'test'
                when draw(bits, 0) < 0.93 then 'development'
                else 'disaster_recovery'
            end as environment,
            case
                when ci_class in ('server', 'storage') and number % 17 = 0 then 'in_stock'
                when ci_class in ('server', 'virtual_machine') and number % 29 = 0 then 'retired'
                else 'operational'
            end as operational_status,
            case
                when site = 'Field' and number % 6 = 0 then 'Leeds Office'
                when site = 'Field' then 'Store and Office Network'
                when number % 5 = 0 then 'Leeds DC2'
                else site
            end as site,
            smallest + pick(bits, 1, largest - smallest + 1) as cost_weight,
            (date '2019-02-01' + pick(bits, 2, 2300))::date as installed_on,
            case
                when ci_class in ('server', 'virtual_machine') and number % 29 = 0
                    then date '2025-03-31' - number
            end as retired_on,
            number,
            asset_class,
            unit_cost,
            bits
        from drawn
        order by ci_class, number
    """)


def create_relationships(con: duckdb.DuckDBPyConnection) -> None:
    """Relations from services down to racks, storage and switches."""
    con.execute("""
        create or replace table relationships as
        with live_virtual_machines as (
            select ci_id, row_number() over (order by number) - 1 as place
            from item_details
            where ci_class = 'virtual_machine' and operational_status = 'operational'
        ),

        live_servers as (
            select ci_id, row_number() over (order by number) - 1 as place
            from item_details
            where ci_class = 'server' and operational_status = 'operational' and number <= 50
        ),

        live_storage as (
            select ci_id, row_number() over (order by number) - 1 as place
            from item_details
            where ci_class = 'storage' and operational_status = 'operational'
        ),

        counts as (
            select
                (select count(*) from live_virtual_machines) as virtual_machines,
                (select count(*) from live_servers) as servers,
                (select count(*) from live_storage) as storage
        ),

        -- a service depends on its own applications; some applications serve a second service
        services_on_applications as (
            select home_service_id as from_id, 'depends_on' as relationship_type,
                application_id as to_id, null::date as valid_from, retired_on as valid_to
            from application_details
            union all
            select second.service_id, 'depends_on', a.application_id,
                case when a.number % 3 = 0 then date '2024-01-01' end, null
            from application_details as a
            inner join (values
                ('Order Hub', 'SVC-CRM'), ('Loyalty Program', 'SVC-ECM'),
                ('Pricing Engine', 'SVC-POS'), ('Data Warehouse', 'SVC-ERP'),
                ('Data Lake', 'SVC-AIP'), ('Warehouse Management', 'SVC-ECM'),
                ('Customer Profile', 'SVC-ECM'), ('Master Data Hub', 'SVC-SCM'),
                ('Procurement Portal', 'SVC-SCM'), ('Quality Laboratory', 'SVC-SCM'),
                ('Store Inventory', 'SVC-SCM'), ('Demand Forecast Model', 'SVC-SCM'),
                ('Visual Inspection', 'SVC-MES'), ('Customer Chat', 'SVC-AIP'),
                ('Time Recording', 'SVC-POS'), ('Core HR', 'SVC-IDM')
            ) as second (application_name, service_id)
                on a.application_name = second.application_name
        ),

        applications_on_machines as (
            select a.application_id, 'runs_on',
                v.ci_id, null::date, a.retired_on
            from application_details as a
            cross join counts as c
            cross join range(0, 4) as copies (copy)
            inner join live_virtual_machines as v
                on v.place = (a.number * 2 + copy * 41) % c.virtual_machines
            where copy < 2 + a.number % 3
        ),

        applications_on_databases as (
            select a.application_id, 'uses', d.ci_id, null::date, a.retired_on
            from application_details as a
            inner join item_details as d
                on d.ci_class = 'database' and (d.number - 1) % 80 + 1 = a.number
        ),

        databases_on_machines as (
            select d.ci_id, 'hosted_on', v.ci_id, null::date, null::date
            from item_details as d
            cross join counts as c
            inner join live_virtual_machines as v on v.place = (d.number * 7) % c.virtual_machines
            where d.ci_class = 'database'
        ),

        machines_on_servers as (
            select v.ci_id, 'hosted_on', s.ci_id, null::date, null::date
            from live_virtual_machines as v
            cross join counts as c
            inner join live_servers as s on s.place = v.place % c.servers
        ),

        gpu_servers as (
            select a.application_id, 'runs_on', s.ci_id, date '2023-04-01', null::date
            from application_details as a
            inner join item_details as s on s.ci_class = 'server' and s.number > 50
            where a.home_service_id = 'SVC-AIP' and s.operational_status = 'operational'
                and s.number % 6 = a.place
        ),

        servers_on_storage as (
            select s.ci_id, 'uses', t.ci_id, null::date, null::date
            from live_servers as s
            cross join counts as c
            inner join live_storage as t on t.place = s.place % c.storage
        ),

        servers_in_racks as (
            select s.ci_id, 'hosted_on', r.ci_id, null::date, null::date
            from item_details as s
            inner join item_details as r
                on r.ci_class = 'rack' and r.number = (s.number - 1) % 20 + 1
            where s.ci_class = 'server' and s.operational_status <> 'retired'
        ),

        servers_on_switches as (
            select s.ci_id, 'uses', n.ci_id, null::date, null::date
            from live_servers as s
            inner join item_details as n
                on n.ci_class = 'network_device' and n.number = s.place % 24 + 1
        ),

        network_service_items as (
            select 'SVC-NET', 'depends_on', ci_id, null::date, null::date
            from item_details
            where ci_class = 'circuit' or ci_class = 'network_device' and number > 24
        ),

        workplace_items as (
            select 'SVC-WPL', 'depends_on', ci_id, null::date, null::date
            from item_details
            where ci_class = 'end_user_device'
        ),

        container_items as (
            select 'SVC-CNT', 'depends_on', k.ci_id, null::date, null::date
            from item_details as k
            where k.ci_class = 'container_cluster'
        )

        from services_on_applications
        union all from applications_on_machines
        union all from applications_on_databases
        union all from databases_on_machines
        union all from machines_on_servers
        union all from gpu_servers
        union all from servers_on_storage
        union all from servers_in_racks
        union all from servers_on_switches
        union all from network_service_items
        union all from workplace_items
        union all from container_items
        order by from_id, relationship_type, to_id
    """)


def create_assets(con: duckdb.DuckDBPyConnection) -> None:
    """Fixed assets: the hardware of the CMDB, capitalised software and facility works."""
    con.execute("""
        create or replace table fixed_assets as
        with hardware as (
            select
                ci_name as asset_name,
                asset_class,
                ci_id,
                case asset_class
                    when 'server' then 'foundry'
                    when 'storage' then 'basalt'
                    when 'network' then 'weir'
                    else 'pinecrest'
                end as vendor_group,
                case asset_class
                    when 'server' then if(ci_name like 'gpu%', 'CC1430', 'CC1220')
                    when 'storage' then 'CC1230'
                    when 'network' then if(number % 3 = 0, 'CC3010', 'CC1240')
                    else 'CC1520'
                end as cost_center_id,
                case
                    when ci_name like 'gpu%' then date '2023-03-15' + number
                    else installed_on
                end as in_service_date,
                retired_on as disposal_date,
                if(asset_class = 'end_user_device', 48, 60) as useful_life_months,
                unit_cost * if(ci_name like 'gpu%', 3, 1) as base_cost
            from item_details
            where asset_class is not null
        ),

        other_assets as (
            select
                if(n <= 26, 'Capitalized release ', 'Facility works ') || n as asset_name,
                if(n <= 26, 'software', 'facility') as asset_class,
                null as ci_id,
                if(n <= 26, 'arclight', 'cistern') as vendor_group,
                if(
                    n > 26, 'CC1210',
                    list_extract(['CC1310', 'CC1320', 'CC1330', 'CC1340', 'CC1410'], n % 5 + 1)
                ) as cost_center_id,
                (date '2019-03-31' + n % 26 * 75)::date as in_service_date,
                null::date as disposal_date,
                if(n <= 26, 60, 120) as useful_life_months,
                if(n <= 26, 520000, 640000) as base_cost
            from (select unnest(range(1, 33))::integer as n)
        ),

        together as (
            select *, mix(concat('asset:', asset_name)) as bits
            from (from hardware union all from other_assets)
        )

        select
            'FA' || (100000 + row_number() over (order by asset_class, asset_name))::varchar
            as asset_id,
            asset_name,
            asset_class,
            ci_id,
            v.vendor_id,
            cost_center_id,
            in_service_date,
            disposal_date,
            useful_life_months,
            'straight_line' as depreciation_method,
            (base_cost * (0.8 + 0.4 * draw(bits, 0)))::decimal(18, 2) as acquisition_cost,
            0::decimal(18, 2) as salvage_value,
            'USD' as currency_code
        from together
        inner join vendor_picks as v on together.vendor_group = v.vendor_group and v.pick = 0
        order by asset_id
    """)
