using System.Globalization;
using System.Text;
using Escale.Testing;

namespace Escale.Browser.Tests;

/// <summary>The way of somebody who does not code: a file dropped, understood, learned from, judged, published and asked.</summary>
public sealed class From_a_file_to_an_endpoint : IDisposable
{
    private static readonly string[] _families = ["Andersson", "Brown", "Cumings", "Dupont", "Futrelle", "Heikkinen", "Rice", "Sage"];
    private static readonly string[] _quays = ["Môle 1", "Quai pétrolier", "Port de pêche"];

    private readonly Harbour _harbour = new();

    public void Dispose() => _harbour.Dispose();

    [Fact]
    public async Task Who_survived_the_Titanic_in_French()
    {
        await using var visit = await Visit.BeginAsync(_harbour.Folder);
        var walk = new Walk(visit, _harbour, await visit.SitDownAsync("fr-FR"), isFrench: true);
        await walk.GoAsync(walk.SetUpAsync, "setup");
        await walk.GoAsync(() => walk.DropAFileAsync(Titanic(), "titanic", "891", "virgule"), "drop");
        await walk.GoAsync(() => walk.ReadTheProfileAsync("Age", "Cabin"), "profile");
        await walk.GoAsync(walk.LookAtSuggestionsAsync, "suggestions");
        await walk.GoAsync(() => walk.TrainAsync("Survived"), "train");
        await walk.GoAsync(() => walk.PublishAsync("survived"), "publish");
        Assert.True(walk.Faults.Count + visit.Complaints.Count == 0, string.Join("\n\n", walk.Faults.Concat(visit.Complaints)));
    }

    [Fact]
    public async Task How_late_a_ship_will_sail_from_the_Port_of_Dakar()
    {
        using var port = new ExampleProject("port-of-dakar");
        Directory.Delete(Path.Combine(port.Folder, "pipelines"), recursive: true); // nothing begins by itself at the full hour
        await using var visit = await Visit.BeginAsync(port.Folder, "up", new Dictionary<string, string> { ["PORT_SCALE"] = "0.1" });
        var walk = new Walk(visit, _harbour, await visit.SitDownAsync("fr-FR"), isFrench: true);
        await walk.GoAsync(walk.SetUpAsync, "setup");
        await walk.GoAsync(() => walk.JudgeTheLatestAsync("delay"), "judge");
        await walk.GoAsync(() => walk.PublishAsync("delay"), "publish");
        Assert.True(walk.Faults.Count + visit.Complaints.Count == 0, string.Join("\n\n", walk.Faults.Concat(visit.Complaints)));
    }

    [Fact]
    public async Task How_long_a_call_takes_in_English_from_dates_and_decimal_commas()
    {
        await using var visit = await Visit.BeginAsync(_harbour.Folder);
        var walk = new Walk(visit, _harbour, await visit.SitDownAsync("en-GB"), isFrench: false);
        var file = Path.Combine(_harbour.Folder, "calls.csv");
        await File.WriteAllBytesAsync(file, Encoding.Latin1.GetBytes(Calls()));
        await walk.GoAsync(walk.SetUpAsync, "setup");
        await walk.GoAsync(() => walk.DropAFileAsync(file, "calls", "semicolon", "windows-1252"), "drop");
        await walk.GoAsync(() => walk.ReadTheProfileAsync("tonnes"), "profile");
        await walk.GoAsync(() => walk.TrainAsync("heures"), "train");
        await walk.GoAsync(() => walk.PublishAsync("heures", new Dictionary<string, object> { ["arrivée"] = "2025-03-04", ["quai"] = "Môle 1", ["tonnes"] = 1234.5 }), "publish");
        Assert.True(walk.Faults.Count + visit.Complaints.Count == 0, string.Join("\n\n", walk.Faults.Concat(visit.Complaints)));
    }

    // The real list when there is one to measure with, else one of the same columns and holes, in which women and children live more often.
    private string Titanic()
    {
        if (Environment.GetEnvironmentVariable("ESCALE_OPEN_DATA") is { Length: > 0 } data && Path.Combine(data, "data", "tabular", "titanic.csv") is var real && File.Exists(real))
        {
            return real;
        }
        var random = new Random(5);
        var text = new StringBuilder("PassengerId,Survived,Pclass,Name,Sex,Age,SibSp,Parch,Ticket,Fare,Cabin,Embarked\n");
        for (var row = 1; row <= 891; row++)
        {
            var (rank, age, isWoman) = (1 + random.Next(3), random.Next(1, 75), random.Next(3) == 0);
            var lives = isWoman || (age < 12 && rank < 3) ? random.Next(5) > 0 : random.Next(6) == 0;
            text.Append(CultureInfo.InvariantCulture, $"{row},{(lives ? 1 : 0)},{rank},\"{_families[random.Next(_families.Length)]}, {(isWoman ? "Mrs" : "Mr")}. {(char)('A' + random.Next(26))}.\",{(isWoman ? "female" : "male")},")
                .Append(CultureInfo.InvariantCulture, $"{(random.Next(5) == 0 ? "" : age)},{random.Next(3)},{random.Next(3)},{(random.Next(4) == 0 ? "PC " : "")}{random.Next(1000, 400000)},{120 / rank + random.Next(200) / 16.0},{(rank == 1 ? $"C{random.Next(120)}" : "")},{"SSSCQ"[random.Next(5)]}\n");
        }
        return _harbour.Write("titanic.csv", text.ToString());
    }

    private static string Calls()
    {
        var random = new Random(6);
        var text = new StringBuilder("arrivée;quai;tonnes;heures\r\n");
        for (var row = 0; row < 800; row++)
        {
            var (quay, tonnes) = (random.Next(3), Math.Round(random.NextDouble() * 9000 + 100, 1));
            var hours = Math.Round(5 + 3 * quay + tonnes / 400 + random.NextDouble() * 3, 2);
            text.Append(string.Create(CultureInfo.InvariantCulture, $"{new DateTime(2025, 1, 1).AddHours(row * 9):dd'/'MM'/'yyyy};{_quays[quay]};{tonnes:0.0};{hours:0.00}\r\n").Replace('.', ','));
        }
        return text.ToString();
    }
}
