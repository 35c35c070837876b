"""Who the company is: months, legal entities, cost centres, accounts, vendors, consumers, rates.

The Fernhollow Group makes and sells household goods. Its holding in the United States keeps the
books in USD, as does the retail company; the United Kingdom company keeps its own ledger in GBP.
"""

from __future__ import annotations

import duckdb

from itfm.demo.sql import table_from_text

# id | name | parent | legal entity | role of the manager | is it
COST_CENTERS = """
CC1000|Information Technology||FH01|Chief Information Officer|true
CC1100|Office of the CIO|CC1000|FH01|Chief Information Officer|true
CC1110|IT Management|CC1100|FH01|Chief Information Officer|true
CC1120|IT Finance|CC1100|FH01|Head of IT Finance|true
CC1130|Enterprise Architecture|CC1100|FH01|Chief Architect|true
CC1140|Vendor Management|CC1100|FH01|Head of Vendor Management|true
CC1200|Infrastructure|CC1000|FH01|Director Infrastructure|true
CC1210|Data Center|CC1200|FH01|Data Center Manager|true
CC1220|Server Engineering|CC1200|FH01|Server Engineering Manager|true
CC1230|Storage and Backup|CC1200|FH01|Storage Manager|true
CC1240|Network Services|CC1200|FH01|Network Manager|true
CC1250|Voice and Collaboration|CC1200|FH01|Collaboration Manager|true
CC1260|Database Services|CC1200|FH01|Database Manager|true
CC1270|Cloud Platform|CC1200|FH01|Cloud Platform Manager|true
CC1300|Applications|CC1000|FH01|Director Applications|true
CC1310|ERP and Finance Applications|CC1300|FH01|ERP Manager|true
CC1320|Commerce Applications|CC1300|FH01|Commerce Manager|true
CC1330|Supply Chain Applications|CC1300|FH01|Supply Chain Manager|true
CC1340|HR and Corporate Applications|CC1300|FH01|Corporate Applications Manager|true
CC1350|Integration and Middleware|CC1300|FH01|Integration Manager|true
CC1400|Data and AI|CC1000|FH01|Director Data and AI|true
CC1410|Data Platform|CC1400|FH01|Data Platform Manager|true
CC1430|AI Platform|CC1400|FH01|AI Platform Manager|true
CC1500|Workplace and Support|CC1000|FH01|Director Workplace|true
CC1510|Service Desk|CC1500|FH01|Service Desk Manager|true
CC1520|Workplace Devices|CC1500|FH01|Workplace Manager|true
CC1530|Deskside Support|CC1500|FH01|Deskside Manager|true
CC1600|Security and Risk|CC1000|FH01|Chief Information Security Officer|true
CC1610|Security Operations|CC1600|FH01|Security Operations Manager|true
CC1620|Identity and Access|CC1600|FH01|Identity Manager|true
CC1630|IT Risk and Compliance|CC1600|FH01|IT Risk Manager|true
CC1700|Delivery and Service|CC1000|FH01|Director Delivery|true
CC1710|Project Office|CC1700|FH01|Head of Project Office|true
CC1720|Service Management Office|CC1700|FH01|Head of Service Management|true
CC1730|Operations Center|CC1700|FH01|Operations Center Manager|true
CC2000|UK Information Technology|CC1000|FH02|Head of UK IT|true
CC2010|UK Infrastructure|CC2000|FH02|UK Infrastructure Manager|true
CC2020|UK Applications|CC2000|FH02|UK Applications Manager|true
CC3010|Store Technology|CC1000|FH03|Store Technology Manager|true
CC8000|Business Units||FH01|Chief Financial Officer|false
CC8100|Marketing Technology|CC8000|FH01|Head of Marketing Operations|false
CC8200|Plant Automation|CC8000|FH01|Head of Plant Engineering|false
CC8300|Research Computing|CC8000|FH01|Head of Research|false
CC9000|Intercompany Clearing||FH01|Group Controller|true
CC7010|Store Operations|CC8000|FH03|Director Stores|false
CC7020|E-Commerce|CC8000|FH01|Director E-Commerce|false
CC7030|Wholesale|CC8000|FH01|Director Wholesale|false
CC7040|Manufacturing|CC8000|FH01|Director Manufacturing|false
CC7050|Logistics and Warehousing|CC8000|FH01|Director Logistics|false
CC7060|Finance|CC8000|FH01|Chief Financial Officer|false
CC7070|Human Resources|CC8000|FH01|Chief People Officer|false
CC7090|Legal and Compliance|CC8000|FH01|General Counsel|false
"""

# id | name | parent | type | expense type
ACCOUNTS = """
006000|Technology Operating Expense||expense|OpEx
006100|Staff|006000|expense|OpEx
006110|Salaries|006100|expense|OpEx
006120|Bonus|006100|expense|OpEx
006130|Payroll Taxes and Pension|006100|expense|OpEx
006140|Benefits|006100|expense|OpEx
006150|Overtime and On-Call|006100|expense|OpEx
006160|Contractors|006100|expense|OpEx
006170|Recruitment|006100|expense|OpEx
006180|Training and Certification|006100|expense|OpEx
006190|Travel and Subsistence|006100|expense|OpEx
006200|Outside Services|006000|expense|OpEx
006210|Consulting|006200|expense|OpEx
006220|Managed Services|006200|expense|OpEx
006230|Outsourced Service Desk|006200|expense|OpEx
006240|Audit and Assessment|006200|expense|OpEx
006250|Security Testing|006200|expense|OpEx
006300|Software|006000|expense|OpEx
006310|Software Subscriptions|006300|expense|OpEx
006320|Software as a Service|006300|expense|OpEx
006330|Software Maintenance|006300|expense|OpEx
006340|Amortization of Software|006300|expense|OpEx
006350|Dedicated Application SaaS|006300|expense|OpEx
006400|Cloud|006000|expense|OpEx
006410|Cloud Infrastructure|006400|expense|OpEx
006420|Cloud Marketplace|006400|expense|OpEx
006430|Cloud AI Services|006400|expense|OpEx
006440|Cloud Support Plans|006400|expense|OpEx
006500|Hardware|006000|expense|OpEx
006510|Hardware Maintenance|006500|expense|OpEx
006520|Hardware Lease|006500|expense|OpEx
006530|Depreciation Servers|006500|expense|OpEx
006540|Depreciation Storage|006500|expense|OpEx
006550|Depreciation Network|006500|expense|OpEx
006560|Depreciation End User Devices|006500|expense|OpEx
006570|Small Equipment|006500|expense|OpEx
006600|Data Center Facilities|006000|expense|OpEx
006610|Data Center Lease|006600|expense|OpEx
006620|Power and Cooling|006600|expense|OpEx
006630|Facility Maintenance|006600|expense|OpEx
006640|Depreciation Facilities|006600|expense|OpEx
006700|Telecom|006000|expense|OpEx
006710|WAN Circuits|006700|expense|OpEx
006720|Voice|006700|expense|OpEx
006730|Mobile Plans|006700|expense|OpEx
006740|Internet Access|006700|expense|OpEx
006800|Other|006000|expense|OpEx
006810|Office Supplies|006800|expense|OpEx
006820|Cyber Insurance|006800|expense|OpEx
006830|Memberships and Subscriptions|006800|expense|OpEx
006890|Suspense|006000|expense|OpEx
006895|Prior Year Adjustments|006000|expense|OpEx
006900|Cross Charges|006000|expense|OpEx
006910|Cross Charges Received|006900|expense|OpEx
006920|Cross Charges Issued|006900|expense|OpEx
001500|Technology Capital||asset|CapEx
001510|Servers in Progress|001500|asset|CapEx
001520|Storage in Progress|001500|asset|CapEx
001530|Network in Progress|001500|asset|CapEx
001540|End User Devices in Progress|001500|asset|CapEx
001550|Software in Progress|001500|asset|CapEx
001560|Capitalized Labor|001500|asset|CapEx
001570|Capitalized Services|001500|asset|CapEx
001580|Facilities in Progress|001500|asset|CapEx
"""

# group that ledger streams name | name | country
VENDORS = """
sws|Stratus Web Services, Inc.|US
cumulo|Cumulo Cloud Ltd|IE
kestrel|Kestrel Software Inc.|US
kestrel|KESTREL SOFTWARE|US
kestrel|Kestrel Software, Incorporated|US
kestrel|Kestrel S/W|US
kestrel|Kestrel Softw. Intl|IE
kestrel|Kestrl Software Inc|US
granary|Granary ERP Systems AG|DE
granary|Granary ERP Systems|DE
lumen|Lumenworks Productivity Inc|US
quarry|Quarry Databases Inc|US
halyard|Halyard CRM Inc|US
tidewater|Tidewater Payroll Services LLC|US
orchard|Orchard Commerce Cloud Inc|US
sextant|Sextant Planning Software BV|NL
plover|Plover Learning Ltd|GB
mortar|Mortar and Pine Recruiting Suite Inc|US
beacon|Beacon Contact Center Inc|US
trellis|Trellis Ticketing Inc|US
vigil|Vigil Security Software Inc|US
ironbark|Ironbark Endpoint Inc|US
osprey|Osprey Observability Inc|US
cobalt|Cobalt Identity Inc|US
drumlin|Drumlin Integration Inc|US
firn|Firn Analytics Inc|US
parallax|Parallax Models Inc|US
larkspur|Larkspur Consulting Group LLP|US
larkspur|Larkspur Consulting Grp|US
bramble|Bramble and Holt Advisors LLP|GB
arclight|Arclight Systems Integration Inc|US
nimbleforge|Nimbleforge Engineering Pvt Ltd|IN
deltaone|Delta One Staffing LLC|US
wayfarer|Wayfarer Contractors Ltd|GB
causeway|Causeway Managed Services Inc|US
holdfast|Holdfast Service Desk Inc|PH
truenorth|True North Assurance LLP|US
redkite|Red Kite Security Testing Ltd|GB
foundry|Foundry Compute Systems Inc|US
basalt|Basalt Storage Systems Inc|US
weir|Weir Network Equipment Inc|US
pinecrest|Pinecrest Devices Inc|US
pinecrest|PineCrest Devices, Inc|US
harrow|Harrow Equipment Leasing LLC|US
meridian|Meridian Colocation Partners LP|US
voltaic|Voltaic Energy Services LLC|US
cistern|Cistern Cooling and Facilities Inc|US
tessera|Tessera Telecom Inc|US
ridgeline|Ridgeline Fiber LLC|US
albion|Albion Telecom plc|GB
chime|Chime Voice Systems Inc|US
wren|Wren Mobile Inc|US
keystone|Keystone Mutual Insurance Co|US
inkwell|Inkwell Print Services Inc|US
stagecraft|Stagecraft AV LLC|US
waypoint|Waypoint Travel Inc|US
ledgerwood|Ledgerwood Training Institute|US
talentbridge|Talentbridge Search LLC|US
forum|Forum of Technology Finance|US
adspring|Adspring Marketing Cloud Inc|US
canvasly|Canvasly Design Inc|US
plantlogic|Plantlogic Automation GmbH|DE
helixlab|Helixlab Simulation Software Inc|US
tillmaster|Tillmaster Retail Systems Inc|US
gatewayedi|Gateway EDI Corp|US
tidal|Tidal Research Cloud Inc|US
"""

# first and second parts of the names of small suppliers, every combination of which is one record
SMALL_FIRST = "Alder Birch Cedar Dogwood Elm Fir Hazel Juniper Linden Maple Oak Rowan Spruce Willow"
SMALL_SECOND = """
Systems Inc|US
Supplies LLC|US
Software Tools Inc|US
Technical Services Ltd|GB
Components Inc|US
Learning LLC|US
"""

# id | name | parent | TBM consumer kind | headcount | cost centre charged | retired on
CONSUMERS = """
BU01|Store Operations||Business Value Streams|4200|CC7010|
BU02|E-Commerce||Business Value Streams|380|CC7020|
BU03|Wholesale||Business Value Streams|240|CC7030|
BU04|Manufacturing||Business Value Streams|1900|CC7040|
BU05|Logistics and Warehousing||Business Value Streams|1150|CC7050|
BU06|Finance||Business Functions & Capabilities|260|CC7060|
BU07|Human Resources||Business Functions & Capabilities|140|CC7070|
BU08|Marketing||Business Functions & Capabilities|210|CC8100|
BU09|Legal and Compliance||Business Functions & Capabilities|70|CC7090|
BU10|Research and Development||Business Functions & Capabilities|320|CC8300|
BU11|Franchise Partners|BU03|External Consumers|600|CC7030|
BU12|Northshore Joint Venture|BU04|Partners & Internal Consumers|95|CC7040|2025-06-30
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Create the organisation's tables."""
    create_months(con)
    create_exchange_rates(con)
    create_cost_centers(con)
    table_from_text(
        con,
        "accounts",
        ["account_id", "account_name", "parent_account_id", "account_type", "expense_type"],
        ACCOUNTS,
    )
    create_vendors(con)
    table_from_text(
        con,
        "consumers",
        [
            "consumer_id",
            "consumer_name",
            "parent_consumer_id",
            "consumer_kind",
            "headcount integer",
            "cost_center_id",
            "retired_on date",
        ],
        CONSUMERS,
    )


def create_months(con: duckdb.DuckDBPyConnection) -> None:
    """Make the months with actuals, which end in December 2025, and the calendar around them.

    `idx` counts months from January 2023 and drives growth, so that a shorter demo shows the
    same last months as a longer one.
    """
    con.execute("""
        create or replace table calendar as
        select
            month::date as fiscal_period,
            strftime(month, '%Y-%m') as month_name,
            strftime(month, '%b %Y') as month_text,
            strftime(month, '%Y') || '-P' || strftime(month, '%m') as period_name,
            year(month)::integer as fiscal_year,
            month(month)::integer as month_number,
            ((year(month) - 2023) * 12 + month(month) - 1)::integer as idx,
            day(last_day(month))::integer as days,
            last_day(month) as end_date,
            (month + interval 1 month)::date as next_period
        from generate_series(date '2019-01-01', date '2026-06-01', interval 1 month) as m (month)
        order by month
    """)
    con.execute("""
        create or replace table months as
        select * from calendar
        where fiscal_period <= date '2025-12-01'
            and idx > 35 - getvariable('months')
        order by idx
    """)


def create_exchange_rates(con: duckdb.DuckDBPyConnection) -> None:
    """Average and closing rates of GBP in USD: a slow wave with small noise, to six digits.

    The first half of 2026 holds planning rates, fixed at one level as treasury publishes them.
    """
    con.execute("""
        create or replace table exchange_rates as
        with waves as (
            select
                *,
                1.262 + 0.035 * sin(idx / 5.0)
                + 0.006 * bell(mix(concat('rate:', month_name))) as average_rate,
                1.262 + 0.035 * sin((idx + 0.5) / 5.0)
                + 0.006 * bell(mix(concat('closing:', month_name))) as closing_rate
            from calendar
            where idx > 35 - getvariable('months')
        )

        select
            'GBP' as from_currency,
            'USD' as to_currency,
            rate_type,
            end_date as rate_date,
            case
                when fiscal_year = 2026 then 1.27
                when rate_type = 'average' then average_rate
                else closing_rate
            end::decimal(12, 6) as rate
        from waves
        cross join (values ('average'), ('closing')) as t (rate_type)
        order by rate_type, rate_date
    """)


def create_cost_centers(con: duckdb.DuckDBPyConnection) -> None:
    """Cost centres, one of them renamed at the start of 2025 and so with two dated rows."""
    table_from_text(
        con,
        "cost_center_names",
        [
            "cost_center_id",
            "cost_center_name",
            "parent_cost_center_id",
            "legal_entity_id",
            "manager_name",
            "is_it boolean",
        ],
        COST_CENTERS,
    )
    con.execute("""
        create or replace table cost_centers as
        select
            * exclude (row_order),
            null::date as valid_from,
            case when cost_center_id = 'CC1610' then date '2024-12-31' end as valid_to
        from cost_center_names
        union all
        select
            * exclude (row_order) replace ('Cyber Defense Center' as cost_center_name),
            date '2025-01-01',
            null
        from cost_center_names
        where cost_center_id = 'CC1610'
        order by cost_center_id, valid_from nulls first
    """)


def create_vendors(con: duckdb.DuckDBPyConnection) -> None:
    """Vendor master: 65 named records and small suppliers up to 150.

    `vendor_picks` says which records a ledger stream of a vendor group may use: the six spellings
    of one software house all appear on its invoices.
    """
    table_from_text(con, "named_vendors", ["vendor_group", "vendor_name", "country_code"], VENDORS)
    table_from_text(con, "small_vendors", ["second", "country_code"], SMALL_SECOND)
    con.execute("""
        create or replace table vendor_records as
        with small as (
            select
                'small' as vendor_group,
                f.first || ' ' || s.second as vendor_name,
                s.country_code,
                1000 + row_number() over (order by s.row_order, f.first) as row_order
            from (select unnest(string_split(?, ' ')) as first) as f
            cross join small_vendors as s
        ),

        every_record as (
            select vendor_group, vendor_name, country_code, row_order from named_vendors
            union all
            select vendor_group, vendor_name, country_code, row_order from small
        )

        select
            'V' || (10000 + row_number() over (order by row_order))::varchar as vendor_id,
            vendor_name,
            vendor_group,
            country_code,
            row_order
        from every_record
        order by row_order
    """, [SMALL_FIRST])
    con.execute("""
        create or replace table vendor_picks as
        select
            vendor_group,
            vendor_id,
            vendor_name,
            (row_number() over (partition by vendor_group order by vendor_id) - 1)::integer as pick,
            (count(*) over (partition by vendor_group))::integer as picks
        from vendor_records
    """)
    con.execute("""
        create or replace table vendors as
        select
            v.vendor_id,
            v.vendor_name,
            case when v.vendor_group = 'granary' and p.vendor_id <> v.vendor_id
                then p.vendor_id end as parent_vendor_id,
            v.country_code
        from vendor_records as v
        inner join vendor_picks as p on v.vendor_group = p.vendor_group and p.pick = 0
        order by v.vendor_id
    """)
