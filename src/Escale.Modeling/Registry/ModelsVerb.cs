using System.CommandLine;
using System.Globalization;
using Escale.Kernel;
using Escale.Modeling.Judging;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;

namespace Escale.Modeling.Registry;

/// <summary><c>escale models</c>: the registered models, publishing, rolling back, exporting.</summary>
internal static class ModelsVerb
{
    public static void Add(Cli cli)
    {
        var models = cli.Group("models", "The registered models: versions, and the aliases that say which is in use");
        AddList(cli, models);
        AddShow(cli, models);
        AddPublish(cli, models);
        AddRollBack(cli, models);
        AddExport(cli, models);
        AddRegister(cli, models);
    }

    private static Argument<string> Model() => new("MODEL") { Description = "The model's name" };

    private static Option<string> Alias() => new("--alias") { Description = "The alias", DefaultValueFactory = _ => ModelRegistry.Champion };

    private static void AddList(Cli cli, Command models)
    {
        var runs = new Option<bool>("--runs") { Description = "The tracking runs, the newest first" };
        cli.Add(models, new Command("ls", "The models; with --runs the trainings") { runs }, async (call, cancellationToken) =>
        {
            if (call.Value(runs))
            {
                return await RunsAsync(call, cancellationToken);
            }
            var all = await call.Get<ModelRegistry>().ListAsync(cancellationToken);
            if (call.Output.IsJson)
            {
                call.Output.WriteJson(all);
            }
            else if (all.Count == 0)
            {
                call.Output.Line("No models yet. Train one with `escale train`.");
            }
            else
            {
                call.Output.Table(["MODEL", ">VERSIONS", "ALIASES", "CHANGED", "DESCRIPTION"], all.Select(model => (IReadOnlyList<string>)
                    [model.Name, Number(model.Versions), string.Join(", ", model.Aliases.Select(alias => $"{alias.Key} {alias.Value}")), Moment(model.UpdatedAt), model.Description]));
            }
            return ExitCode.Success;
        }, examples: ["escale models ls", "escale models ls --runs --json"]);
    }

    private static async Task<int> RunsAsync(VerbCall call, CancellationToken cancellationToken)
    {
        var all = await call.Get<TrackingStore>().ListAsync(null, 200, cancellationToken);
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(all);
        }
        else
        {
            call.Output.Table(["RUN", "TRAINING", "STATUS", "STARTED", "DATA", "BY", "NOTE"], all.Select(run => (IReadOnlyList<string>)
                [run.Id, run.Training ?? "", run.Status, Moment(run.StartedAt), $"{run.Table}{(run.DataVersion is null ? "" : " v" + run.DataVersion)}", run.Person, run.ErrorMessage ?? ""]));
        }
        return ExitCode.Success;
    }

    private static void AddShow(Cli cli, Command models)
    {
        var model = Model();
        cli.Add(models, new Command("show", "A model: its versions with their scores, and where its aliases were") { model }, async (call, cancellationToken) =>
        {
            var registry = call.Get<ModelRegistry>();
            var found = await registry.GetAsync(call.Value(model)!, cancellationToken);
            var (versions, moves) = (await registry.VersionsAsync(found.Name, cancellationToken), await registry.MovesAsync(found.Name, cancellationToken));
            var summaries = versions.ToDictionary(version => version.Version, version => version.Run is { } run ? call.Get<TrainingJob>().SummaryOf(run) : null);
            if (call.Output.IsJson)
            {
                call.Output.WriteJson(new { Model = found, Versions = versions.Select(version => new { Version = version, Summary = summaries[version.Version] }), Moves = moves });
                return ExitCode.Success;
            }
            call.Output.Line($"{found.Name}  {found.Description}");
            call.Output.Table([">VERSION", "ALIASES", "MODEL", "METRIC", ">SCORE", ">BASELINE", ">ROWS", "MADE", "BY", "NOTE"], versions.Select(version => (IReadOnlyList<string>)
            [
                Number(version.Version), string.Join(", ", found.Aliases.Where(alias => alias.Value == version.Version).Select(alias => alias.Key)), summaries[version.Version]?.BestName ?? "",
                summaries[version.Version]?.Metric ?? "", Score(summaries[version.Version]?.Score), Score(summaries[version.Version]?.BaselineScore), Number(summaries[version.Version]?.RowCount ?? 0),
                Moment(version.CreatedAt), version.Person, version.Note,
            ]));
            return ExitCode.Success;
        }, examples: ["escale models show delay", "escale models show delay --json"]);
    }

    private static void AddPublish(Cli cli, Command models)
    {
        var (model, alias) = (Model(), Alias());
        var version = new Argument<string>("VERSION") { Description = "The version's number, or latest", DefaultValueFactory = _ => "latest" };
        var note = new Option<string>("--note") { Description = "Why, in a few words", DefaultValueFactory = _ => "" };
        cli.Add(models, new Command("publish", "Put a version into use: the alias champion moves to it") { model, version, alias, note }, async (call, cancellationToken) =>
        {
            var registry = call.Get<ModelRegistry>();
            var found = await registry.FindAsync(call.Value(model)!, call.Value(version), cancellationToken);
            var before = await registry.MoveAsync(found.Name, call.Value(alias)!, found.Version, Environment.UserName, call.Value(note)!, cancellationToken);
            return Say(call, found.Name, call.Value(alias)!, before, found.Version);
        }, examples: ["escale models publish delay", "escale models publish delay 3 --alias challenger"]);
    }

    private static void AddRollBack(Cli cli, Command models)
    {
        var (model, alias) = (Model(), Alias());
        cli.Add(models, new Command("rollback", "Put an alias back to the version that it was on before") { model, alias }, async (call, cancellationToken) =>
        {
            var (from, to) = await call.Get<ModelRegistry>().RollBackAsync(call.Value(model)!, call.Value(alias)!, Environment.UserName, cancellationToken);
            return Say(call, call.Value(model)!, call.Value(alias)!, from, to);
        }, examples: ["escale models rollback delay"]);
    }

    private static void AddExport(Cli cli, Command models)
    {
        var model = Model();
        var which = new Option<string?>("--version") { Description = "A version, an alias or latest; default: the champion", HelpName = "VERSION" };
        var onnx = new Option<string?>("--onnx") { Description = "Write an ONNX file for any ONNX runtime", HelpName = "FILE" };
        var file = new Option<string?>("--file") { Description = "Write Escale's own model file", HelpName = "FILE" };
        var csharp = new Option<string?>("--csharp") { Description = "Write a C# project with the model and what reads it, as a ZIP file", HelpName = "FILE" };
        cli.Add(models, new Command("export", "Write a model to a file") { model, which, onnx, csharp, file }, async (call, cancellationToken) =>
        {
            var (registry, writer) = (call.Get<ModelRegistry>(), call.Get<DurableWriter>());
            var found = await registry.FindAsync(call.Value(model)!, call.Value(which), cancellationToken);
            if ((call.Value(onnx) ?? call.Value(csharp) ?? call.Value(file)) is null)
            {
                throw new EscaleException("modeling.nothing-to-export", "It is not said what to write.", "Add --onnx FILE, --csharp FILE or --file FILE.");
            }
            if (call.Value(onnx) is { } path)
            {
                using var bytes = new MemoryStream();
                ModelFormats.ToOnnx(registry.Load(found), bytes);
                writer.Write(Path.GetFullPath(path), bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            }
            if (call.Value(csharp) is { } archive)
            {
                writer.Write(Path.GetFullPath(archive), CSharpProject.Write(found, registry.Load(found), registry.Bytes(found), call.Get<RunFolder>().ReferenceOf(found.Run)?.Background));
            }
            if (call.Value(file) is { } own)
            {
                writer.Write(Path.GetFullPath(own), registry.Bytes(found));
            }
            if (call.Output.IsJson)
            {
                call.Output.WriteJson(new { Model = found.Name, found.Version, Onnx = call.Value(onnx), Csharp = call.Value(csharp), File = call.Value(file) });
            }
            else
            {
                call.Output.Line($"{found.Name} version {found.Version}: {string.Join(", ", new[] { call.Value(onnx), call.Value(csharp), call.Value(file) }.OfType<string>())}");
            }
            return ExitCode.Success;
        }, examples: ["escale models export delay --onnx delay.onnx", "escale models export delay --file delay.escale --version 3"]);
    }

    private static void AddRegister(Cli cli, Command models)
    {
        var model = Model();
        var file = new Argument<string>("FILE") { Description = "A model file, as Escale.Learning or `escale models export --file` writes it" };
        cli.Add(models, new Command("register", "Add a model file as the next version of a model") { model, file }, async (call, cancellationToken) =>
        {
            var (name, path) = (call.Value(model)!, Path.GetFullPath(call.Value(file)!));
            if (!File.Exists(path))
            {
                throw new EscaleException("modeling.file-not-found", $"There is no file {path}.", "Check its name.");
            }
            var version = await call.Get<ModelImport>().AddAsync(name, await File.ReadAllBytesAsync(path, cancellationToken), Environment.UserName, cancellationToken);
            return Say(call, name, "latest", null, version);
        }, examples: ["escale models register churn churn.escale"]);
    }

    private static int Say(VerbCall call, string model, string alias, int? from, int to)
    {
        if (call.Output.IsJson)
        {
            call.Output.WriteJson(new { Model = model, Alias = alias, From = from, To = to });
        }
        else
        {
            call.Output.Line(from == to ? $"{alias} of {model} is version {to} already." : $"{alias} of {model} is version {to} now{(from is null ? "" : $", before it was {from}")}.");
        }
        return ExitCode.Success;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Score(double? value) => value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "";

    private static string Moment(DateTimeOffset moment) => moment.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}

/// <summary>Takes in model files that were made elsewhere.</summary>
internal sealed class ModelImport(TrackingStore tracking, RunFolder folder, ModelRegistry registry, TimeProvider clock)
{
    /// <summary>Adds a file as the next version, with a tracking run that says where it is from.</summary>
    /// <exception cref="EscaleException"><c>learning.model-file-*</c>: it is not one; <c>modeling.spec-invalid</c>: the name cannot be.</exception>
    public async Task<int> AddAsync(string name, byte[] bytes, string person, CancellationToken cancellationToken)
    {
        var model = Read(bytes);
        var text = SpecText.Write(new TrainingSpec { Id = name, Name = name, Table = new TableName("file", "imported"), Target = model.TargetName });
        var spec = TrainingReader.Read(Projects.Yaml.YamlFile.Parse(text, "the command line"), name, null);
        var run = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
        await tracking.BeginAsync(run, new TrainingOrder { Spec = spec, Person = person }, cancellationToken);
        var artifact = folder.Write(run, RunFolder.ModelFile, bytes);
        await tracking.FinishAsync(
            run, new FinishedTraining(null, model.Info.DataFingerprint, new Dictionary<string, string> { ["estimator"] = model.Info.Estimator }, new Dictionary<string, string> { ["escale.imported"] = "true" }, [], [artifact]), cancellationToken);
        return await registry.RegisterAsync(name, "", run, $"{run}/{RunFolder.ModelFile}", artifact.Sha256, artifact.SizeBytes, person, cancellationToken);
    }

    private static Learning.Model Read(byte[] bytes)
    {
        try
        {
            return Learning.Model.Load(new MemoryStream(bytes));
        }
        catch (Learning.LearningException error)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, inner: error);
        }
    }
}

/// <summary>Models in other formats.</summary>
internal static class ModelFormats
{
    /// <summary>Writes ONNX.</summary>
    /// <exception cref="EscaleException"><c>learning.onnx-*</c>.</exception>
    public static void ToOnnx(Learning.Model model, Stream stream)
    {
        try
        {
            model.ExportOnnx(stream);
        }
        catch (Learning.LearningException error)
        {
            throw new EscaleException(error.Code, error.Message, error.Remedy, inner: error);
        }
    }
}
