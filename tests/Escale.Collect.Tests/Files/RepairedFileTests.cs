namespace Escale.Collect.Tests.Files;

/// <summary>What is found out about a file can be said in its source file, and reads it the same.</summary>
public sealed class RepairedFileTests
{
    private static CollectHost Host(byte[] csv, string settings)
    {
        var host = new CollectHost();
        host.Write("data/t.csv", csv);
        host.Write("sources/s.yml", $"source: s\ntype: files\ntables:\n  - name: t\n    path: data/t.csv\n{settings}");
        return host;
    }

    [Fact]
    public async Task Numbers_dates_and_words_for_nothing_are_read_by_column()
    {
        await using var host = Host(
            System.Text.Encoding.Latin1.GetBytes("Relevé\n\nJour;Montant;Poids;N\n31/01/2024;1 234,50 kr;12 kg;1.000\n01/02/2024;99,00 kr;7 kg;NA\n02/02/2024;douze;7 kg;5\n\nSource : bureau\n"),
            """
                encoding: latin-1
                delimiter: ";"
                skip_rows: 2
                header_rows: 1
                repair: true
                columns:
                  Jour: {type: date, format: "%d/%m/%Y"}
                  Montant: {type: double, decimal: ",", thousands: " ", unit: kr}
                  Poids: {type: bigint, unit: kg}
                  N: {type: bigint, thousands: ".", null_values: ["NA"]}

            """);
        await host.RunAsync("t");
        Assert.Equal(["2024-01-31|1234.5|12|1000", "2024-02-01|99|7|NULL"], host.Query("select * from bronze.t order by 1"));
        Assert.Equal(["6|type|Montant"], host.Query("select line, rule, field from quarantine.t"));
    }

    [Fact]
    public async Task Damaged_rows_are_mended_and_the_rest_keeps_its_lines()
    {
        await using var host = Host(
            "day|| id|| n\n2024-01-01||A-1||10\n2024-01-02||A-2||20\n\n2024-01-03||A-3||30\n2024-01-04||A-4||||40\n2024-01-05||A-5||x\n"u8.ToArray(),
            "    delimiter: \"||\"\n    repair: true\n    columns: {n: bigint}\n");
        await host.RunAsync("t");
        Assert.Equal(["A-1|10", "A-2|20", "A-3|30", "A-4|40"], host.Query("select id, n from bronze.t order by 1"));
        Assert.Equal(["7|type|n"], host.Query("select line, rule, field from quarantine.t"));
    }
}
