using Escale.Testing;
using PortOfDakar;
using PortOfDakar.Sources;
using PortOfDakar.Truth;
using PortOfDakar.World;

namespace Escale.Examples.PortOfDakar;

public sealed class ReplayTests
{
    [Fact]
    public void The_same_seed_writes_the_same_bytes()
    {
        using var one = new TempFolder();
        using var two = new TempFolder();
        Run(one.Path, seed: 3, days: 40);
        Run(two.Path, seed: 3, days: 40);

        Assert.Equal(Files(one.Path), Files(two.Path));
    }

    [Fact]
    public void Another_seed_writes_other_ships()
    {
        using var one = new TempFolder();
        using var two = new TempFolder();
        Run(one.Path, seed: 3, days: 10);
        Run(two.Path, seed: 4, days: 10);

        Assert.NotEqual(Files(one.Path)["register/vessels.csv"], Files(two.Path)["register/vessels.csv"]);
    }

    [Fact]
    public void More_days_leave_the_files_of_the_days_before_as_they_were()
    {
        using var folder = new TempFolder();
        Run(folder.Path, seed: 5, days: 30);
        var before = Files(folder.Path);
        Run(folder.Path, seed: 5, days: 45);
        var after = Files(folder.Path);

        Assert.Equal(before["register/vessels.csv"], after["register/vessels.csv"]);
        Assert.All(before.Where(f => f.Key.StartsWith("cargo/", StringComparison.Ordinal)), file => Assert.Equal(file.Value, after[file.Key]));
        Assert.True(after.Count > before.Count);
    }

    [Fact]
    public void More_days_leave_the_first_AIS_batches_as_they_were()
    {
        Assert.Equal(Batches(days: 6), Batches(days: 9).Take(6));
    }

    [Fact]
    public void The_AIS_feed_can_be_run_through_again()
    {
        var simulation = new Simulation(new SimulatorOptions(Seed: 2, Days: 4));
        var first = simulation.Ais.Batches().Select(b => b.Body.Length).ToArray();
        var lines = simulation.Ais.Tally.Lines;

        Assert.Equal(first, simulation.Ais.Batches().Select(b => b.Body.Length).ToArray());
        Assert.Equal(lines, simulation.Ais.Tally.Lines);
        Assert.True(lines > 1_000);
    }

    [Fact]
    public void Every_kind_of_fault_occurs_in_the_default_simulation()
    {
        using var folder = new TempFolder();
        var truth = Run(folder.Path, seed: 7, days: SimulatorOptions.TwoYears);

        Assert.All(truth.Faults, fault => Assert.NotEmpty(fault.Value.Ids));
    }

    [Fact]
    public void Every_true_IMO_number_has_its_check_digit_and_every_mistyped_one_has_not()
    {
        using var folder = new TempFolder();
        var simulation = new Simulation(new SimulatorOptions(Days: 1, Folder: folder.Path));
        simulation.WriteFiles();

        Assert.True(Imo.IsValid(9074729));
        Assert.False(Imo.IsValid(9074728));
        Assert.All(simulation.Fleet.Vessels, vessel => Assert.True(Imo.IsValid(vessel.Imo)));
        var mistyped = simulation.Truth.Faults["register.bad_imo"].Ids;
        Assert.NotEmpty(mistyped);
        Assert.All(mistyped, number => Assert.False(Imo.IsValid(int.Parse(number))));

        var inFile = File.ReadLines(Path.Combine(folder.Path, "register", "vessels.csv")).Skip(1).Select(line => line.Split(';')[0]);
        Assert.Equal(mistyped.Order(), inFile.Where(number => !Imo.IsValid(int.Parse(number))).Order());
    }

    [Fact]
    public void The_API_tells_nothing_of_the_future()
    {
        var simulation = new Simulation(new SimulatorOptions(Days: 60));
        var now = PortCallReports.Utc(simulation.Options.Now);

        Assert.All(simulation.Reports.Reports, report =>
        {
            Assert.True(report.UpdatedAt <= simulation.Options.Now);
            Assert.True(string.CompareOrdinal(report.SailedAt, now) <= 0);
            Assert.True(string.CompareOrdinal(report.AnchoredAt, now) <= 0);
        });
        Assert.Contains(simulation.Reports.Reports, report => report.Status == "announced");
    }

    private static TruthFile Run(string folder, long seed, int days)
    {
        var simulation = new Simulation(new SimulatorOptions(seed, days, folder));
        simulation.WriteFiles();
        foreach (var _ in simulation.Ais.Batches())
        {
        }

        simulation.WriteTruth();
        return simulation.Truth;
    }

    private static string[] Batches(int days) =>
        [.. new Simulation(new SimulatorOptions(Seed: 9, Days: days)).Ais.Batches().Select(b => b.Id + Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(b.Body.Span)))];

    private static Dictionary<string, string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(
            path => Path.GetRelativePath(folder, path).Replace('\\', '/'),
            path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))));
}
