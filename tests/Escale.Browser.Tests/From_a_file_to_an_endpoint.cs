using System.Globalization;
using System.Text;

namespace Escale.Browser.Tests;

/// <summary>The way of somebody who does not code: a file dropped, understood, learned from, judged, published and asked.</summary>
public sealed class From_a_file_to_an_endpoint : IDisposable
{
    private static readonly string[] _classes = ["première", "deuxième", "troisième"];
    private static readonly string[] _ports = ["Dakar", "Conakry", "Abidjan"];
    private static readonly string[] _quays = ["Môle 1", "Quai pétrolier", "Port de pêche"];

    private readonly Harbour _harbour = new();

    public void Dispose() => _harbour.Dispose();

    [Fact]
    public async Task Who_will_be_late_in_French()
    {
        await using var visit = await Visit.BeginAsync(_harbour.Folder);
        var walk = new Walk(visit, _harbour, await visit.SitDownAsync("fr-FR"), isFrench: true);
        await walk.GoAsync(walk.SetUpAsync, "setup");
        await walk.GoAsync(() => walk.DropAFileAsync(_harbour.Write("passengers.csv", Passengers()), "passengers", "600", "virgule"), "drop");
        await walk.GoAsync(() => walk.ReadTheProfileAsync("age", "cabine"), "profile");
        await walk.GoAsync(() => walk.TrainAsync("retard"), "train");
        await walk.GoAsync(() => walk.PublishAsync("retard", new { classe = "première", age = 31, prix = 80.5, port = "Dakar", cabine = "C12" }), "publish");
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

    // Late are those in the third class and the old, nearly always.
    private static string Passengers()
    {
        var random = new Random(5);
        var text = new StringBuilder("numero,classe,age,prix,port,cabine,retard\n");
        for (var row = 1; row <= 600; row++)
        {
            var (place, age) = (random.Next(3), random.Next(3, 80));
            var isLate = (place == 2 || age > 55) ^ random.Next(12) == 0;
            text.Append(CultureInfo.InvariantCulture, $"{row},{_classes[place]},{(random.Next(9) == 0 ? "" : age)},{100 - 30 * place + random.Next(200) / 10.0:0.0},{_ports[random.Next(3)]},{(place == 0 ? $"C{random.Next(60)}" : "")},{(isLate ? "oui" : "non")}\n");
        }
        return text.ToString();
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
