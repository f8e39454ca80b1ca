using System.Text;
using Escale.Learning.Baselines;
using Escale.Learning.Boosting;
using Escale.Learning.Calibration;
using Escale.Learning.Linear;
using Escale.Learning.Persistence;
using Escale.Learning.Preparation;
using FsCheck;
using FsCheck.Fluent;

namespace Escale.Learning.Tests.Persistence;

public sealed class ModelFileTests
{
    private static readonly byte[] _file = Bytes(Ensemble());

    [Fact]
    public void An_ensemble_with_calibrator_and_scores_comes_back_whole()
    {
        var model = Ensemble();
        var loaded = Model.Load(new MemoryStream(Bytes(model)));
        var frame = RawTables.Mixed(500, seed: 12);
        Assert.Equal(model.Predict(frame).Outputs.ToArray(), loaded.Predict(frame).Outputs.ToArray());
        Assert.Equal(("bought", LearningTask.Binary, "platt"), (loaded.TargetName, loaded.Task, loaded.Calibrator?.Name));
        Assert.Equal(["no", "yes"], loaded.Classes);
        Assert.Equal(model.Info with { Metrics = loaded.Info.Metrics }, loaded.Info);
        Assert.Equal(model.Info.Metrics, loaded.Info.Metrics);
        Assert.Equal(model.Members.Select(member => (member.Name, member.Weight)), loaded.Members.Select(member => (member.Name, member.Weight)));
        Assert.Equal(
            model.Schema.Columns.Select(column => (column.Name, column.Kind, column.Role, column.Least, column.Most, column.HadMissing, string.Join('|', column.Levels))),
            loaded.Schema.Columns.Select(column => (column.Name, column.Kind, column.Role, column.Least, column.Most, column.HadMissing, string.Join('|', column.Levels))));
        Assert.Equal(_file, Bytes(loaded));
    }

    [Fact]
    public void Cut_anywhere_the_file_is_damaged()
    {
        // Every cut near the ends and at the seams, and three hundred between.
        var step = Math.Max(1, _file.Length / 300);
        foreach (var length in Enumerable.Range(0, _file.Length).Where(at => at < 200 || at > _file.Length - 200 || at % step == 0))
        {
            Assert.Equal("learning.model-file-damaged", CodeOf(_file[..length]));
        }
        Assert.Equal("learning.model-file-damaged", CodeOf([.. _file, 0]));
    }

    [Fact]
    public void Any_byte_changed_the_file_is_damaged()
    {
        var step = Math.Max(1, _file.Length / 500);
        var copy = _file.ToArray();
        foreach (var at in Enumerable.Range(0, _file.Length).Where(at => at < 200 || at % step == 0))
        {
            copy[at] ^= (byte)(1 << at % 8);
            Assert.Equal("learning.model-file-damaged", CodeOf(copy));
            copy[at] = _file[at];
        }
    }

    [Fact]
    public void Garbage_is_no_model() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        Assert.Equal("learning.model-file-damaged", CodeOf(bytes));
        Assert.Equal("learning.model-file-damaged", CodeOf([.. "ESCMODEL"u8, .. bytes]));
    }).AlwaysHolds();

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"kind\":\"model\",\"kind\":\"model\"}")]
    [InlineData("{\"task\":\"Regression\",\"classes\":[],\"members\":[]}")]
    [InlineData("{\"task\":\"Regression\",\"classes\":[],\"target\":\"x\",\"members\":[{\"weight\":\"NaN\"}],\"info\":{}}")]
    public void A_header_that_holds_something_else_is_damaged_although_its_sums_are_right(string header) => Assert.Equal("learning.model-file-damaged", CodeOf(WithHeader(header)));

    [Fact]
    public void A_header_nested_deeply_is_damaged()
    {
        Assert.Equal("learning.model-file-damaged", CodeOf(WithHeader(string.Concat(Enumerable.Repeat("{\"a\":", 100_000)))));
        Assert.Equal("learning.model-file-damaged", CodeOf(WithHeader(new string('[', 100_000))));
    }

    [Fact]
    public void Sizes_that_the_file_does_not_have_are_not_allocated()
    {
        foreach (var (at, value) in new[] { (12, int.MaxValue), (12, -1), (16, int.MaxValue), (16, -1), (20, int.MaxValue), (24, int.MaxValue) })
        {
            var hostile = _file.ToArray();
            BitConverter.TryWriteBytes(hostile.AsSpan(at), value);
            Resign(hostile);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal("learning.model-file-damaged", CodeOf(hostile));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3L * _file.Length + 100_000);
        }
    }

    [Fact]
    public void A_newer_major_version_is_said_to_be_newer_and_a_newer_minor_one_is_read()
    {
        var newer = _file.ToArray();
        newer[8]++;
        Resign(newer);
        Assert.Equal("learning.model-file-newer", CodeOf(newer));
        newer = _file.ToArray();
        newer[10]++;
        Resign(newer);
        Assert.Null(CodeOf(newer));
    }

    [Fact]
    public void Values_of_the_header_put_to_anything_give_a_model_or_an_error()
    {
        var header = Encoding.UTF8.GetString(_file.AsSpan(36, BitConverter.ToInt32(_file, 12)));
        var rest = _file[(36 + BitConverter.ToInt32(_file, 12))..];
        var random = new Random(9);
        string[] others = ["-1", "0", "1", "1e9", "2147483647", "null", "\"x\"", "[]", "{}", "true", "{\"array\":0,\"type\":\"Single\",\"length\":1}"];
        var numbers = System.Text.RegularExpressions.Regex.Matches(header, @"(?<=[:,\[])(-?\d+(\.\d+)?|""[a-zA-Z ]+"")(?=[,\]}])").Select(match => (match.Index, match.Length)).ToArray();
        var outcomes = new Dictionary<string, int>();
        for (var repeat = 0; repeat < 500; repeat++)
        {
            var (index, length) = numbers[random.Next(numbers.Length)];
            var altered = header[..index] + others[random.Next(others.Length)] + header[(index + length)..];
            var code = CodeOf(WithHeader(altered, rest)) ?? "read";
            Assert.Contains(code, new[] { "read", "learning.model-file-damaged", "learning.model-file-newer" });
            outcomes[code] = outcomes.GetValueOrDefault(code) + 1;
        }
        Assert.InRange(outcomes["learning.model-file-damaged"], 100, 500);
    }

    [Fact]
    public void Saving_replaces_the_old_file_at_once_and_leaves_nothing_beside_it()
    {
        var folder = Directory.CreateTempSubdirectory("model");
        try
        {
            var path = Path.Combine(folder.FullName, "a.model");
            File.WriteAllText(path, "old");
            var model = Ensemble();
            model.Save(path);
            Assert.Equal(_file, File.ReadAllBytes(path));
            Assert.Equal(model.Info.DataFingerprint, Model.Load(path).Info.DataFingerprint);
            Assert.Equal(["a.model"], folder.GetFiles().Select(file => file.Name));
            Assert.Throws<DirectoryNotFoundException>(() => model.Save(Path.Combine(folder.FullName, "none", "a.model")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static Model Ensemble()
    {
        var frame = RawTables.Mixed(300, seed: 11);
        var trees = new Pipeline { Estimator = new GradientBoosting { Trees = 5 }, Preparation = new PreparationSettings { NativeTargetStatisticsAbove = 5, AddFrequencies = true } }.Fit(frame, "bought");
        var linear = new Pipeline { Estimator = new LogisticRegression(), Preparation = new PreparationSettings { TextFeatures = 16 } }.Fit(frame, "bought");
        var constant = new Pipeline { Estimator = new Baseline() }.Fit(frame, "bought");
        var target = Targets.Of(frame["bought"]);
        var info = trees.Info with { Metrics = new Dictionary<string, double> { ["roc_auc"] = 0.9, ["not measured"] = double.NaN } };
        var model = new Model("bought", target, [trees.Members[0] with { Weight = 3 }, linear.Members[0], constant.Members[0] with { Weight = 0.1 }], info);
        return model.With(PlattCalibrator.Fit(target, model.Predict(frame).Outputs));
    }

    internal static byte[] Bytes(Model model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.ToArray();
    }

    private static string? CodeOf(byte[] bytes)
    {
        try
        {
            Model.Load(new MemoryStream(bytes));
            return null;
        }
        catch (LearningException error)
        {
            return error.Code;
        }
    }

    private static byte[] WithHeader(string header, byte[]? arrays = null)
    {
        using var stream = new MemoryStream();
        ModelFile.Write(Encoding.UTF8.GetBytes(header), [], stream);
        byte[] file = [.. stream.ToArray(), .. arrays ?? []];
        if (arrays is not null)
        {
            _file.AsSpan(16, 4).CopyTo(file.AsSpan(16));
            BitConverter.TryWriteBytes(file.AsSpan(20), (long)file.Length);
            Resign(file);
        }
        return file;
    }

    /// <summary>Makes the sum of the first bytes right again.</summary>
    private static void Resign(byte[] file) => BitConverter.TryWriteBytes(file.AsSpan(32), ModelFile.Crc(0, file.AsSpan(0, 32)));
}
