using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Testing;
using Npgsql;

namespace Escale.Tests.Crashes;

/// <summary>
/// A small project that uses every way of writing: append and merge collection with bad rows, a seed, a view, a table, incremental
/// models (append and merge), tests, and a published star. Each <see cref="Deliver"/> adds a day of files, the same for the same day.
/// </summary>
internal sealed class ShopProject : IDisposable
{
    private static readonly string[] _countries = ["SN", "ML", "FR", "XX"];

    private readonly TempFolder _folder = new();

    public ShopProject()
    {
        _folder.Write("dbt_project.yml", """
            name: shop
            version: "1"
            models:
              shop:
                staging: { +materialized: view, +schema: silver }
                silver: { +materialized: table, +schema: silver }
                gold: { +materialized: table, +schema: gold }
            seeds:
              shop: { +schema: silver }
            """);
        _folder.Write("escale.yml", """
            engine: { threads: 1, memory_limit: 512MB }
            warehouse: { publish: "path:models/gold" }
            """);
        _folder.Write("sources/shop.yml", """
            source: shop
            type: files
            tables:
              - name: orders
                path: data/orders/*.csv
                write_disposition: append
                columns: { amount: { type: "decimal(10,2)", not_null: true }, day: date }
              - name: customers
                path: data/customers/*.csv
                write_disposition: merge
                primary_key: id
            """);
        _folder.Write("seeds/countries.csv", "code,name\nSN,Senegal\nML,Mali\nFR,France\n");
        _folder.Write("models/staging/stg_orders.sql", "select id, customer_id, amount, day from {{ source('shop', 'orders') }}");
        _folder.Write("models/silver/customers.sql", """
            select c.id, c.name, k.name as country
            from {{ source('shop', 'customers') }} c left join {{ ref('countries') }} k on k.code = c.country
            """);
        _folder.Write("models/silver/orders_log.sql", """
            {{ config(materialized='incremental', incremental_strategy='append') }}
            select id, day, amount from {{ ref('stg_orders') }}
            {% if is_incremental() %} where day > (select max(day) from {{ this }}) {% endif %}
            """);
        _folder.Write("models/silver/customer_totals.sql", """
            {{ config(materialized='incremental', incremental_strategy='merge', unique_key='customer_id') }}
            select customer_id, count(*) as orders, sum(amount) as amount, max(day) as last_day from {{ ref('stg_orders') }} group by all
            {% if is_incremental() %} having max(day) > (select max(last_day) from {{ this }}) {% endif %}
            """);
        _folder.Write("models/gold/dim_customer.sql", "select id as customer_key, name, country from {{ ref('customers') }}");
        _folder.Write("models/gold/fact_order.sql", "select id as order_key, customer_id as customer_key, amount, day from {{ ref('stg_orders') }}");
        _folder.Write("models/schema.yml", """
            version: 2
            models:
              - name: dim_customer
                columns: [{ name: customer_key, tests: [unique, not_null] }]
              - name: fact_order
                columns: [{ name: order_key, tests: [unique, not_null] }]
              - name: orders_log
                columns: [{ name: id, tests: [unique] }]
            """);
    }

    public string Path => _folder.Path;

    /// <summary>Adds the files of one day, from 1: some orders (one in a hundred without a readable amount) and changed customers.</summary>
    public void Deliver(int day)
    {
        var date = new DateOnly(2026, 1, 1).AddDays(day);
        var random = new Random(day);
        var orders = new StringBuilder("id,customer_id,amount,day\n");
        for (var row = 0; row < 400; row++)
        {
            var amount = row % 100 == 7 ? "a lot" : (random.Next(100, 100_000) / 100m).ToString(CultureInfo.InvariantCulture);
            orders.Append(CultureInfo.InvariantCulture, $"{(day * 1000) + row},{random.Next(1, 40)},{amount},{date:yyyy-MM-dd}\n");
        }
        var customers = new StringBuilder("id,name,country\n");
        for (var id = 1; id < 40; id++)
        {
            if (day == 1 || random.Next(5) == 0)
            {
                customers.Append(CultureInfo.InvariantCulture, $"{id},customer {id} of day {day},{_countries[random.Next(4)]}\n");
            }
        }
        _folder.Write($"data/orders/{day:d4}.csv", orders.ToString());
        _folder.Write($"data/customers/{day:d4}.csv", customers.ToString());
    }

    public Task<Finished> EscaleAsync(string[] arguments, IReadOnlyDictionary<string, string>? environment = null, TimeSpan? killAfter = null) =>
        EscaleProgram.RunAsync(Path, arguments, environment, killAfter);

    /// <summary>Runs until it succeeds, as a person would after a crash.</summary>
    public async Task FinishAsync()
    {
        var finished = await EscaleAsync(["run", "--resume"]);
        Assert.True(finished.ExitCode == 0, finished.ToString());
    }

    /// <summary>Rows and an order-free checksum of every table, in the lake and in PostgreSQL.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ChecksumsAsync()
    {
        string[] tables =
        [
            "bronze.orders", "bronze.customers", "silver.countries", "silver.stg_orders", "silver.customers", "silver.orders_log",
            "silver.customer_totals", "gold.dim_customer", "gold.fact_order",
        ];
        var parts = tables.Select(table => $"select '{table}' as name, count(*) as n, coalesce(bit_xor(hash(t)), 0)::varchar as h from {table} t")
            .Append("select 'quarantine.orders', count(*), coalesce(bit_xor(hash(raw_record, reason)), 0)::varchar from (select raw as raw_record, reason from quarantine.orders)");
        var answer = await EscaleAsync(["sql", string.Join(" union all ", parts) + " order by 1", "--format", "json"]);
        Assert.True(answer.ExitCode == 0, answer.ToString());
        var result = JsonDocument.Parse(answer.Output).RootElement.EnumerateArray()
            .ToDictionary(row => row.GetProperty("name").GetString()!, row => $"{row.GetProperty("n")} rows, {row.GetProperty("h")}");
        foreach (var table in (string[])["dim_customer", "fact_order"])
        {
            result[$"warehouse {table}"] = await WarehouseAsync($"select count(*) || ' rows, ' || coalesce(sum(hashtextextended(t::text, 0)), 0) from gold.{table} t");
        }
        return result;
    }

    public void Dispose()
    {
        EscaleAsync(["db", "stop"]).GetAwaiter().GetResult();
        _folder.Dispose();
    }

    private async Task<string> WarehouseAsync(string sql)
    {
        var address = await EscaleAsync(["db", "start", "--json"]);
        Assert.True(address.ExitCode == 0, address.ToString());
        var reply = JsonDocument.Parse(address.Output).RootElement;
        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = reply.GetProperty("host").GetString(),
            Port = reply.GetProperty("port").GetInt32(),
            Database = reply.GetProperty("database").GetString(),
            Username = reply.GetProperty("user").GetString(),
            Passfile = reply.GetProperty("password_file").GetString(),
            Pooling = false,
        }.ConnectionString;
        await using var source = NpgsqlDataSource.Create(connection);
        await using var command = source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
