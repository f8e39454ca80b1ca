using System.Globalization;
using System.Text;

namespace Escale.Bench;

/// <summary>As <see cref="Serving"/>, of a model that was trained behind a recipe of eight steps: each request holds one raw row, which is prepared before it is predicted.</summary>
internal static class ServingRaw
{
    private const int Rows = 5_000;

    private const string Recipe = """
        table: bronze.people
        makes: silver.people
        steps:
          - {id: a, type: trim, columns: [workclass, occupation]}
          - {id: b, type: case, columns: [occupation], to: lower}
          - {id: c, type: parse_number, columns: [hours_per_week], unit: h}
          - {id: d, type: fill, columns: [workclass], method: mode}
          - {id: e, type: fill, columns: [capital_gain], method: median}
          - {id: f, type: map, columns: [education], values: {Bachelors: degree, Masters: degree, Doctorate: degree}}
          - {id: g, type: derive, into: gain_per_year, formula: capital_gain / (education_num + 1)}
          - {id: h, type: scale, columns: [gain_per_year, fnlwgt]}
        """;

    public static void Run(int runs) => Serving.RunAsync(runs, Make, "raw-rows.lua").GetAwaiter().GetResult();

    private static void Make(string folder)
    {
        foreach (var (path, text) in new[]
        {
            ("dbt_project.yml", "name: bench\nversion: '1.0'\n"), ("sources/people.yml", "source: people\ntype: files\ntables:\n  - {name: people, path: data/people.csv, write_disposition: replace}\n"), ("recipes/people.yml", Recipe),
            ("ml/income.yml", "table: silver.people\ntarget: income\ntrials: 2\nfamilies: [boosting]\nsplit: {by: random}\n"), ("data/people.csv", People()),
        })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            File.WriteAllText(Path.Combine(folder, path), text);
        }
        Checkout.Escale(["run", "--project", folder]);
    }

    private static string People()
    {
        var random = new Random(7);
        string Of(params string[] levels) => levels[random.Next(levels.Length)];
        var text = new StringBuilder("age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,sex,capital_gain,capital_loss,hours_per_week,native_country,income\n");
        for (var row = 0; row < Rows; row++)
        {
            var (age, years, gain, hours, job) = (17 + random.Next(60), 1 + random.Next(16), random.Next(10) == 0 ? random.Next(15000) : 0, 10 + random.Next(70), Of("Adm-clerical", "sales ", " Exec-Managerial", "tech-support"));
            var income = age / 20.0 + years / 3.0 + gain / 3000.0 + hours / 25.0 + (job.Contains("Exec", StringComparison.Ordinal) ? 1.5 : 0) + random.NextDouble() * 3 > 9.5 ? ">50K" : "<=50K";
            text.Append(CultureInfo.InvariantCulture, $"{age},{Of(" Private", "State-gov", "Self-emp", "")},{50000 + random.Next(200000)},{Of("Bachelors", "HS-grad", "Masters", "Some-college")},{years},{Of("Never-married", "Married")},{job},")
                .Append(CultureInfo.InvariantCulture, $"{Of("Not-in-family", "Husband", "Wife")},{Of("White", "Black", "Other")},{Of("Male", "Female")},{(row % 17 == 0 ? "" : gain)},0,{hours} h,{Of("United-States", "Mexico", "Senegal")},{income}\n");
        }
        return text.ToString();
    }
}
