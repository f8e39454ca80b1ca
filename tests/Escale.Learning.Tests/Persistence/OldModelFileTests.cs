using System.Text.Json;
using Escale.Learning.Frames;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Persistence;

/// <summary>A model file written by version 1.0 of the format stays readable for ever, and predicts what it did then.</summary>
public sealed class OldModelFileTests
{
    [Fact]
    public void A_file_of_version_1_is_read_and_predicts_what_it_did()
    {
        var model = Model.Load(Path.Combine(AppContext.BaseDirectory, "Fixtures", "version1.model"));
        var then = Fixture.Read("version1");
        var frame = Frame.ReadCsv(new StringReader(then["rows"].Text));
        Assert.Equal(then["outputs"].Doubles, model.Predict(frame).Outputs.ToArray(), (one, other) => Math.Abs(one - other) < 1e-12);
        Assert.Equal(("bought", 3, "platt", 300), (model.TargetName, model.Members.Count, model.Calibrator?.Name, model.Info.TrainedRows));
    }

    /// <summary>Made the two fixtures; run it only for a new version of the format, under new names, and keep the old ones.</summary>
    [Fact(Explicit = true)]
    public void Writes_the_fixtures()
    {
        var (model, frame) = (ModelFileTests.Ensemble(), RawTables.Mixed(40, seed: 77).Without("bought"));
        var rows = string.Join('\n', Enumerable.Range(0, frame.RowCount).Select(row => string.Join(',', frame.Columns.Select(column => column.TextAt(row)))).Prepend(string.Join(',', frame.Columns.Select(column => column.Name))));
        var outputs = model.Predict(Frame.ReadCsv(new StringReader(rows))).Outputs.ToArray();
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "NewFixtures")).FullName;
        model.Save(Path.Combine(folder, "version1.model"));
        File.WriteAllText(Path.Combine(folder, "version1.json"), JsonSerializer.Serialize(new { rows, outputs }) + "\n");
    }
}
