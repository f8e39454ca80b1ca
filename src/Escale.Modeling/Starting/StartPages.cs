using System.Text;
using Escale.Kernel;
using Escale.Lake;
using Escale.Modeling.Registry;
using Escale.Modeling.Training;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Starting;

/// <summary>A table to learn from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Rows">How many rows it has; null for a view.</param>
/// <param name="Columns">How many columns; null for a view.</param>
public sealed record TableLine(string Name, long? Rows, int? Columns);

/// <summary><c>/models/new</c>: from a table to a training that runs. Each step has an address: the table, the target.</summary>
internal static class StartPages
{
    // Addresses of this room's own pages below /models.
    private static readonly string[] _taken = ["new", "runs", "compare", "kpis"];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/models/new", ShowAsync).For(Role.Analyst).ExcludeFromDescription();
        ModelPages.Form(endpoints, "/models/new", StartAsync, Role.Analyst);
    }

    private static async Task<IResult> ShowAsync(LakeCatalog lake, TrainingFiles files, FrameReader reader, string? table, string? target, string? training, CancellationToken cancellationToken)
    {
        if (training is not null)
        {
            return await DetailsAsync(reader, WizardForm.Of(files.Get(training)), null, cancellationToken);
        }
        if (string.IsNullOrEmpty(table))
        {
            return Page.Show<TableChoiceView>(new { Tables = Tables(lake) });
        }
        var name = TableName.Parse(table);
        if (string.IsNullOrEmpty(target))
        {
            var sample = await Task.Run(() => reader.Sample(name, TargetChoice.SampleRows, cancellationToken), cancellationToken);
            return Page.Show<TargetChoiceView>(new { Table = name.ToString(), Options = TargetChoice.Options(sample.Frame), Rows = sample.Frame.RowCount });
        }
        return await DetailsAsync(reader, new WizardForm { Table = name.ToString(), Target = target, Name = Free(files, target) }, null, cancellationToken);
    }

    private static async Task<IResult> StartAsync(HttpContext context, TrainingFiles files, FrameReader reader, DurableWriter writer, TrainingStarter starter, ProjectRoot root, Mount mount, CancellationToken cancellationToken)
    {
        var form = WizardForm.Read(await context.Request.ReadFormAsync(cancellationToken));
        try
        {
            var before = form.Replaces.Length > 0 ? files.Get(form.Replaces) : null;
            var spec = form.ToSpec(before);
            Write(root, writer, spec, before);
            await context.AuditAsync("training.written", spec.Name);
            var run = await starter.StartAsync(new TrainingForm { Name = spec.Name }, Caller.Of(context)!.Name, cancellationToken);
            await context.AuditAsync("training.started", spec.Name, detail: run);
            return Results.Redirect(mount.To("/models/runs/" + run));
        }
        catch (EscaleException error)
        {
            return await DetailsAsync(reader, form, error, cancellationToken);
        }
    }

    private static void Write(ProjectRoot root, DurableWriter writer, TrainingSpec spec, TrainingSpec? before)
    {
        if (_taken.Contains(spec.Name, StringComparer.OrdinalIgnoreCase))
        {
            throw new EscaleException("modeling.training-conflict", $"'{spec.Name}' cannot be the name of a model: it is the address of a page.", "Choose another name.");
        }
        var path = Path.Combine(root.Folder, before is { Name: var same, Path: { } own } && same == spec.Name ? own : $"{TrainingFiles.Folder}/{spec.Name}.yml");
        var bytes = Encoding.UTF8.GetBytes(SpecText.Write(spec));
        if (before?.Name == spec.Name)
        {
            writer.Write(path, bytes);
        }
        else if (!writer.WriteIfAbsent(path, bytes))
        {
            throw new EscaleException("modeling.training-conflict", $"{root.Show(path)} is there already.", "Give the model another name, or change that training.");
        }
    }

    private static async Task<IResult> DetailsAsync(FrameReader reader, WizardForm form, EscaleException? error, CancellationToken cancellationToken)
    {
        TargetLook? look = null;
        try
        {
            var table = TableName.Parse(form.Table);
            var spec = new TrainingSpec { Id = "x", Name = "x", Table = table, Target = form.Target };
            look = await Task.Run(() => TargetChoice.Look(spec, reader.Sample(table, TargetChoice.SampleRows, cancellationToken), cancellationToken), cancellationToken);
        }
        catch (EscaleException own)
        {
            error ??= own;
        }
        return Page.Show<DetailsView>(new { Form = form, Look = look, Error = error }, error is null ? StatusCodes.Status200OK : StatusCodes.Status422UnprocessableEntity);
    }

    private static List<TableLine> Tables(LakeCatalog lake)
    {
        var tables = lake.Tables().Select(name => lake.Table(name).TryRead() is { } snapshot ? new TableLine(name.ToString(), snapshot.RowCount, snapshot.Schema.Columns.Count) : null).OfType<TableLine>();
        // What was prepared comes first: models learn from gold and silver.
        return [.. tables.Concat(lake.Views().Select(view => new TableLine(view.Name.ToString(), null, null))).OrderBy(line => Layer(line.Name)).ThenBy(line => line.Name, StringComparer.Ordinal)];
    }

    private static int Layer(string table) => table.Split('.')[0] switch { "gold" => 0, "silver" => 1, "bronze" => 3, "quarantine" or "ops" => 4, _ => 2 };

    private static string Free(TrainingFiles files, string target)
    {
        var plain = string.Concat(target.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        plain = plain.Length > 0 && char.IsAsciiLetter(plain[0]) ? plain[..Math.Min(50, plain.Length)] : "model";
        var names = files.All().Select(spec => spec.Name).Concat(_taken).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return names.Contains(plain) ? Enumerable.Range(2, 10_000).Select(number => $"{plain}_{number}").First(name => !names.Contains(name)) : plain;
    }
}
